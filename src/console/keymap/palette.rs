//! Fuzzy matching, for the palette and every picker.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// An item that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// Which item.
    pub index: usize,
    /// How well; more is better.
    pub score: u32,
    /// The characters that match, by their number.
    pub positions: Vec<u32>,
}

/// The items that match `query`, best first; all of them, in their order, for an empty query.
#[must_use]
pub fn rank<'a>(query: &str, items: impl IntoIterator<Item = &'a str>) -> Vec<Ranked> {
    let pattern = Pattern::parse(query.trim(), CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut ranked: Vec<Ranked> = items
        .into_iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let mut positions = Vec::new();
            let text = Utf32Str::new(item, &mut buffer);
            let score = pattern.indices(text, &mut matcher, &mut positions)?;
            positions.sort_unstable();
            positions.dedup();
            Some(Ranked {
                index,
                score,
                positions,
            })
        })
        .collect();
    ranked.sort_by(|a, b| b.score.cmp(&a.score).then(a.index.cmp(&b.index)));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_fit_comes_first() {
        let items = ["set-severity", "set-status", "step-start", "quit"];
        let best = rank("setsev", items);
        assert_eq!(best[0].index, 0);
        assert_eq!(best[0].positions, [0, 1, 2, 4, 5, 6]);
        assert_eq!(rank("", items).len(), 4);
        assert_eq!(rank("", items)[2].index, 2);
        assert!(rank("zzz", items).is_empty());
    }
}
