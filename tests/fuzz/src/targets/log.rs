//! Events, whole logs, and the file they lie in.

use super::{acts, shown, words};
use serde_json::Value;
use std::cell::LazyCell;
use std::path::Path;
use warroom::client::Recording;
use warroom::console::cast::{CastOptions, write};
use warroom::console::layout::Layout;
use warroom::console::text::Zone;
use warroom::console::theme::Theme;
use warroom::incident::{
    AsksShown, Event, Hash, Incident, IncidentId, Redaction, Seq, Timestamp, apply, replay,
};
use warroom::journal::sqlite::{Options, journal_path, open};
use warroom::journal::{Journal, Record, Search, repair, seal, verify_chain, verify_dir};

/// An event as it stands in a log, to start from.
const NOTED: &str = include_str!("../../../golden/events/noted.json");
/// The most events of one log here: enough for everything to meet everything.
const EVENTS_MAX: usize = 40;

/// The events chained as a journal does it, a second apart.
fn chained(events: impl IntoIterator<Item = Event>) -> Vec<Record> {
    let began: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
    let (mut seq, mut prev) = (Seq::ZERO, Hash::GENESIS);
    let events = events.into_iter().take(EVENTS_MAX);
    let records = events.map(|mut event| {
        seq = seq.next();
        event.incident = IncidentId(1);
        event.seq = seq;
        event.prev = prev;
        event.recorded_at = began + chrono::TimeDelta::seconds(seq.0.cast_signed());
        let record = seal(event).expect("an event can be written");
        prev = record.hash();
        record
    });
    records.collect()
}

/// A line of a log: it is whole or the reason can be shown; an event that can be read can be sealed,
/// verified, folded, redacted and kept, whatever it says.
pub(super) fn record(data: &[u8]) {
    let Some(text) = words(data) else { return };
    if let Err(kind) = verify_chain(Seq::ZERO, Hash::GENESIS, text) {
        shown(&kind.to_string());
    }
    for read in [Record::parse(text), Record::trust(text)] {
        if let Err(error) = read {
            shown(&error.to_string());
        }
    }
    let Ok(event) = serde_json::from_str::<Event>(text) else {
        return;
    };
    for record in chained([event]) {
        let again = verify_chain(Seq::ZERO, Hash::GENESIS, record.json()).expect("what was sealed");
        assert_eq!(again.json(), record.json());
        folds(&[record.event().clone()]);
    }
}

/// The events fold to the same state with a rest in the middle as without, and a spectator's state
/// can be sent too.
fn folds(events: &[Event]) {
    let whole = replay(IncidentId(1), events);
    let (before, after) = events.split_at(events.len() / 2);
    let kept = serde_json::to_string(&replay(IncidentId(1), before)).expect("a state can be kept");
    let mut resumed: Incident = serde_json::from_str(&kept).expect("and read");
    for event in after {
        apply(&mut resumed, event);
    }
    assert_eq!(resumed, whole, "a kept state");
    for asks in [AsksShown::Show, AsksShown::Count] {
        let shown = Redaction { asks }.state(&whole);
        serde_json::to_string(&shown).expect("it can be sent");
    }
}

/// A whole log, an event a line: it folds, and the console that plays it draws nothing that acts on
/// a terminal but its own drawing.
pub(super) fn replay_log(data: &[u8]) {
    let Some(text) = words(data) else { return };
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Event>(line).ok());
    let records = chained(events);
    let events: Vec<Event> = records
        .iter()
        .map(|record| record.event().clone())
        .collect();
    folds(&events);
    let Some(recording) = Recording::new(events) else {
        return;
    };
    thread_local! {
        static THEME: LazyCell<Theme> = LazyCell::new(|| Theme::load("dark", None).expect("ours"));
    }
    let options = CastOptions {
        size: (120, 40),
        speed: 20,
        from: recording.span().0,
        idle_limit: chrono::TimeDelta::milliseconds(100),
        layout: if data.len().is_multiple_of(2) {
            Layout::Commander
        } else {
            Layout::Scribe
        },
        theme: THEME.with(|theme| (**theme).clone()),
        zone: Zone::Utc,
    };
    let mut out = Vec::new();
    write(recording, &options, &mut out).expect("it is drawn");
    let out = String::from_utf8(out).expect("a recording is text");
    for (at, line) in out.lines().enumerate() {
        match serde_json::from_str(line).expect("a line is JSON") {
            Value::Array(frame) => drawn(frame[2].as_str().expect("what is written")),
            head => assert_eq!(at, 0, "{head}"),
        }
    }
}

/// What is written to a terminal: text, and the sequences with which a screen is drawn (colours, the
/// cursor, clearing).
fn drawn(text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        assert!(!rest[..at].chars().any(acts), "{:?}", &rest[..at]);
        let sequence = rest[at + 1..]
            .strip_prefix('[')
            .expect("a sequence of a screen");
        let end = sequence
            .find(|c: char| c.is_ascii_alphabetic())
            .expect("its end");
        let (inside, last) = (&sequence[..end], &sequence[end..=end]);
        assert!(
            inside
                .bytes()
                .all(|b| b.is_ascii_digit() || b";:?".contains(&b)),
            "{inside:?}"
        );
        assert!("HmJKhlABCDG".contains(last), "{last:?}");
        rest = &sequence[end + 1..];
    }
    assert!(!rest.chars().any(acts), "{rest:?}");
}

/// A journal with some notes.
fn written(dir: &Path) -> Vec<Record> {
    let notes = (0..30).map(|place| {
        let mut note: Value = serde_json::from_str(NOTED).expect("an event");
        note["command"] = format!("019ab697-e800-0000-0000-{place:012}").into();
        note["data"]["text"] = format!("note {place}: pods restart because of OOM")
            .repeat(4)
            .into();
        serde_json::from_value::<Event>(note).expect("an event")
    });
    let records = chained(notes);
    let journal = open(dir, &Options::default()).expect("a journal");
    for record in &records {
        let before = Seq(record.seq().0 - 1);
        let appended = journal.append(IncidentId(1), before, vec![record.clone()]);
        run(appended).expect("it is taken");
    }
    records
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    runtime.block_on(future)
}

/// A journal's file in which bytes were changed (four bytes of the place and one to write, again and
/// again; the first byte cuts its end off): what `verify` calls whole opens; what it does not is
/// mended, and is whole then, and every note that is kept is one that was written.
pub(super) fn journal(data: &[u8]) {
    thread_local! {
        static WHOLE: LazyCell<Vec<u8>> = LazyCell::new(|| {
            let dir = tempfile::tempdir().expect("a folder");
            written(dir.path());
            std::fs::read(journal_path(dir.path())).expect("its file")
        });
    }
    let Some((cut, changes)) = data.split_first() else {
        return;
    };
    let mut bytes = WHOLE.with(|whole| (**whole).clone());
    for change in changes.chunks_exact(5) {
        let place = u32::from_be_bytes([change[0], change[1], change[2], change[3]]);
        let place = usize::try_from(place).unwrap_or_default() % bytes.len();
        bytes[place] = change[4];
    }
    bytes.truncate(bytes.len() - usize::from(*cut) * bytes.len() / 512);
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(journal_path(dir.path()), &bytes).expect("a file");
    let whole = match verify_dir(dir.path()) {
        Ok(report) => report.is_whole(),
        Err(error) => {
            shown(&error.to_string());
            false
        }
    };
    match repair(dir.path(), "x") {
        Ok(None) => assert!(whole, "nothing was mended"),
        Ok(Some(mended)) => {
            assert!(!whole, "something was mended");
            assert!(mended.now.is_whole(), "{:?}", mended.now);
            assert!(verify_dir(dir.path()).is_ok_and(|report| report.is_whole()));
        }
        Err(error) => {
            assert!(!whole, "{error}");
            shown(&error.to_string());
            let left = std::fs::read(journal_path(dir.path())).expect("it is still there");
            assert!(left == bytes, "it is left as it was");
        }
    }
}

/// Words that are searched for are words and never a query of the engine's: any are answered.
pub(super) fn search(data: &[u8]) {
    thread_local! {
        static JOURNAL: LazyCell<(tempfile::TempDir, warroom::journal::sqlite::SqliteJournal)> =
            LazyCell::new(|| {
                let dir = tempfile::tempdir().expect("a folder");
                written(dir.path());
                let journal = open(dir.path(), &Options::default()).expect("a journal");
                (dir, journal)
            });
    }
    let Some(words) = words(data) else { return };
    let search = Search {
        incident: None,
        words: words.to_owned(),
        private: false,
        hidden: Vec::new(),
        limit: 10,
    };
    let found = JOURNAL.with(|journal| run(journal.1.search(search)));
    assert!(found.expect("any words are answered").len() <= 10);
}
