//! What every engine must do: each case runs on each of them.

use crate::support::chain::*;
use futures_util::future::join_all;
use tokio::sync::broadcast::error::TryRecvError;
use warroom::incident::*;
use warroom::journal::*;

macro_rules! contract {
    ($($case:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $case() {
                super::$case(&warroom::journal::MemoryJournal::new()).await;
            })*
        }
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                let dir = tempfile::tempdir().unwrap();
                let options = warroom::journal::sqlite::Options::default();
                let journal = warroom::journal::sqlite::open(dir.path(), &options).unwrap();
                super::$case(&journal).await;
                drop(journal);
                let report = warroom::journal::verify_dir(dir.path()).unwrap();
                assert!(report.is_whole(), "{report:?}");
            })*
        }
    };
}

contract!(
    an_append_is_read_back_byte_for_byte,
    an_append_behind_another_head_is_a_conflict_and_writes_nothing,
    a_record_that_names_another_hash_is_a_conflict,
    a_command_happens_once_in_whichever_log,
    records_that_do_not_belong_together_are_refused,
    appends_of_one_log_are_carried_out_in_the_order_of_the_calls,
    what_waits_behind_a_failed_append_fails_too,
    pages_go_forwards_and_backwards_and_stay_in_their_log,
    a_moment_is_found_also_when_the_clock_was_set_back,
    corrections_are_found_by_what_they_correct,
    a_command_is_found_with_all_its_events,
    heads_are_the_ends_of_all_logs,
    a_follower_gets_everything_in_order_and_is_told_when_it_lags,
    a_refused_append_is_not_followed,
    search_finds_entries_as_they_stand_now,
    search_shows_what_is_private_only_to_those_who_may,
    search_never_reads_words_as_a_query_language,
    search_gives_the_newest_first_and_no_more_than_asked,
    the_newest_state_of_a_fold_is_kept,
    a_state_ahead_of_its_log_is_not_kept,
    many_writers_at_once_all_get_through,
    an_unknown_kind_of_event_is_carried_whole,
    a_probe_leaves_nothing,
);

async fn a_probe_leaves_nothing(journal: &dyn Journal) {
    assert_eq!(journal.probe().await, Ok(()));
    assert!(journal.heads().await.unwrap().is_empty());
    let records = fill(journal, 1, 3).await;
    for _ in 0..3 {
        assert_eq!(journal.probe().await, Ok(()));
    }
    let read = read_all(journal, 1).await;
    assert_eq!(read.len(), records.len());
    assert_eq!(journal.heads().await.unwrap().len(), 1);
}

async fn read_all(journal: &dyn Journal, incident: u64) -> Vec<Record> {
    let from = ReadFrom::After(Seq::ZERO);
    let records = journal.read(IncidentId(incident), from, u32::MAX).await;
    records.unwrap()
}

async fn fill(journal: &dyn Journal, incident: u64, n: usize) -> Vec<Record> {
    let records = chain(incident, n);
    for record in &records {
        let expected = Seq(record.seq().0 - 1);
        let done = journal.append(IncidentId(incident), expected, vec![record.clone()]);
        assert_eq!(done.await, Ok(()));
    }
    records
}

async fn an_append_is_read_back_byte_for_byte(journal: &dyn Journal) {
    let mut chain = Chain::new(1);
    let records = chain.command(vec![
        note("Ünïcödé \u{1f525} \"quotes\" \\ \n end"),
        note("two"),
    ]);
    let done = journal.append(IncidentId(1), Seq::ZERO, records.clone());
    assert_eq!(done.await, Ok(()));
    let read = read_all(journal, 1).await;
    assert_eq!(read.len(), 2);
    for (read, written) in read.iter().zip(&records) {
        assert_eq!(read.json(), written.json());
        assert_eq!(read.hash(), written.hash());
        assert_eq!(read.event(), written.event());
    }
    assert!(read_all(journal, 2).await.is_empty());
}

async fn an_append_behind_another_head_is_a_conflict_and_writes_nothing(journal: &dyn Journal) {
    fill(journal, 1, 3).await;
    let conflict = |expected, head| {
        Err(AppendError::Conflict {
            incident: IncidentId(1),
            expected: Seq(expected),
            head: Seq(head),
        })
    };
    let other = chain(1, 9);
    for at in [0_u64, 2, 5, 8] {
        let record = other[at as usize].clone();
        let done = journal.append(IncidentId(1), Seq(at), vec![record]).await;
        assert_eq!(done, conflict(at, 3));
    }
    assert_eq!(seqs(&read_all(journal, 1).await), [1, 2, 3]);
}

async fn a_record_that_names_another_hash_is_a_conflict(journal: &dyn Journal) {
    fill(journal, 1, 3).await;
    // The number is right, but it follows another history.
    let mut other = Chain::new(1);
    for _ in 0..3 {
        other.note("other");
    }
    let record = other.note("four");
    let done = journal.append(IncidentId(1), Seq(3), record).await;
    assert!(
        matches!(done, Err(AppendError::Conflict { .. })),
        "{done:?}"
    );
    assert_eq!(read_all(journal, 1).await.len(), 3);
}

async fn a_command_happens_once_in_whichever_log(journal: &dyn Journal) {
    let mut one = Chain::new(1);
    let records = one.note("once");
    let command = records[0].event().command;
    let done = journal.append(IncidentId(1), Seq::ZERO, records.clone());
    assert_eq!(done.await, Ok(()));
    let duplicate = Err(AppendError::Duplicate(command));
    // Sent again as it was, decided again on the new head, and sent to another log.
    let again = journal.append(IncidentId(1), Seq::ZERO, records).await;
    assert_eq!(again, duplicate);
    let on_top = one.command_as(command, vec![note("once")]);
    assert_eq!(
        journal.append(IncidentId(1), Seq(1), on_top).await,
        duplicate
    );
    let elsewhere = Chain::new(2).command_as(command, vec![note("once")]);
    let done = journal.append(IncidentId(2), Seq::ZERO, elsewhere).await;
    assert_eq!(done, duplicate);
    assert_eq!(read_all(journal, 1).await.len(), 1);
    assert!(read_all(journal, 2).await.is_empty());
}

async fn records_that_do_not_belong_together_are_refused(journal: &dyn Journal) {
    let mut chain = Chain::new(1);
    let (first, second) = (chain.note("a"), chain.note("b"));
    let two_commands = vec![first[0].clone(), second[0].clone()];
    let gap = vec![first[0].clone(), first[0].clone()];
    let elsewhere = Chain::new(2).note("c");
    for records in [Vec::new(), two_commands, gap, elsewhere] {
        let done = journal.append(IncidentId(1), Seq::ZERO, records).await;
        assert!(matches!(done, Err(AppendError::Engine(_))), "{done:?}");
    }
    assert!(journal.heads().await.unwrap().is_empty());
}

async fn appends_of_one_log_are_carried_out_in_the_order_of_the_calls(journal: &dyn Journal) {
    let asked: Vec<_> = chain(1, 50)
        .into_iter()
        .map(|record| journal.append(IncidentId(1), Seq(record.seq().0 - 1), vec![record]))
        .collect();
    // The answers are awaited from the last one on: it is the calls that count.
    for done in asked.into_iter().rev() {
        assert_eq!(done.await, Ok(()));
    }
    assert_eq!(
        seqs(&read_all(journal, 1).await),
        (1..=50).collect::<Vec<_>>()
    );
}

async fn what_waits_behind_a_failed_append_fails_too(journal: &dyn Journal) {
    let mut log = Chain::new(1);
    log.write(journal, "one").await;
    let command = read_all(journal, 1).await[0].event().command;
    let bad = log.command_as(command, vec![note("again")]);
    let behind = log.note("behind");
    let last = log.note("last");
    let asked = [
        journal.append(IncidentId(1), Seq(1), bad),
        journal.append(IncidentId(1), Seq(2), behind),
        journal.append(IncidentId(1), Seq(3), last),
    ];
    let done = join_all(asked).await;
    assert_eq!(done[0], Err(AppendError::Duplicate(command)));
    for (at, expected) in [(1, 2), (2, 3)] {
        let conflict = AppendError::Conflict {
            incident: IncidentId(1),
            expected: Seq(expected),
            head: Seq(1),
        };
        assert_eq!(done[at], Err(conflict));
    }
    assert_eq!(seqs(&read_all(journal, 1).await), [1]);
}

async fn pages_go_forwards_and_backwards_and_stay_in_their_log(journal: &dyn Journal) {
    for incident in [1, 2, 3] {
        fill(journal, incident, 10).await;
    }
    let read = async |from, limit| {
        let records = journal.read(IncidentId(2), from, limit).await.unwrap();
        assert!(records.iter().all(|r| r.event().incident == IncidentId(2)));
        seqs(&records)
    };
    assert_eq!(read(ReadFrom::After(Seq(0)), 3).await, [1, 2, 3]);
    assert_eq!(read(ReadFrom::After(Seq(8)), 30).await, [9, 10]);
    assert_eq!(read(ReadFrom::After(Seq(10)), 30).await, [0; 0]);
    assert_eq!(read(ReadFrom::After(Seq(u64::MAX)), 30).await, [0; 0]);
    assert_eq!(read(ReadFrom::Before(Seq(4)), 2).await, [3, 2]);
    assert_eq!(read(ReadFrom::Before(Seq(4)), 30).await, [3, 2, 1]);
    assert_eq!(read(ReadFrom::Before(Seq(1)), 30).await, [0; 0]);
    assert_eq!(read(ReadFrom::Before(Seq(0)), 30).await, [0; 0]);
    assert_eq!(read(ReadFrom::Before(Seq(u64::MAX)), 1).await, [10]);
    assert_eq!(read(ReadFrom::After(Seq(0)), 0).await, [0; 0]);
    let beyond = journal.read(IncidentId(u64::MAX), ReadFrom::After(Seq(0)), 5);
    assert!(beyond.await.unwrap().is_empty());
}

async fn a_moment_is_found_also_when_the_clock_was_set_back(journal: &dyn Journal) {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    fill(journal, 1, 2).await;
    let mut log = Chain::new(2);
    log.set_clock(at("2026-11-24T14:00:00Z"));
    for _ in 0..5 {
        log.write(journal, "before").await; // 14:00:01 to 14:00:05
    }
    log.set_clock(at("2026-11-24T13:00:00Z"));
    for _ in 0..5 {
        log.write(journal, "set back").await; // 13:00:01 to 13:00:05
    }
    log.set_clock(at("2026-11-24T15:00:00Z"));
    log.write(journal, "after").await;
    fill(journal, 3, 2).await;
    for (moment, first) in [
        ("2000-01-01T00:00:00Z", Some(1)),
        ("2026-11-24T13:00:03Z", Some(1)),
        ("2026-11-24T14:00:01Z", Some(1)),
        ("2026-11-24T14:00:01.001Z", Some(2)),
        ("2026-11-24T14:00:05Z", Some(5)),
        ("2026-11-24T14:00:06Z", Some(11)),
        ("2026-11-24T15:00:01Z", Some(11)),
        ("2026-11-24T15:00:01.000001Z", None),
    ] {
        let from = ReadFrom::At(at(moment));
        let found = journal.read(IncidentId(2), from, 2).await.unwrap();
        assert_eq!(found.first().map(|r| r.seq().0), first, "{moment}");
    }
    let none = journal.read(IncidentId(9), ReadFrom::At(at("2000-01-01T00:00:00Z")), 5);
    assert!(none.await.unwrap().is_empty());
}

async fn corrections_are_found_by_what_they_correct(journal: &dyn Journal) {
    for incident in [1, 2] {
        let mut log = Chain::new(incident);
        log.append(journal, (1..=5).map(|i| note(&format!("{i}"))).collect())
            .await;
        log.append(journal, vec![amended(4, "four")]).await;
        log.append(journal, vec![amended(2, "two")]).await;
        log.append(journal, vec![retracted(4)]).await;
        let pinned = What::Pinned {
            target: Seq(5),
            pinned: true,
            entry: None,
        };
        log.append(journal, vec![pinned.into()]).await;
    }
    let found = async |first, last| {
        let found = journal.corrections(IncidentId(1), Seq(first), Seq(last));
        seqs(&found.await.unwrap())
    };
    assert_eq!(found(1, 5).await, [6, 7, 8, 9]);
    assert_eq!(found(3, 4).await, [6, 8]);
    assert_eq!(found(5, u64::MAX).await, [9]);
    assert_eq!(found(1, 1).await, [0; 0]);
    assert_eq!(found(5, 1).await, [0; 0]);
}

async fn a_command_is_found_with_all_its_events(journal: &dyn Journal) {
    fill(journal, 1, 3).await;
    let mut log = Chain::new(2);
    log.write(journal, "before").await;
    let records = log.command(vec![note("a"), note("b"), note("c")]);
    let command = records[0].event().command;
    let done = journal.append(IncidentId(2), Seq(1), records).await;
    assert_eq!(done, Ok(()));
    log.write(journal, "after").await;
    let found = journal.find_command(command).await.unwrap();
    assert_eq!(seqs(&found), [2, 3, 4]);
    assert!(found.iter().all(|r| r.event().incident == IncidentId(2)));
    let never = CommandId(uuid::Uuid::from_u128(7));
    assert!(journal.find_command(never).await.unwrap().is_empty());
}

async fn heads_are_the_ends_of_all_logs(journal: &dyn Journal) {
    assert!(journal.heads().await.unwrap().is_empty());
    let mut wanted = Vec::new();
    for (incident, n) in [(3, 2), (1, 5), (2, 1)] {
        let records = fill(journal, incident, n).await;
        wanted.push(Head {
            incident: IncidentId(incident),
            seq: Seq(n as u64),
            hash: records[n - 1].hash(),
        });
    }
    wanted.sort_by_key(|head| head.incident);
    assert_eq!(journal.heads().await.unwrap(), wanted);
}

async fn a_follower_gets_everything_in_order_and_is_told_when_it_lags(journal: &dyn Journal) {
    fill(journal, 1, 2).await;
    let mut follower = journal.follow();
    assert_eq!(follower.try_recv().unwrap_err(), TryRecvError::Empty);
    let written = fill(journal, 2, 20).await;
    for record in written {
        // It is there by the time the append is answered.
        assert_eq!(follower.try_recv().unwrap().json(), record.json());
    }
    let mut log = Chain::new(3);
    let many = (0..=FOLLOW_QUEUE).map(|i| note(&format!("{i}"))).collect();
    log.append(journal, many).await;
    assert_eq!(follower.try_recv().unwrap_err(), TryRecvError::Lagged(1));
    assert_eq!(follower.try_recv().unwrap().seq(), Seq(2));
}

async fn a_refused_append_is_not_followed(journal: &dyn Journal) {
    let mut follower = journal.follow();
    let record = chain(1, 3).remove(2);
    let done = journal.append(IncidentId(1), Seq(2), vec![record]).await;
    assert!(done.is_err());
    assert_eq!(follower.try_recv().unwrap_err(), TryRecvError::Empty);
}

async fn search_finds_entries_as_they_stand_now(journal: &dyn Journal) {
    let mut log = Chain::new(1);
    log.write(journal, "the database is slow").await;
    log.write(journal, "pods restart because of memory").await;
    log.write(journal, "nothing to see").await;
    assert_eq!(search(journal, "database").await, ["the database is slow"]);
    assert_eq!(search(journal, "SLOW data").await, ["the database is slow"]);
    assert_eq!(search(journal, "data slow").await, [""; 0]);
    assert_eq!(search(journal, "database pods").await, [""; 0]);
    log.append(journal, vec![amended(1, "the cache is slow")])
        .await;
    assert_eq!(search(journal, "database").await, [""; 0]);
    assert_eq!(search(journal, "cache").await, ["the cache is slow"]);
    log.append(journal, vec![retracted(1)]).await;
    assert_eq!(search(journal, "slow").await, [""; 0]);
    // What was taken back stays so, whatever comes after it.
    log.append(journal, vec![amended(1, "the cache is slow again")])
        .await;
    assert_eq!(search(journal, "slow").await, [""; 0]);
    // Lines that the program wrote are found too.
    let asked = What::Linked {
        title: "dashboard".into(),
        url: "https://grafana.example/d/abc".into(),
    };
    log.append(journal, vec![asked.into()]).await;
    assert_eq!(search(journal, "grafana.example").await.len(), 1);
}

async fn search_shows_what_is_private_only_to_those_who_may(journal: &dyn Journal) {
    let mut log = Chain::new(1);
    log.append(journal, vec![noted("secret plan", true)]).await;
    log.append(journal, vec![note("open plan")]).await;
    log.append(journal, vec![amended(1, "secret plan two")])
        .await;
    let may = Search {
        incident: None,
        words: "plan".to_owned(),
        private: true,
        hidden: Vec::new(),
        limit: 10,
    };
    assert_eq!(journal.search(may.clone()).await.unwrap().len(), 2);
    let may_not = Search {
        private: false,
        ..may
    };
    let found = journal.search(may_not).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(&*found[0].text, "open plan");
}

async fn search_never_reads_words_as_a_query_language(journal: &dyn Journal) {
    let mut log = Chain::new(1);
    log.write(journal, "alpha beta").await;
    log.write(journal, "this OR that").await;
    log.write(journal, "say \"hello\" world").await;
    log.write(journal, "eu-west-1b is down").await;
    assert_eq!(search(journal, "alpha OR that").await, [""; 0]);
    assert_eq!(search(journal, "this OR").await, ["this OR that"]);
    assert_eq!(search(journal, "NOT alpha").await, [""; 0]);
    assert_eq!(search(journal, "alph* beta").await, [""; 0]);
    assert_eq!(search(journal, "\"hello\"").await.len(), 1);
    assert_eq!(search(journal, "eu-west-1b").await.len(), 1);
    assert_eq!(search(journal, "west-eu").await, [""; 0]);
    assert_eq!(search(journal, "-alpha").await, ["alpha beta"]);
    for odd in [
        "",
        " ",
        "\"",
        "\"\"",
        "*",
        "-",
        "(",
        ")",
        "alpha\"",
        "text:alpha",
        "^alpha",
        "{a b}: c",
        "a NEAR(b",
        "\0",
        "'; DROP TABLE entries; --",
        "\u{202e}",
        "alpha AND",
        "+",
        "a\0b",
    ] {
        let search = Search {
            incident: None,
            words: odd.to_owned(),
            private: true,
            hidden: Vec::new(),
            limit: 10,
        };
        let found = journal.search(search).await;
        assert!(found.is_ok(), "{odd:?}: {found:?}");
    }
    assert_eq!(search(journal, "* \" alpha").await, ["alpha beta"]);
}

async fn search_gives_the_newest_first_and_no_more_than_asked(journal: &dyn Journal) {
    for incident in [2, 1, 3] {
        let mut log = Chain::new(incident);
        for i in 1..=3 {
            log.write(journal, &format!("word {incident} {i}")).await;
        }
    }
    // Each chain's clock begins a minute after the one before it.
    let all = search(journal, "word").await;
    let wanted = [
        "3 3", "3 2", "3 1", "2 3", "2 2", "2 1", "1 3", "1 2", "1 1",
    ];
    assert_eq!(all, wanted.map(|end| format!("word {end}")));
    let one = Search {
        incident: Some(IncidentId(2)),
        words: "word".to_owned(),
        private: false,
        hidden: Vec::new(),
        limit: 2,
    };
    let found = journal.search(one.clone()).await.unwrap();
    let places: Vec<_> = found.iter().map(|f| (f.incident.0, f.seq.0)).collect();
    assert_eq!(places, [(2, 3), (2, 2)]);
    assert_eq!(found[0].by.as_str(), "lee");
    let at: Timestamp = "2026-11-24T14:02:03Z".parse().unwrap();
    assert_eq!(found[0].occurred_at, at);
    // What is hidden takes no place of what is found.
    let without = Search {
        incident: None,
        hidden: vec![IncidentId(3), IncidentId(1)],
        ..one.clone()
    };
    let found = journal.search(without).await.unwrap();
    let places: Vec<_> = found.iter().map(|f| (f.incident.0, f.seq.0)).collect();
    assert_eq!(places, [(2, 3), (2, 2)]);
    let beyond = Search {
        incident: Some(IncidentId(u64::MAX)),
        ..one
    };
    assert!(journal.search(beyond).await.unwrap().is_empty());
}

async fn folded(journal: &dyn Journal, upto: u64) -> Box<Incident> {
    let records = read_all(journal, 1).await;
    let mut incident = Incident::new(IncidentId(1));
    for record in records.iter().take(upto as usize) {
        apply(&mut incident, record.event());
    }
    Box::new(incident)
}

async fn the_newest_state_of_a_fold_is_kept(journal: &dyn Journal) {
    fill(journal, 1, 5).await;
    let load = async |fold| journal.load_checkpoint(fold, IncidentId(1)).await.unwrap();
    assert_eq!(load(1).await, None);
    let (three, five) = (folded(journal, 3).await, folded(journal, 5).await);
    assert_eq!(journal.save_checkpoint(1, three.clone()).await, Ok(()));
    assert_eq!(load(1).await, Some(three.clone()));
    assert_eq!(journal.save_checkpoint(1, five.clone()).await, Ok(()));
    assert_eq!(load(1).await, Some(five.clone()));
    // An older one that comes late does not take its place.
    assert_eq!(journal.save_checkpoint(1, three.clone()).await, Ok(()));
    assert_eq!(load(1).await, Some(five));
    assert_eq!(load(2).await, None);
    assert_eq!(journal.save_checkpoint(2, three.clone()).await, Ok(()));
    assert_eq!(load(2).await, Some(three));
    let other = journal.load_checkpoint(1, IncidentId(2)).await.unwrap();
    assert_eq!(other, None);
}

async fn a_state_ahead_of_its_log_is_not_kept(journal: &dyn Journal) {
    fill(journal, 1, 2).await;
    let mut ahead = folded(journal, 2).await;
    for record in chain(1, 4) {
        apply(&mut ahead, record.event());
    }
    assert_eq!(ahead.seq, Seq(4));
    let done = journal.save_checkpoint(1, ahead).await;
    assert!(matches!(done, Err(AppendError::Engine(_))), "{done:?}");
    let kept = journal.load_checkpoint(1, IncidentId(1)).await.unwrap();
    assert_eq!(kept, None);
}

async fn many_writers_at_once_all_get_through(journal: &dyn Journal) {
    let mut asked = Vec::new();
    for incident in 1..=20 {
        for record in chain(incident, 20) {
            let expected = Seq(record.seq().0 - 1);
            asked.push(journal.append(IncidentId(incident), expected, vec![record]));
        }
    }
    assert!(join_all(asked).await.iter().all(Result::is_ok));
    let heads = journal.heads().await.unwrap();
    assert_eq!(heads.len(), 20);
    assert!(heads.iter().all(|head| head.seq == Seq(20)));
}

async fn an_unknown_kind_of_event_is_carried_whole(journal: &dyn Journal) {
    let mut log = Chain::new(1);
    let body = EventBody::Unknown {
        kind: "teleported".to_owned(),
        data: serde_json::json!({ "to": ["mars", 4, null] }),
    };
    log.append(journal, vec![body.clone()]).await;
    assert_eq!(read_all(journal, 1).await[0].event().body, body);
    // What cannot be read cannot be judged: it is found only by those who see all.
    assert_eq!(search(journal, "teleported").await, [""; 0]);
}
