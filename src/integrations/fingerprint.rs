//! What makes an alert the same alert: the hash of its labels (FNV-1a, 64 bits) that Prometheus and
//! Alertmanager know it by.
//!
//! Grafana hashes private labels too, which its answers leave out: the fingerprint made here of
//! what Grafana answers is always the same for the same alert, but not the one in its webhooks.

const START: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
/// No byte of UTF-8 is this one, so that names and values cannot run into each other.
const SEPARATOR: u8 = 0xff;

/// The fingerprint of labels, which must come sorted by name: 16 digits of hex.
pub(super) fn of_labels<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let hash = labels
        .flat_map(|(name, value)| [name, value])
        .flat_map(|text| text.bytes().chain([SEPARATOR]))
        .fold(START, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(PRIME)
        });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_make_the_fingerprint_that_alertmanager_gives_them() {
        assert_eq!(of_labels(std::iter::empty()), "cbf29ce484222325");
        let labels = |instance| {
            [
                ("alertname", "HighLatency"),
                ("instance", instance),
                ("service", "checkout"),
                ("severity", "critical"),
            ]
        };
        // As Alertmanager 0.25 answered for alerts with these labels.
        let first = of_labels(labels("web-1:9090").into_iter());
        assert_eq!(first, "6633c604e1f00732");
        let second = of_labels(labels("web-2:9090").into_iter());
        assert_eq!(second, "3891241782562ca1");
    }

    #[test]
    fn names_and_values_do_not_run_together() {
        let hash = |pairs: &[(&'static str, &'static str)]| of_labels(pairs.iter().copied());
        assert_ne!(hash(&[("a", "bc")]), hash(&[("ab", "c")]));
        assert_ne!(hash(&[("a", "b"), ("c", "d")]), hash(&[("a", "bcd")]));
    }
}
