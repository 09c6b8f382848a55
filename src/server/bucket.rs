//! How fast one session may send.

use crate::protocol::limits;
use tokio::time::Instant;

/// How many frames a session may still send at once. It fills up at an even rate.
#[derive(Debug)]
pub(super) struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            left: f64::from(limits::FRAMES_BURST),
            at: now,
        }
    }

    /// Whether one more frame may come now.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let since = now.duration_since(self.at).as_secs_f64();
        let refilled = self.left + since * f64::from(limits::FRAMES_PER_SECOND);
        self.left = refilled.min(f64::from(limits::FRAMES_BURST));
        self.at = now;
        let may = self.left >= 1.0;
        if may {
            self.left -= 1.0;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn taken(bucket: &mut Bucket, now: Instant) -> u32 {
        let mut count = 0;
        while bucket.take(now) {
            count += 1;
        }
        count
    }

    #[test]
    fn a_burst_then_an_even_rate_and_never_more_than_a_burst() {
        let start = Instant::now();
        let mut bucket = Bucket::new(start);
        assert_eq!(taken(&mut bucket, start), limits::FRAMES_BURST);
        let later = start + Duration::from_secs(1);
        assert_eq!(taken(&mut bucket, later), limits::FRAMES_PER_SECOND);
        let much_later = start + Duration::from_secs(3_600);
        assert_eq!(taken(&mut bucket, much_later), limits::FRAMES_BURST);
    }
}
