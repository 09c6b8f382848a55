//! "Did you mean": the nearest of the words that would have been right.

/// Names longer than this are not compared: the cost grows with the square, and no name of ours
/// is near it.
const LONGEST: usize = 64;

/// The candidate nearest to `word`, when it is near enough to be a slip of the fingers: at most
/// one edit for each three characters, and at least one. An edit is a character added, left out,
/// replaced, or two neighbours swapped; upper and lower case are the same. The first of equals
/// wins.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word
        .chars()
        .flat_map(char::to_lowercase)
        .take(LONGEST + 1)
        .collect();
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let allowed = (word.len() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other: Vec<char> = candidate
                .chars()
                .flat_map(char::to_lowercase)
                .take(LONGEST + 1)
                .collect();
            let near = other.len() <= LONGEST && word.len().abs_diff(other.len()) <= allowed;
            near.then(|| (distance(&word, &other), candidate))
        })
        .filter(|&(edits, _)| edits <= allowed)
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, candidate)| candidate)
}

/// The number of edits between two words (optimal string alignment), row by row.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, &left) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &right) in b.iter().enumerate() {
            let replaced = above[j] + usize::from(left != right);
            let mut best = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && left == b[j - 1] && a[i - 1] == right {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        let count = |a: &str, b: &str| {
            distance(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        assert_eq!(count("", ""), 0);
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("kitten", "sitting"), 3);
        assert_eq!(count("muted", "mtued"), 1);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let names = ["text", "muted", "border-focused", "page-down", "page-up"];
        assert_eq!(closest("mutde", names), Some("muted"));
        assert_eq!(closest("Border_Focused", names), Some("border-focused"));
        assert_eq!(closest("pagedown", names), Some("page-down"));
        assert_eq!(closest("zzz", names), None);
        assert_eq!(closest("", names), None);
        assert_eq!(closest(&"x".repeat(10_000), names), None);
    }
}
