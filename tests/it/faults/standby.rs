//! A standby by copies of the journal: what is lost when the machine is, and how long a copy takes.
//!
//! `WARROOM_COPIES` says how many are made, `WARROOM_COPY_SECONDS` how long the loop rests between
//! two of them.

use super::lines::Load;
use super::process::Process;
use super::{lasts, setting};
use std::collections::HashSet;
use std::time::{Duration, Instant};

#[test]
fn a_standby_has_all_that_was_acknowledged_before_its_last_copy_began() {
    let copies = setting("WARROOM_COPIES", 3);
    let rest = Duration::from_secs(setting("WARROOM_COPY_SECONDS", 0));
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(&folder.path().join("first"));
    server.ok(&["declare", "Checkout 500s"]);
    let load = Load::on(server.address(), 8);
    let data = folder.path().join("first/data");
    let (mut took, mut before, mut began) = (Vec::new(), Vec::new(), Instant::now());
    let mut last = None;
    for copy in 0..copies {
        // The others write meanwhile.
        lasts(rest.max(Duration::from_millis(300)));
        before = load.acknowledged();
        began = Instant::now();
        let to = folder.path().join(format!("{copy}.db"));
        server.ok(&[
            "--data",
            data.to_str().unwrap(),
            "backup",
            to.to_str().unwrap(),
        ]);
        took.push(began.elapsed());
        last = Some(to);
    }
    lasts(rest);
    drop(server);
    let window = began.elapsed();
    let (acknowledged, sent) = load.stop();

    let second = folder.path().join("second");
    std::fs::create_dir_all(second.join("data")).unwrap();
    let restored = std::process::Command::new(super::process::PROGRAM)
        .args(["--data", second.join("data").to_str().unwrap(), "restore"])
        .arg(last.unwrap())
        .env("HOME", &second)
        .output()
        .unwrap();
    assert!(restored.status.success(), "{restored:?}");
    let standby = Process::start(&second);
    assert_eq!(standby.counts(&before), vec![1; before.len()]);
    let there: HashSet<&String> = {
        let counts = standby.counts(&sent);
        sent.iter()
            .zip(counts)
            .filter(|(_, n)| *n == 1)
            .map(|(text, _)| text)
            .collect()
    };
    let lost = acknowledged
        .iter()
        .filter(|text| !there.contains(text))
        .count();
    println!(
        "{copies} copies, the longest {:?}; {lost} of {} acknowledged notes lost, of the last {window:?}",
        took.iter().max().unwrap(),
        acknowledged.len(),
    );
    standby.ok(&["note", "INC-1", "the standby goes on"]);
}
