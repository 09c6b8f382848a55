//! The words of a text, each with its place and its sentence.

use std::ops::Range;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// In lower case, a typographic apostrophe as a plain one.
    pub(super) lower: String,
    /// As it stands.
    pub(super) as_is: &'a str,
    pub(super) span: Range<usize>,
    /// Which sentence it is in.
    sentence: usize,
}

/// A letter or digit, or what joins them within a word: `can't`, `re-run`, `14:40`, `1.5`.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut sentence = 0;
    let mut start = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let joins = start.is_some()
            && matches!(c, '\'' | '’' | '-' | '_' | ':' | '.')
            && next.is_some_and(char::is_alphanumeric);
        if c.is_alphanumeric() || joins {
            start.get_or_insert(at);
            if next.is_some() {
                continue;
            }
        }
        let end = if c.is_alphanumeric() {
            at + c.len_utf8()
        } else {
            at
        };
        if let Some(from) = start.take() {
            words.push(word(text, from..end, sentence));
        }
        if matches!(c, '.' | '!' | '?' | ';' | '\n') {
            sentence += 1;
        }
    }
    words
}

fn word(text: &str, span: Range<usize>, sentence: usize) -> Word<'_> {
    let as_is = text.get(span.clone()).unwrap_or_default();
    Word {
        lower: as_is.to_lowercase().replace('’', "'"),
        as_is,
        span,
        sentence,
    }
}

/// Whether the phrase is read from the word `at` on, within one sentence.
pub(super) fn reads(words: &[Word<'_>], at: usize, phrase: &[&str]) -> bool {
    let Some(here) = words.get(at..at + phrase.len()) else {
        return false;
    };
    let one = here.first().map(|word| word.sentence);
    let pairs = here.iter().zip(phrase);
    pairs
        .into_iter()
        .all(|(word, wanted)| word.lower == *wanted && Some(word.sentence) == one)
}

/// The place of `len` words from `at` on.
pub(super) fn span(words: &[Word<'_>], at: usize, len: usize) -> Option<Range<usize>> {
    let last = words.get((at + len).checked_sub(1)?)?;
    Some(words.get(at)?.span.start..last.span.end)
}

/// The words after `at` that are within `reach` of it and in its sentence, with their places.
pub(super) fn after<'w, 'a>(
    words: &'w [Word<'a>],
    at: usize,
    reach: usize,
) -> impl Iterator<Item = (usize, &'w Word<'a>)> {
    let sentence = words.get(at).map(|word| word.sentence);
    let rest = words.iter().enumerate().skip(at + 1).take(reach);
    rest.take_while(move |(_, word)| Some(word.sentence) == sentence)
}
