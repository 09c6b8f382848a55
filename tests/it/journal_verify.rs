//! Whatever is changed in a stored journal is found, and named with its incident and its place.

use crate::support::chain::*;
use proptest::prelude::*;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use warroom::incident::*;
use warroom::journal::sqlite::{Options, open};
use warroom::journal::*;

const INCIDENTS: u64 = 3;
const EVENTS: u64 = 9;

/// The bytes of a closed journal of three logs, each of two commands of several events, six of
/// one, and one amendment.
fn journal() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        closed_journal(async |journal| {
            for incident in 1..=INCIDENTS {
                let mut log = Chain::new(incident);
                log.append(journal, vec![note("one"), note("two")]).await;
                for i in 3..=6 {
                    log.write(journal, &format!("note {i} \u{e9}")).await;
                }
                log.append(journal, vec![amended(4, "other words")]).await;
                log.append(journal, vec![note("eight"), note("nine")]).await;
                assert_eq!(log.seq, Seq(EVENTS));
            }
        })
    })
}

/// Verifies the journal after a change made with SQL behind its back.
fn changed(change: impl FnOnce(&Connection)) -> Report {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal.db");
    fs::write(&path, journal()).unwrap();
    let connection = Connection::open(&path).unwrap();
    change(&connection);
    drop(connection);
    verify_dir(dir.path()).unwrap()
}

fn place(incident: u64, seq: u64) -> i64 {
    (incident << 32 | seq).cast_signed()
}

fn only_break(report: &Report) -> (u64, u64, BreakKind) {
    assert!(!report.is_whole());
    assert_eq!(report.breaks.len(), 1, "{report:?}");
    let found = report.breaks.first().unwrap();
    (found.incident.0, found.seq.0, found.kind.clone())
}

#[test]
fn a_journal_that_nobody_touched_is_whole() {
    let report = changed(|_| {});
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(
        (report.incidents, report.events),
        (INCIDENTS, INCIDENTS * EVENTS)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_flipped_bit_in_any_event_is_named(
        incident in 1..=INCIDENTS, seq in 1..=EVENTS, at in any::<prop::sample::Index>(), bit in 0..8_u32
    ) {
        let report = changed(|journal| {
            let select = "SELECT CAST(body AS BLOB) FROM events WHERE place = ?1";
            let mut body: Vec<u8> = journal
                .query_row(select, [place(incident, seq)], |row| row.get(0))
                .unwrap();
            let at = at.index(body.len());
            body[at] ^= 1_u8 << bit;
            let update = "UPDATE events SET body = CAST(?2 AS TEXT) WHERE place = ?1";
            let changed = journal.execute(update, (place(incident, seq), body)).unwrap();
            assert_eq!(changed, 1);
        });
        let (found, at, _) = only_break(&report);
        prop_assert_eq!((found, at), (incident, seq));
    }

    #[test]
    fn a_flipped_bit_in_any_column_beside_the_text_is_named(
        incident in 1..=INCIDENTS, seq in 1..=EVENTS, column in 0..2_usize, bit in 0..48
    ) {
        let column = ["latest", "target"][column];
        let report = changed(|journal| {
            let update = format!(
                "UPDATE events SET {column} = (ifnull({column}, 0) | ?2) - (ifnull({column}, 0) & ?2)
                 WHERE place = ?1"
            );
            let flip = 1_i64 << bit;
            assert_eq!(journal.execute(&update, (place(incident, seq), flip)).unwrap(), 1);
        });
        let (found, at, kind) = only_break(&report);
        prop_assert_eq!((found, at), (incident, seq));
        prop_assert!(matches!(kind, BreakKind::Stored(_)), "{:?}", kind);
    }

    #[test]
    fn a_flipped_bit_in_a_head_is_named(
        incident in 1..=INCIDENTS, byte in 0..32_usize, bit in 0..8_u32
    ) {
        let report = changed(|journal| {
            let select = "SELECT hash FROM heads WHERE incident = ?1";
            let number = incident.cast_signed();
            let mut hash: Vec<u8> = journal.query_row(select, [number], |row| row.get(0)).unwrap();
            hash[byte] ^= 1_u8 << bit;
            journal.execute("UPDATE heads SET hash = ?2 WHERE incident = ?1", (number, hash)).unwrap();
        });
        let (found, at, _) = only_break(&report);
        prop_assert_eq!((found, at), (incident, EVENTS));
    }
}

#[test]
fn a_removed_event_is_a_gap_and_a_removed_end_is_cut_off() {
    for seq in 1..EVENTS {
        let report = changed(|journal| {
            let place = place(2, seq);
            journal
                .execute("DELETE FROM events WHERE place = ?1", [place])
                .unwrap();
        });
        let (found, at, kind) = only_break(&report);
        assert_eq!((found, at), (2, seq));
        assert!(matches!(kind, BreakKind::Gap { .. }), "{kind:?}");
    }
    // The last event, the last command, the whole log.
    for keep in [EVENTS - 1, EVENTS - 2, 0] {
        let report = changed(|journal| {
            let sql = "DELETE FROM events WHERE place > ?1 AND place < ?2";
            journal.execute(sql, [place(2, keep), place(3, 0)]).unwrap();
        });
        let (found, at, kind) = only_break(&report);
        assert_eq!((found, at), (2, keep + 1));
        assert_eq!(kind, BreakKind::Cut { head: Seq(EVENTS) });
    }
}

#[test]
fn an_end_cut_off_together_with_its_head_is_seen_by_its_command() {
    let report = changed(|journal| {
        let last = "SELECT place, latest, substr(body, -66, 64) FROM events WHERE place = ?1";
        let (_, latest, hash): (i64, i64, String) = journal
            .query_row(last, [place(2, EVENTS - 2)], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .unwrap();
        let sql = "DELETE FROM events WHERE place > ?1 AND place < ?2";
        journal
            .execute(sql, [place(2, EVENTS - 2), place(3, 0)])
            .unwrap();
        let hash: Hash = hash.parse().unwrap();
        let head = "UPDATE heads SET seq = ?1, hash = ?2, latest = ?3 WHERE incident = 2";
        journal
            .execute(head, ((EVENTS - 2).cast_signed(), hash.0, latest))
            .unwrap();
    });
    assert!(!report.is_whole());
    assert_eq!(report.damage, ["the events of 1 commands are missing"]);
}

#[test]
fn swapped_moved_and_copied_events_are_named() {
    let swap = changed(|journal| {
        journal
            .execute_batch(&format!(
                "CREATE TEMP TABLE two AS SELECT place, body FROM events WHERE place IN ({0}, {1});
                 UPDATE events SET body = (SELECT body FROM two WHERE place = {1}) WHERE place = {0};
                 UPDATE events SET body = (SELECT body FROM two WHERE place = {0}) WHERE place = {1};",
                place(1, 4),
                place(1, 5)
            ))
            .unwrap();
    });
    let (incident, seq, _) = only_break(&swap);
    assert_eq!((incident, seq), (1, 4));
    let moved = changed(|journal| {
        let sql =
            "UPDATE events SET body = (SELECT body FROM events WHERE place = ?2) WHERE place = ?1";
        journal.execute(sql, [place(3, 1), place(1, 1)]).unwrap();
    });
    let (incident, seq, _) = only_break(&moved);
    assert_eq!((incident, seq), (3, 1));
    let copied = changed(|journal| {
        let sql = "INSERT INTO events SELECT place + 1, latest, target, body FROM events WHERE place = ?1";
        journal.execute(sql, [place(3, EVENTS)]).unwrap();
    });
    let (incident, seq, _) = only_break(&copied);
    assert_eq!((incident, seq), (3, EVENTS + 1));
}

#[test]
fn what_is_lost_beside_the_events_is_named() {
    let (incident, seq, kind) = only_break(&changed(|journal| {
        journal
            .execute("DELETE FROM heads WHERE incident = 3", [])
            .unwrap();
    }));
    assert_eq!((incident, seq), (3, EVENTS));
    assert!(matches!(kind, BreakKind::Stored(_)));
    let (incident, seq, kind) = only_break(&changed(|journal| {
        let sql = "DELETE FROM commands WHERE first = ?1";
        assert_eq!(journal.execute(sql, [place(2, 5)]).unwrap(), 1);
    }));
    assert_eq!((incident, seq), (2, 5));
    assert!(matches!(kind, BreakKind::Stored(_)));
    let (incident, seq, _) = only_break(&changed(|journal| {
        let sql = "UPDATE commands SET last = last + 1 WHERE first = ?1";
        assert_eq!(journal.execute(sql, [place(2, 5)]).unwrap(), 1);
    }));
    assert_eq!((incident, seq), (2, 6));
}

#[test]
fn each_broken_log_is_named_once_and_the_others_are_walked() {
    let report = changed(|journal| {
        let sql =
            "UPDATE events SET body = replace(body, 'note', 'nota') WHERE place IN (?1, ?2, ?3)";
        let places = [place(1, 3), place(1, 6), place(3, 4)];
        assert_eq!(journal.execute(sql, places).unwrap(), 3);
    });
    let found: Vec<_> = report
        .breaks
        .iter()
        .map(|b| (b.incident.0, b.seq.0))
        .collect();
    assert_eq!(found, [(1, 3), (3, 4)]);
    assert_eq!(report.incidents, 3);
    assert_eq!(report.events, 2 + EVENTS + 3);
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(dir).unwrap().map(|file| {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        (name, fs::read(file.path()).unwrap())
    });
    files.collect()
}

#[test]
fn verifying_makes_and_changes_nothing() {
    let error = verify_dir(Path::new("nowhere-at-all")).unwrap_err();
    assert!(matches!(error, OpenJournalError::Missing { .. }));
    // Closed.
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("journal.db"), journal()).unwrap();
    let before = files(dir.path());
    assert!(verify_dir(dir.path()).unwrap().is_whole());
    assert_eq!(files(dir.path()), before);
    // Killed: with a write-ahead log that nobody has moved into the file.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let serving = open(dir.path(), &Options::default()).unwrap();
    runtime.block_on(Chain::new(9).write(&serving, "in the write-ahead log"));
    let image = tempfile::tempdir().unwrap();
    for name in ["journal.db", "journal.db-wal"] {
        fs::copy(dir.path().join(name), image.path().join(name)).unwrap();
    }
    let before = files(image.path());
    let report = verify_dir(image.path()).unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.events, INCIDENTS * EVENTS + 1, "the newest is seen");
    assert_eq!(files(image.path()), before);
    // Served.
    let names = |dir| files(dir).into_keys().collect::<Vec<_>>();
    let before = names(dir.path());
    let report = verify_dir(dir.path()).unwrap();
    assert_eq!(
        (report.events, report.is_whole()),
        (INCIDENTS * EVENTS + 1, true)
    );
    assert_eq!(names(dir.path()), before);
}
