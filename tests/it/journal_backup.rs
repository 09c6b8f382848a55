//! Copies of a journal while it is written and while it is not, and what is kept of a broken one.

use crate::support::chain::*;
use proptest::prelude::*;
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use warroom::incident::*;
use warroom::journal::sqlite::{Options, open};
use warroom::journal::*;

const LOGS: u64 = 3;
const EVENTS: u64 = 8;
const MARK: &str = "20261124T140000Z";

/// The bytes of a closed journal of three logs of six commands each; the first of two events and
/// the last of two.
fn journal() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        closed_journal(async |journal| {
            for incident in 1..=LOGS {
                let mut log = Chain::new(incident);
                log.append(journal, vec![note("one"), note("two")]).await;
                for i in 3..=6 {
                    log.write(journal, &format!("note {i}")).await;
                }
                log.append(journal, vec![note("seven"), note("eight")])
                    .await;
            }
        })
    })
}

fn dir_with(bytes: &[u8]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("journal.db"), bytes).unwrap();
    dir
}

/// A journal that was changed behind its back.
fn changed(change: impl FnOnce(&Connection)) -> tempfile::TempDir {
    let dir = dir_with(journal());
    let connection = Connection::open(dir.path().join("journal.db")).unwrap();
    change(&connection);
    connection.close().unwrap();
    dir
}

fn place(incident: u64, seq: u64) -> i64 {
    (incident << 32 | seq).cast_signed()
}

/// Every event of the journal's file, by its place.
fn rows(path: &Path) -> Vec<(i64, String)> {
    let connection = Connection::open(path).unwrap();
    let mut select = connection
        .prepare("SELECT place, body FROM events ORDER BY place")
        .unwrap();
    let rows = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("journal.db"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_copy_is_of_one_moment_while_it_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let journal = std::sync::Arc::new(open(dir.path(), &Options::default()).unwrap());
    let mut log = Chain::new(1);
    log.write(&*journal, "first").await;
    let writing = {
        let journal = journal.clone();
        tokio::spawn(async move {
            for i in 0..500 {
                log.append(&*journal, vec![note(&format!("one {i}")), note("two")])
                    .await;
            }
        })
    };
    let copies = tempfile::tempdir().unwrap();
    let mut copied = Vec::new();
    while !writing.is_finished() && copied.len() < 50 {
        let to = copies.path().join(format!("{}.db", copied.len()));
        let (from, into) = (dir.path().to_owned(), to.clone());
        let report = tokio::task::spawn_blocking(move || backup(&from, &into));
        copied.push((to, report.await.unwrap().unwrap()));
    }
    writing.await.unwrap();
    assert!(!copied.is_empty());
    for (to, report) in &copied {
        assert!(report.is_whole());
        // A command's two events are both there or neither is.
        assert_eq!(report.events % 2, 1, "{report:?}");
        assert_eq!(rows(to).len() as u64, report.events);
    }
    let to = copies.path().join("all.db");
    assert_eq!(backup(dir.path(), &to).unwrap().events, 1_001);
    let again = backup(dir.path(), &to).unwrap_err();
    assert!(matches!(again, BackupError::Exists(_)), "{again}");

    // And back, in another place, where it is written on.
    let other = tempfile::tempdir().unwrap();
    let (report, replaced) = restore(&to, other.path(), None).unwrap();
    assert_eq!((report.events, replaced), (1_001, None));
    let restored = open(other.path(), &Options::default()).unwrap();
    let head = restored.heads().await.unwrap()[0];
    let read = restored
        .read(head.incident, ReadFrom::After(Seq(1_000)), 10)
        .await
        .unwrap();
    assert_eq!((head.seq, read.len()), (Seq(1_001), 1));
    let held = restore(&to, other.path(), Some(MARK)).unwrap_err();
    assert!(held.to_string().contains("in use"), "{held}");
    let held = repair(other.path(), MARK).unwrap_err();
    assert!(held.to_string().contains("in use"), "{held}");
}

#[test]
fn what_was_killed_is_copied_with_its_write_ahead_log() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path(), &Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut log = Chain::new(1);
    runtime.block_on(log.write(&journal, "only in the log"));
    let image = tempfile::tempdir().unwrap();
    for name in ["journal.db", "journal.db-wal"] {
        fs::copy(dir.path().join(name), image.path().join(name)).unwrap();
    }
    let before = names(image.path());
    let to = image.path().join("copy.db");
    assert_eq!(backup(image.path(), &to).unwrap().events, 1);
    assert_eq!(rows(&to).len(), 1);
    assert_eq!(names(image.path()), before, "and it is as it was");
}

#[test]
fn nothing_broken_is_copied_or_restored_and_nothing_is_replaced_unasked() {
    let broken = changed(|journal| {
        journal
            .execute("DELETE FROM events WHERE place = ?1", [place(2, 4)])
            .unwrap();
    });
    let to = broken.path().join("copy.db");
    let error = backup(broken.path(), &to).unwrap_err();
    assert!(error.to_string().contains("`warroom repair`"), "{error}");
    assert!(!to.exists() && !broken.path().join("copy.db.part").exists());

    let dir = dir_with(journal());
    let error = restore(&broken.path().join("journal.db"), dir.path(), Some(MARK)).unwrap_err();
    assert!(matches!(error, BackupError::Broken(..)), "{error}");
    let error = restore(&dir.path().join("journal.db"), dir.path(), None).unwrap_err();
    assert!(matches!(error, BackupError::Exists(_)), "{error}");
    assert_eq!(fs::read(dir.path().join("journal.db")).unwrap(), journal());
    assert_eq!(names(dir.path()), ["journal.db"]);
    let nothing = tempfile::tempdir().unwrap();
    for error in [
        backup(nothing.path(), &to).unwrap_err(),
        restore(&nothing.path().join("none.db"), dir.path(), Some(MARK)).unwrap_err(),
        repair(nothing.path(), MARK).unwrap_err(),
    ] {
        assert!(error.to_string().contains("there is no journal"), "{error}");
    }
}

#[test]
fn what_is_replaced_is_kept_whole_under_another_name() {
    let dir = tempfile::tempdir().unwrap();
    let old = open(dir.path(), &Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(Chain::new(1).write(&old, "old"));
    let image = tempfile::tempdir().unwrap();
    for name in ["journal.db", "journal.db-wal"] {
        fs::copy(dir.path().join(name), image.path().join(name)).unwrap();
    }
    let copy = image.path().join("copy.db");
    fs::write(&copy, journal()).unwrap();
    let (report, aside) = restore(&copy, image.path(), Some(MARK)).unwrap();
    assert_eq!(report.events, LOGS * EVENTS);
    let aside = aside.unwrap();
    assert_eq!(verify_dir(image.path()).unwrap().events, LOGS * EVENTS);
    let kept = tempfile::tempdir().unwrap();
    let wal = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    fs::copy(&aside, kept.path().join("journal.db")).unwrap();
    fs::copy(wal(&aside), kept.path().join("journal.db-wal")).unwrap();
    assert_eq!(
        verify_dir(kept.path()).unwrap().events,
        1,
        "with its newest event"
    );
}

/// Repairs, and holds what is there then against what was there before.
fn repaired(dir: &Path) -> Repaired {
    let path = dir.join("journal.db");
    let damaged = fs::read(&path).unwrap();
    let repaired = repair(dir, MARK).unwrap().expect("it was broken");
    assert!(repaired.now.is_whole(), "{repaired:?}");
    assert!(verify_dir(dir).unwrap().is_whole());
    assert_eq!(fs::read(&repaired.before).unwrap(), damaged, "as it was");
    let whole = dir_with(journal());
    let all = rows(&whole.path().join("journal.db"));
    for row in rows(&path) {
        assert!(all.contains(&row), "{row:?} was never written");
    }
    assert_eq!(repair(dir, MARK).unwrap(), None, "and now it is whole");
    repaired
}

#[test]
fn a_whole_journal_is_left_alone() {
    let dir = dir_with(journal());
    assert_eq!(repair(dir.path(), MARK).unwrap(), None);
    assert_eq!(fs::read(dir.path().join("journal.db")).unwrap(), journal());
    assert_eq!(names(dir.path()), ["journal.db"]);
}

#[test]
fn an_event_that_is_gone_sets_the_rest_of_its_log_aside_and_no_other() {
    let dir = changed(|journal| {
        journal
            .execute("DELETE FROM events WHERE place = ?1", [place(2, 4)])
            .unwrap();
    });
    let repaired = repaired(dir.path());
    assert_eq!(repaired.now.events, LOGS * EVENTS - 5);
    let [log] = repaired.set_aside.as_slice() else {
        panic!("{repaired:?}")
    };
    assert_eq!(
        (log.incident, log.kept, log.events),
        (IncidentId(2), Seq(3), 4)
    );
    assert_eq!(log.head, Some(Seq(EVENTS)));
    assert!(log.why.contains("4 is missing"), "{}", log.why);
    let aside = fs::read_to_string(&repaired.aside).unwrap();
    let lines: Vec<serde_json::Value> = aside
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seqs: Vec<u64> = lines
        .iter()
        .map(|line| line["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, [5, 6, 7, 8]);
    assert!(lines[3]["text"].as_str().unwrap().contains("eight"));
}

#[test]
fn an_end_that_is_gone_is_counted_and_half_a_command_is_kept() {
    let dir = changed(|journal| {
        journal
            .execute("DELETE FROM events WHERE place = ?1", [place(3, EVENTS)])
            .unwrap();
    });
    let repaired = repaired(dir.path());
    let [log] = repaired.set_aside.as_slice() else {
        panic!("{repaired:?}")
    };
    assert_eq!(
        (log.kept, log.events, log.head),
        (Seq(EVENTS - 1), 0, Some(Seq(EVENTS)))
    );
    assert!(log.why.contains("went on to 8"), "{}", log.why);
}

#[test]
fn what_is_wrong_beside_the_events_costs_none_of_them() {
    for change in [
        "UPDATE events SET latest = latest + 1",
        "UPDATE events SET target = 7",
        "DELETE FROM commands",
        "UPDATE heads SET seq = 1",
        "DELETE FROM heads",
    ] {
        let dir = changed(|journal| {
            journal.execute(change, []).unwrap();
        });
        let repaired = repaired(dir.path());
        assert_eq!(repaired.now.events, LOGS * EVENTS, "{change}");
        assert_eq!(repaired.set_aside, [], "{change}");
    }
}

#[test]
fn a_server_goes_on_where_the_repaired_log_ends() {
    let dir = changed(|journal| {
        let change = "UPDATE events SET body = 'x' WHERE place = ?1";
        journal.execute(change, [place(1, EVENTS)]).unwrap();
    });
    repaired(dir.path());
    let journal = open(dir.path(), &Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let heads = journal.heads().await.unwrap();
        assert_eq!(heads[0].seq, Seq(EVENTS - 1));
        let after = ReadFrom::After(Seq(EVENTS - 2));
        let read = journal.read(IncidentId(1), after, 9).await.unwrap();
        let command = read[0].event().command;
        assert_eq!(journal.find_command(command).await.unwrap().len(), 1);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn of_a_file_that_is_cut_everything_that_is_left_and_fits_is_kept(share in 0.3_f64..1.0) {
        let bytes = journal();
        let length = (bytes.len() as f64 * share) as usize;
        let dir = dir_with(&bytes[..length]);
        let kept = match repair(dir.path(), MARK) {
            Ok(Some(repaired)) => {
                prop_assert!(repaired.now.is_whole());
                rows(&dir.path().join("journal.db"))
            }
            Ok(None) => rows(&dir.path().join("journal.db")),
            Err(_) => {
                // Too little was left: it is as it was.
                prop_assert_eq!(fs::read(dir.path().join("journal.db")).unwrap(), &bytes[..length]);
                return Ok(());
            }
        };
        let whole = dir_with(bytes);
        let all = rows(&whole.path().join("journal.db"));
        prop_assert!(kept.iter().all(|row| all.contains(row)));
    }

    #[test]
    fn of_a_flipped_bit_nothing_before_it_is_lost(
        incident in 1..=LOGS, seq in 1..=EVENTS, at in any::<prop::sample::Index>(), bit in 0..7_u32
    ) {
        let dir = changed(|journal| {
            let select = "SELECT CAST(body AS BLOB) FROM events WHERE place = ?1";
            let mut body: Vec<u8> =
                journal.query_row(select, [place(incident, seq)], |row| row.get(0)).unwrap();
            let at = at.index(body.len());
            body[at] ^= 1_u8 << bit;
            let update = "UPDATE events SET body = CAST(?2 AS TEXT) WHERE place = ?1";
            journal.execute(update, (place(incident, seq), body)).unwrap();
        });
        let repaired = repair(dir.path(), MARK).unwrap().unwrap();
        prop_assert!(repaired.now.is_whole());
        prop_assert_eq!(repaired.now.events, LOGS * EVENTS - (EVENTS - seq + 1));
        prop_assert_eq!(repaired.set_aside.len(), 1);
        prop_assert_eq!(repaired.set_aside[0].kept, Seq(seq - 1));
        prop_assert_eq!(repaired.set_aside[0].events, EVENTS - seq + 1);
    }
}
