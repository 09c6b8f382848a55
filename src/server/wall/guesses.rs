//! How often one address may come with a wrong link.

use crate::server::lately::Lately;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Wrong links from one address, in [`WITHIN`]; beyond it nothing more is looked at.
const MOST: u32 = 10;
const WITHIN: Duration = Duration::from_secs(60);
/// Addresses that are remembered.
const ADDRESSES: usize = 4_096;

/// Wrong links, by address. A right one is never counted.
pub(in crate::server) struct Guesses(Mutex<Lately<IpAddr, (u32, Instant)>>);

impl Default for Guesses {
    fn default() -> Self {
        Self(Mutex::new(Lately::new(ADDRESSES)))
    }
}

/// Whoever has one address of a network of the sixth version has 2^64 of them.
fn network(of: IpAddr) -> IpAddr {
    match of.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        address @ IpAddr::V4(_) => address,
    }
}

impl Guesses {
    /// Whether this address may try.
    pub(in crate::server) fn may(&self, address: IpAddr, now: Instant) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = known.get(&network(address));
        tried.is_none_or(|(count, since)| *count < MOST || now >= *since + WITHIN)
    }

    /// It came with a wrong one.
    pub(in crate::server) fn wrong(&self, address: IpAddr, now: Instant) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let address = network(address);
        match known.get_mut(&address) {
            Some((count, since)) if now < *since + WITHIN => *count = count.saturating_add(1),
            Some(tried) => *tried = (1, now),
            None => known.put(address, (1, now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_a_minute_and_one_address_does_not_pay_for_another() {
        let (guesses, start) = (Guesses::default(), Instant::now());
        let (one, two) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for _ in 0..MOST {
            assert!(guesses.may(one, start));
            guesses.wrong(one, start);
        }
        assert!(!guesses.may(one, start) && guesses.may(two, start));
        assert!(guesses.may(one, start + WITHIN));
        guesses.wrong(one, start + WITHIN);
        assert!(guesses.may(one, start + WITHIN));
    }

    #[test]
    fn a_network_of_the_sixth_version_counts_as_one() {
        let (guesses, now) = (Guesses::default(), Instant::now());
        for at in 0..MOST {
            guesses.wrong(format!("2001:db8::{at}").parse().unwrap(), now);
        }
        assert!(!guesses.may("2001:db8::ffff".parse().unwrap(), now));
        assert!(guesses.may("2001:db8:0:1::1".parse().unwrap(), now));
        assert_eq!(
            network("::ffff:10.0.0.1".parse().unwrap()),
            IpAddr::from([10, 0, 0, 1])
        );
    }
}
