//! Secrets planted anywhere in an output, which comes in pieces of any size, do not leave.

use proptest::prelude::*;
use std::sync::LazyLock;
use warroom::run::{Patterns, Redactor};

/// Made once: it takes longer than all that is looked through with it.
static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&[]).unwrap());

fn redacted(pieces: &[&[u8]]) -> (String, u64) {
    let mut redactor = Redactor::new(PATTERNS.clone());
    let mut out = String::new();
    for piece in pieces {
        out.push_str(&redactor.push(piece));
    }
    out.push_str(&redactor.finish());
    (out, redactor.redacted())
}

/// The text in pieces that end at these places.
fn pieces<'a>(text: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
    at.extend([0, text.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// A line with a secret in it that holds this word.
fn planted() -> impl Strategy<Value = (String, String)> {
    let word = "[A-Za-z0-9]{12,30}";
    (0..14usize, word).prop_map(|(form, word)| {
        let line = match form {
            0 => format!("Authorization: Bearer {word}"),
            1 => format!("DB_PASSWORD={word}"),
            2 => format!("  password: {word}"),
            3 => format!("{{\"api_key\": \"{word}\", \"n\": 1}}"),
            4 => format!("postgres://app:{word}@db/x"),
            5 => format!("mysql -u root -p{word} shop"),
            6 => format!("curl -u kim:{word} http://x"),
            7 => format!("ghp_{word}{word}"),
            8 => format!("xoxb-{word}"),
            9 => format!("eyJ{word}.{word}.{word}"),
            10 => format!(
                "-----BEGIN RSA PRIVATE KEY-----\n{word}\n{word}\n-----END RSA PRIVATE KEY-----"
            ),
            11 => format!("- name: SESSION_SECRET\n  value: {word}"),
            12 => format!("pass\u{1b}[1mword\u{1b}[0m=\u{1b}[31m{word}\u{1b}[0m"),
            _ => format!("deploy --token {word} now"),
        };
        (line, word)
    })
}

fn filler() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z ,.:/0-9é字]{0,60}",
        1 => Just("x ".repeat(40_000)),
        1 => Just("y".repeat(70_000)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_planted_secret_never_leaves(
        before in filler(),
        after in filler(),
        (line, word) in planted(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        joined in any::<bool>(),
    ) {
        // On a line of its own, or in the middle of one that may be long.
        let gap = if joined && !line.contains('\n') && !line.starts_with("  ") { " " } else { "\n" };
        let text = format!("{before}{gap}{line}{gap}{after}\n");
        let cut = pieces(text.as_bytes(), &cuts);
        let (out, count) = redacted(&cut);
        prop_assert!(!out.contains(&word), "{line}");
        prop_assert!(count >= 1);
    }

    /// How the pieces fall changes nothing, also within a character.
    #[test]
    fn pieces_do_not_matter(
        lines in prop::collection::vec(prop_oneof![filler(), planted().prop_map(|(line, _)| line)], 0..6),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        // Lines beyond the bound are taken in pieces, whose ends may fall elsewhere.
        let short: Vec<&String> = lines.iter().filter(|line| line.len() < 1_000).collect();
        let text: String = short.iter().map(|line| format!("{line}\n")).collect();
        let whole = redacted(&[text.as_bytes()]);
        prop_assert_eq!(redacted(&pieces(text.as_bytes(), &cuts)), whole);
    }

    /// Bytes that are anything make text, and nothing that is no secret goes.
    #[test]
    fn any_bytes_make_text(bytes in prop::collection::vec(any::<u8>(), 0..400), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..10)) {
        let (out, _) = redacted(&pieces(&bytes, &cuts));
        prop_assert!(out.len() <= bytes.len() * 3 + 10 * bytes.len());
    }
}
