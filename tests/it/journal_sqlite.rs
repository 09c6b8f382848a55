//! What is particular to the SQLite engine: one process at a time, full disks, kills, and files
//! that are not what they should be.

use crate::support::chain::*;
use futures_util::future::join_all;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use warroom::incident::*;
use warroom::journal::sqlite::{Options, SqliteJournal, open};
use warroom::journal::*;

fn opened(dir: &Path) -> SqliteJournal {
    open(dir, &Options::default()).unwrap()
}

fn refused(dir: &Path) -> (OpenJournalError, String) {
    let error = open(dir, &Options::default()).unwrap_err();
    let text = error.to_string();
    assert!(text.ends_with('.'), "{text}");
    let name = dir.file_name().unwrap().to_str().unwrap();
    assert!(text.contains(name), "it names what it is about: {text}");
    (error, text)
}

/// A journal of one log with `n` notes, closed.
async fn journal_of(dir: &Path, n: usize) -> Chain {
    let journal = opened(dir);
    let mut log = Chain::new(1);
    for i in 0..n {
        log.write(&journal, &format!("note {i}")).await;
    }
    log
}

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = journal_of(dir.path(), 5).await;
    let files: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("journal"))
        .collect();
    assert_eq!(files, ["journal.db"], "a clean close leaves one file");
    let journal = opened(dir.path());
    log.write(&journal, "one more").await;
    let read = journal.read(IncidentId(1), ReadFrom::After(Seq::ZERO), 100);
    assert_eq!(seqs(&read.await.unwrap()), [1, 2, 3, 4, 5, 6]);
    assert_eq!(search(&journal, "more").await, ["one more"]);
}

#[tokio::test]
async fn closing_writes_what_waits_and_refuses_what_comes_later() {
    let dir = tempfile::tempdir().unwrap();
    let journal = opened(dir.path());
    let asked: Vec<_> = chain(1, 100)
        .into_iter()
        .map(|record| journal.append(IncidentId(1), Seq(record.seq().0 - 1), vec![record]))
        .collect();
    journal.close().await;
    assert!(join_all(asked).await.iter().all(Result::is_ok));
    let late = Chain::new(2).note("late");
    let done = journal.append(IncidentId(2), Seq::ZERO, late).await;
    assert!(matches!(done, Err(AppendError::Engine(_))), "{done:?}");
    let heads = journal.heads().await.unwrap();
    assert_eq!(heads[0].seq, Seq(100), "reads go on");
    drop(journal);
    assert!(verify_dir(dir.path()).unwrap().is_whole());
}

#[tokio::test]
async fn a_second_one_is_refused_and_told_who_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let journal = opened(dir.path());
    let (error, text) = refused(dir.path());
    assert!(text.contains(&std::process::id().to_string()), "{text}");
    assert!(matches!(
        error,
        OpenJournalError::Locked { address: None, .. }
    ));
    journal.announce("127.0.0.1:7911").unwrap();
    let (error, _) = refused(dir.path());
    let OpenJournalError::Locked { pid, address, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(pid, Some(std::process::id()));
    assert_eq!(address.as_deref(), Some("127.0.0.1:7911"));
    // The first one is not disturbed, and the next gets in once it is gone.
    Chain::new(1).write(&journal, "still here").await;
    drop(journal);
    opened(dir.path());
}

/// Changes one row of a closed journal's file.
fn tamper(dir: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(dir.join("journal.db")).unwrap();
    assert_eq!(connection.execute(sql, []).unwrap(), 1, "{sql}");
}

/// Keeps the writer waiting for the file for as long as the connection's transaction lasts.
fn hold_the_file(dir: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(dir.join("journal.db")).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

#[tokio::test]
async fn what_waits_goes_into_few_commits_and_a_full_queue_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let journal = opened(dir.path());
    let logs: Vec<Vec<Record>> = (1..=8).map(|i| chain(i, 150)).collect();
    let holder = hold_the_file(dir.path());
    let first = vec![logs[0][0].clone()];
    let mut asked = vec![journal.append(IncidentId(1), Seq::ZERO, first)];
    // The writer has taken it and waits for the file: what comes now waits in the queue.
    while journal.stats().queued > 0 {
        tokio::task::yield_now().await;
    }
    for at in 0..150 {
        for (i, log) in logs.iter().enumerate().skip(usize::from(at == 0)) {
            let incident = IncidentId(i as u64 + 1);
            let record = vec![log[at].clone()];
            asked.push(journal.append(incident, Seq(at as u64), record));
        }
    }
    holder.execute_batch("ROLLBACK").unwrap();
    drop(holder);
    let done = join_all(asked).await;
    let ok = done.iter().filter(|done| done.is_ok()).count();
    let busy = done
        .iter()
        .filter(|done| **done == Err(AppendError::Busy))
        .count();
    assert_eq!(ok + busy, 1_200, "{:?}", done.iter().find(|d| d.is_err()));
    assert_eq!(ok, 1 + APPEND_QUEUE);
    let stats = journal.stats();
    assert_eq!((stats.appends, stats.busy), (ok as u64, busy as u64));
    assert!(
        stats.commits <= 1 + APPEND_QUEUE.div_ceil(GROUP_COMMIT) as u64,
        "{stats:?}"
    );
    assert_eq!(stats.queued, 0);
    let heads = journal.heads().await.unwrap();
    assert_eq!(heads.iter().map(|head| head.seq.0).sum::<u64>(), ok as u64);
    drop(journal);
    assert!(verify_dir(dir.path()).unwrap().is_whole());
}

#[tokio::test]
async fn a_full_disk_refuses_writes_reads_go_on_and_room_helps() {
    let dir = tempfile::tempdir().unwrap();
    let capped = Options {
        max_bytes: Some(256 * 1024),
        ..Options::default()
    };
    let journal = open(dir.path(), &capped).unwrap();
    let mut log = Chain::new(1);
    let long = "x".repeat(8_000);
    let full = loop {
        if let Err(error) = log.try_write(&journal, &long).await {
            break error;
        }
        assert!(log.seq.0 < 100, "the cap holds");
    };
    assert_eq!(full, AppendError::DiskFull);
    let written = log.seq;
    assert!(written.0 > 5, "{written}");
    // Still full, and still answering.
    assert_eq!(journal.probe().await, Err(AppendError::DiskFull));
    assert_eq!(
        log.try_write(&journal, &long).await,
        Err(AppendError::DiskFull)
    );
    let read = journal.read(IncidentId(1), ReadFrom::Before(Seq(u64::MAX)), 1);
    assert_eq!(read.await.unwrap()[0].seq(), written);
    assert!(verify_dir(dir.path()).unwrap().is_whole());
    drop(journal);
    let journal = opened(dir.path());
    log.write(&journal, &long).await;
    assert_eq!(journal.heads().await.unwrap()[0].seq, written.next());
    drop(journal);
    assert!(verify_dir(dir.path()).unwrap().is_whole());
}

#[tokio::test]
async fn an_append_too_large_for_the_disk_does_not_take_others_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let capped = Options {
        max_bytes: Some(256 * 1024),
        ..Options::default()
    };
    let journal = open(dir.path(), &capped).unwrap();
    let mut small = Chain::new(2);
    let mut large = Chain::new(1);
    let holder = hold_the_file(dir.path());
    let asked = [
        journal.append(IncidentId(3), Seq::ZERO, Chain::new(3).note("before")),
        journal.append(IncidentId(1), Seq::ZERO, large.note(&"x".repeat(300_000))),
        journal.append(IncidentId(2), Seq::ZERO, small.note("small")),
        journal.append(IncidentId(1), Seq(1), large.note("behind the large one")),
    ];
    holder.execute_batch("ROLLBACK").unwrap();
    drop(holder);
    let done = join_all(asked).await;
    assert_eq!(done[..3], [Ok(()), Err(AppendError::DiskFull), Ok(())]);
    assert!(matches!(done[3], Err(AppendError::Conflict { .. })));
    small.write(&journal, "and on").await;
    drop(journal);
    let report = verify_dir(dir.path()).unwrap();
    assert_eq!((report.events, report.is_whole()), (3, true));
}

/// The files as a kill at this moment would leave them.
fn killed(dir: &Path) -> tempfile::TempDir {
    let image = tempfile::tempdir().unwrap();
    for name in [
        "journal.db",
        "journal.db-wal",
        "derived.db",
        "derived.db-wal",
    ] {
        // One that is not there yet is not there after the kill.
        let _ = fs::copy(dir.join(name), image.path().join(name));
    }
    image
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let journal = opened(dir.path());
    let mut log = Chain::new(1);
    for i in 0..50 {
        log.write(&journal, &format!("note {i}")).await;
    }
    let image = killed(dir.path());
    // Verified as it lies there, then opened.
    let report = verify_dir(image.path()).unwrap();
    assert_eq!((report.events, report.is_whole()), (50, true), "{report:?}");
    let again = opened(image.path());
    assert_eq!(again.heads().await.unwrap()[0].seq, Seq(50));
    log.write(&again, "after the kill").await;
    assert_eq!(search(&again, "note").await.len(), 50);
    assert_eq!(search(&again, "kill").await.len(), 1);
}

#[tokio::test]
async fn a_log_that_was_made_long_beforehand_is_read_as_far_as_it_goes() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        ready_log: true,
        ..Options::default()
    };
    let journal = open(dir.path(), &options).unwrap();
    let mut log = Chain::new(1);
    log.write(&journal, "perhaps before").await;
    let wal = dir.path().join("journal.db-wal");
    let limit = Instant::now() + Duration::from_secs(60);
    while fs::metadata(&wal).unwrap().len() < 12 << 20 {
        assert!(Instant::now() < limit, "the log was not made longer");
        tokio::task::yield_now().await;
    }
    for i in 0..50 {
        log.write(&journal, &format!("note {i}")).await;
    }
    assert!(
        fs::metadata(&wal).unwrap().len() < 14 << 20,
        "it has a bound"
    );
    let image = killed(dir.path());
    let report = verify_dir(image.path()).unwrap();
    assert_eq!((report.events, report.is_whole()), (51, true), "{report:?}");
    let again = opened(image.path());
    assert_eq!(again.heads().await.unwrap()[0].seq, Seq(51));
    drop(journal);
    assert!(!wal.exists(), "a clean close leaves one file");
    assert!(verify_dir(dir.path()).unwrap().is_whole());
}

#[tokio::test]
async fn the_index_catches_up_with_what_a_kill_left_behind() {
    let dir = tempfile::tempdir().unwrap();
    let derived = dir.path().join("derived.db");
    let old = dir.path().join("derived.old");
    let mut log = Chain::new(1);
    let journal = opened(dir.path());
    log.write(&journal, "first words").await;
    log.write(&journal, "second words").await;
    assert_eq!(search(&journal, "words").await.len(), 2);
    drop(journal);
    fs::copy(&derived, &old).unwrap();
    let journal = opened(dir.path());
    log.append(&journal, vec![amended(1, "other things")]).await;
    log.append(&journal, vec![retracted(2)]).await;
    for i in 0..600 {
        log.append(&journal, vec![note(&format!("late words {i}"))])
            .await;
    }
    drop(journal);
    fs::copy(&old, &derived).unwrap();
    let journal = opened(dir.path());
    assert_eq!(search(&journal, "second").await, [""; 0]);
    assert_eq!(search(&journal, "other things").await.len(), 1);
    assert_eq!(search(&journal, "late words 599").await.len(), 1);
}

#[tokio::test]
async fn an_index_of_another_history_or_a_damaged_one_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (file, backup) = (dir.path().join("journal.db"), dir.path().join("backup"));
    let mut log = journal_of(dir.path(), 2).await;
    fs::copy(&file, &backup).unwrap();
    let mut other = log.clone();
    let journal = opened(dir.path());
    log.write(&journal, "lost words").await;
    let records = journal.read(IncidentId(1), ReadFrom::After(Seq::ZERO), 10);
    let mut incident = Incident::new(IncidentId(1));
    for record in records.await.unwrap() {
        apply(&mut incident, record.event());
    }
    let kept = journal.save_checkpoint(1, Box::new(incident)).await;
    assert_eq!(kept, Ok(()));
    assert_eq!(search(&journal, "lost").await.len(), 1);
    drop(journal);
    // A backup of the journal is put in its place and goes on in another way.
    fs::copy(&backup, &file).unwrap();
    let journal = opened(dir.path());
    assert_eq!(search(&journal, "lost").await, [""; 0]);
    other.write(&journal, "new words").await;
    assert_eq!(search(&journal, "words").await, ["new words"]);
    let state = journal.load_checkpoint(1, IncidentId(1)).await.unwrap();
    assert_eq!(state, None, "a state of what never happened is not given");
    drop(journal);
    for damage in [&b"not a database at all"[..], b""] {
        fs::write(dir.path().join("derived.db"), damage).unwrap();
        let journal = opened(dir.path());
        assert_eq!(search(&journal, "words").await, ["new words"]);
    }
}

#[tokio::test]
async fn a_file_that_is_cut_short_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), 200).await;
    let path = dir.path().join("journal.db");
    let whole = fs::read(&path).unwrap();
    for keep in [0, 1, 50, 5_000, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..keep]).unwrap();
        let (error, text) = refused(dir.path());
        let named = match error {
            OpenJournalError::Damaged { .. } => text.contains("backup"),
            OpenJournalError::NotAJournal { .. } => keep < 16,
            _ => false,
        };
        assert!(named, "{keep} bytes: {text}");
        // What is left of it is walked, where that is enough to be walked, and is not whole.
        let verified = verify_dir(dir.path());
        match &verified {
            Err(error) => assert!(keep < whole.len() / 2, "{keep} bytes: {error}"),
            Ok(report) => {
                let damage = report.damage.join(" ");
                assert!(
                    damage.contains("its end is missing"),
                    "{keep} bytes: {damage}"
                );
                assert!(!report.is_whole(), "{report:?}");
            }
        }
        assert_eq!(fs::read(&path).unwrap().len(), keep, "it is left alone");
    }
    fs::write(&path, &whole).unwrap();
    opened(dir.path());
}

#[tokio::test]
async fn a_file_that_is_something_else_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal.db");
    let noise: Vec<u8> = (0..20_000_u32).map(|i| ((i * i) >> 3) as u8).collect();
    fs::write(&path, &noise).unwrap();
    let (error, text) = refused(dir.path());
    assert!(
        matches!(error, OpenJournalError::NotAJournal { .. }),
        "{text}"
    );
    assert_eq!(fs::read(&path).unwrap(), noise);
    fs::remove_file(&path).unwrap();
    // Another program's database.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE recipes (soup)").unwrap();
    drop(other);
    let (error, text) = refused(dir.path());
    assert!(
        matches!(error, OpenJournalError::NotAJournal { .. }),
        "{text}"
    );
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), 1).await;
    let connection = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let (error, text) = refused(dir.path());
    assert!(matches!(error, OpenJournalError::Newer { found: 99, .. }));
    assert!(text.contains("version 99"), "{text}");
    let error = verify_dir(dir.path()).unwrap_err();
    assert!(matches!(error, OpenJournalError::Newer { found: 99, .. }));
}

#[tokio::test]
async fn a_journal_that_left_only_its_write_ahead_log_is_not_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let journal = opened(dir.path());
    Chain::new(1).write(&journal, "one").await;
    let image = killed(dir.path());
    fs::remove_file(image.path().join("journal.db")).unwrap();
    let (error, text) = refused(image.path());
    assert!(matches!(error, OpenJournalError::Damaged { .. }), "{text}");
}

#[tokio::test]
async fn a_directory_that_cannot_be_used_is_named() {
    // A file where the directory should be: this is refused to the superuser too.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("in-the-way");
    fs::write(&file, "x").unwrap();
    let (error, text) = refused(&file);
    assert!(
        matches!(error, OpenJournalError::Directory { .. }),
        "{text}"
    );
    assert!(text.contains("--data"), "{text}");
    let (error, _) = refused(&file.join("below"));
    assert!(matches!(error, OpenJournalError::Directory { .. }));
}

#[tokio::test]
async fn a_log_that_does_not_end_at_its_head_is_not_written_on() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), 3).await;
    tamper(
        dir.path(),
        "DELETE FROM events WHERE place & 4294967295 = 3",
    );
    let (error, text) = refused(dir.path());
    assert!(matches!(error, OpenJournalError::Damaged { .. }), "{text}");
    assert!(text.contains("INC-1"), "{text}");
}

#[tokio::test]
async fn the_memory_engine_fails_and_waits_on_demand() {
    let journal = MemoryJournal::new();
    let mut log = Chain::new(1);
    journal.fail_next(2, &AppendError::DiskFull);
    for _ in 0..2 {
        assert_eq!(
            log.try_write(&journal, "x").await,
            Err(AppendError::DiskFull)
        );
    }
    log.write(&journal, "fits again").await;
    journal.hold();
    let mut asked = Vec::new();
    for _ in 0..=APPEND_QUEUE {
        let expected = log.seq;
        asked.push(journal.append(IncidentId(1), expected, log.note("waits")));
    }
    assert_eq!(asked.pop().unwrap().await, Err(AppendError::Busy));
    assert_eq!(journal.heads().await.unwrap()[0].seq, Seq(1));
    assert_eq!(journal.stats().queued, APPEND_QUEUE as u64);
    journal.release();
    assert!(join_all(asked).await.iter().all(Result::is_ok));
    assert_eq!(
        journal.heads().await.unwrap()[0].seq,
        Seq(1 + APPEND_QUEUE as u64)
    );
}

#[tokio::test]
async fn an_event_in_the_place_of_another_is_never_read_as_that_one() {
    let dir = tempfile::tempdir().unwrap();
    journal_of(dir.path(), 5).await;
    // What a damaged page may hold, whose numbers say otherwise than its texts.
    let moved = "UPDATE events SET place = place + 10 WHERE place & 4294967295 = 2";
    tamper(dir.path(), moved);
    let journal = opened(dir.path());
    let all = journal.read(IncidentId(1), ReadFrom::After(Seq::ZERO), 100);
    let ReadError(why) = all.await.unwrap_err();
    assert!(
        why.contains("event 12 of INC-1") && why.contains("another one stands in its place"),
        "{why}"
    );
    let before_it = journal.read(IncidentId(1), ReadFrom::Before(Seq(10)), 100);
    assert_eq!(seqs(&before_it.await.unwrap()), [5, 4, 3, 1]);
}
