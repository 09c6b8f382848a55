//! Forms of lines: tables, chats, and who did it.

use super::source::Piece;
use super::stamp::{self, Time};
use super::zones::{self, Named};

/// Words that a name in a chat has at most.
const NAME_WORDS: usize = 4;
/// Characters that a name has at most.
const NAME_CHARS: usize = 40;

/// Which columns of a table say what.
pub(super) struct Table {
    pub(super) day: Option<usize>,
    pub(super) time: usize,
    pub(super) by: Option<usize>,
    pub(super) zone: Option<Named>,
}

/// The columns of a table, when one of them is called a time.
pub(super) fn columns(heads: &[&str]) -> Option<Table> {
    let place = |words: &[&str]| {
        heads.iter().position(|head| {
            let head = head.to_lowercase();
            let head = head.trim_matches(['*', ' ']);
            words.iter().any(|word| {
                head.strip_prefix(word)
                    .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphabetic()))
            })
        })
    };
    let day = place(&["date", "day"]);
    let time = place(&["time", "when", "timestamp", "at"]).or(day)?;
    let head = heads.get(time).copied().unwrap_or_default();
    let in_head = |at: usize| zones::read(&head[at..]).map(|(zone, _)| zone);
    let zone = head
        .char_indices()
        .filter(|(at, _)| head[..*at].ends_with([' ', '(']))
        .find_map(|(at, _)| in_head(at));
    Some(Table {
        day: day.filter(|day| *day != time),
        time,
        by: place(&["who", "by", "actor", "person", "owner", "author"]),
        zone,
    })
}

/// A line of a chat that names who wrote and when, with the words in the lines below it:
/// `maya  3:42 PM`, `Maya Ito [3:42 PM]`; or only when, for the same person once more.
pub(super) fn chat(text: &str, number: usize) -> Option<Piece> {
    if let Some(stamp) = stamp::read_all(text).filter(|stamp| stamp.time != Time::Absent) {
        return Some(Piece {
            stamp,
            // The one who wrote before; see `place`.
            by: Some(String::new()),
            line: number,
            ..Piece::default()
        });
    }
    let (name, stamp) = stamp::read_at_end(text)?;
    let name = name.trim();
    let words = name.split_whitespace().count();
    let is_name = (1..=NAME_WORDS).contains(&words)
        && name.chars().count() <= NAME_CHARS
        && name.starts_with(|c: char| c.is_alphanumeric() || c == '@')
        && !name.contains(['.', '!', '?', ',', ';', '"', '`', '/', '=', '(', '|']);
    is_name.then(|| Piece {
        stamp,
        by: Some(name_only(name).to_owned()),
        line: number,
        ..Piece::default()
    })
}

/// A line that is a day, as chats set days apart: `Wednesday, September 27th`, `--- 2017-09-27 ---`.
pub(super) fn whole_day(text: &str, number: usize) -> Option<Piece> {
    let text = text.trim_matches(['-', '—', '–', '=', '*', '_', ' ']);
    let stamp = stamp::read_all(text).filter(|stamp| stamp.time == Time::Absent)?;
    stamp.day?;
    Some(Piece {
        stamp,
        line: number,
        only_day: true,
        ..Piece::default()
    })
}

/// Who did it, off the head of the words: `@bo`, `<bo>`, `**Bo**:`, and in a chat `bo:` too.
pub(super) fn actor(text: &str, chat: bool) -> (Option<String>, &str) {
    let after = |rest: &'_ str| -> bool { !rest.starts_with(|c: char| c.is_alphanumeric()) };
    if let Some(rest) = text.strip_prefix('<')
        && let Some((name, rest)) = rest.split_once('>')
        && !name.contains(['/', ':'])
        && (1..=NAME_CHARS).contains(&name.chars().count())
    {
        return (Some(name_only(name).to_owned()), rest.trim_start());
    }
    if let Some(rest) = text.strip_prefix("**")
        && let Some((name, rest)) = rest.split_once("**")
        && let Some(words) = rest
            .strip_prefix(':')
            .or_else(|| name.ends_with(':').then_some(rest))
        && name.split_whitespace().count() <= NAME_WORDS
    {
        return (
            Some(name_only(name.trim_end_matches(':')).to_owned()),
            words.trim_start(),
        );
    }
    if let Some(rest) = text.strip_prefix('@') {
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .unwrap_or(rest.len());
        let (name, words) = rest.split_at(end);
        let name = name.trim_end_matches('.');
        if !name.is_empty() && after(words) {
            let words = words.trim_start_matches([':', ' ', '-', '–', '—']);
            return (Some(name.to_owned()), words);
        }
    }
    if chat
        && let Some((name, words)) = text.split_once(": ")
        && (1..=2).contains(&name.split_whitespace().count())
        && name.chars().count() <= NAME_CHARS
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '@'))
    {
        return (Some(name_only(name).to_owned()), words.trim_start());
    }
    (None, text)
}

/// A name without what chats put around it: `@bo`, `bo:palm_tree:`, `UptimeRobot APP`.
pub(super) fn name_only(name: &str) -> &str {
    let name = name.trim().trim_start_matches('@');
    let name = name
        .strip_suffix("APP")
        .or_else(|| name.strip_suffix("BOT"))
        .unwrap_or(name);
    let name = match name.split_once(':') {
        Some((before, status)) if status.trim_end().ends_with(':') => before,
        _ => name,
    };
    name.trim().trim_matches(['*', '<', '>'])
}
