//! What is remembered of late, within a bound.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// A map that forgets what was first put in when it is full.
#[derive(Debug)]
pub(super) struct Lately<K, V> {
    most: usize,
    values: HashMap<K, V>,
    order: VecDeque<K>,
}

impl<K: Clone + Eq + Hash, V> Lately<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            values: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.values.get_mut(key)
    }

    /// Puts it in. What was in already keeps its age.
    pub(super) fn put(&mut self, key: K, value: V) {
        if self.values.insert(key.clone(), value).is_some() {
            return;
        }
        self.order.push_back(key);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_forgets_the_oldest_and_never_grows_beyond_its_bound() {
        let mut lately = Lately::new(3);
        for n in [1, 2, 1, 3, 1, 4, 5] {
            lately.put(n, ());
            assert!(lately.values.len() <= 3 && lately.order.len() <= 3);
        }
        let known: Vec<_> = (1..=5).filter(|n| lately.get(n).is_some()).collect();
        assert_eq!(known, [3, 4, 5]);
    }
}
