//! The words of a search: what is looked for, and how it is put to an engine.

/// The words that are looked for, each as it was typed. What holds no letter or digit cannot be
/// found in an index of words and is left out.
fn words(query: &str) -> impl Iterator<Item = &str> {
    query
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
}

/// The search as an FTS5 query that finds all the words, the last one also as a beginning; nothing
/// when there is nothing to look for. Every word is quoted, so that no part of it is ever read as
/// an operator, a column or a bracket.
pub(super) fn fts_query(query: &str) -> Option<String> {
    let quoted: Vec<String> = words(query)
        .map(|word| {
            let word: String = word.chars().filter(|c| *c != '\0').collect();
            format!("\"{}\"", word.replace('"', "\"\""))
        })
        .collect();
    (!quoted.is_empty()).then(|| format!("{}*", quoted.join(" ")))
}

/// The same search over a text at hand: letters without regard to case. Accents count here, which
/// they do not in the SQLite engine.
pub(super) fn text_matches(query: &str, text: &str) -> bool {
    let have = tokens(text);
    let wanted: Vec<Vec<String>> = words(query).map(tokens).collect();
    let last = wanted.len().saturating_sub(1);
    !wanted.is_empty()
        && wanted
            .iter()
            .enumerate()
            .all(|(i, phrase)| holds(&have, phrase, i == last))
}

fn tokens(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether the tokens of the phrase stand one after the other, the last one perhaps only begun.
fn holds(have: &[String], phrase: &[String], begun: bool) -> bool {
    let Some((last, before)) = phrase.split_last() else {
        return false;
    };
    have.windows(phrase.len()).any(|window| {
        window.split_last().is_some_and(|(end, start)| {
            start == before && (end == last || begun && end.starts_with(last.as_str()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_quoted_word_by_word_and_its_last_word_is_a_beginning() {
        assert_eq!(fts_query("db lat").as_deref(), Some(r#""db" "lat"*"#));
        assert_eq!(
            fts_query(r#"a" OR NEAR(b) -c text:d"#).as_deref(),
            Some(r#""a""" "OR" "NEAR(b)" "-c" "text:d"*"#)
        );
        assert_eq!(fts_query(" \t * \" - ( ) "), None);
    }

    #[test]
    fn the_text_search_finds_phrases_and_a_beginning_in_the_last_word_only() {
        let text = "Pods in eu-west-1b restart because of OOM";
        assert!(text_matches("pods eu-west", text));
        assert!(text_matches("oom rest", text));
        assert!(!text_matches("rest oom", text));
        assert!(!text_matches("west-eu", text));
        assert!(!text_matches("* -", text));
    }
}
