//! Commands that behave badly, run as they are in an incident: each ends, in a right record of it.

use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use warroom::incident::{Part, RunEnd, limits};
use warroom::run::process::{self, Ran, TOLD_QUEUE};
use warroom::run::{Patterns, Spec, Told};

fn spec(script: &str) -> Spec {
    Spec {
        command: ["/bin/sh", "-c", script].map(Into::into).into(),
        variables: Vec::new(),
        directory: std::env::temp_dir(),
        limit: Duration::from_secs(120),
        stdin: false,
        patterns: Patterns::new(&[]).unwrap(),
        launcher: env!("CARGO_BIN_EXE_warroom").into(),
    }
}

/// Runs it to its end; everything that it prints is taken.
async fn ran(spec: &Spec) -> (Ran, String) {
    let (_stop, stopped) = watch::channel(0);
    let (told, mut heard) = mpsc::channel(TOLD_QUEUE);
    let listen = tokio::spawn(async move {
        let mut all = String::new();
        while let Some(told) = heard.recv().await {
            let Told::Printed { shown, .. } = told else {
                continue;
            };
            if all.len() < limits::RUN_OUTPUT_BYTES {
                all.push_str(&shown);
            }
        }
        all
    });
    let ran = process::run(spec, stopped, told).await.unwrap();
    (ran, listen.await.unwrap())
}

/// Runs it and stops it so many times once it has printed something.
async fn stopped(spec: &Spec, times: u32) -> Ran {
    let (stop, stopped) = watch::channel(0);
    let (told, mut heard) = mpsc::channel(TOLD_QUEUE);
    tokio::spawn(async move {
        while !matches!(heard.recv().await, Some(Told::Printed { .. }) | None) {}
        for _ in 0..times {
            stop.send_modify(|times| *times += 1);
            tokio::task::yield_now().await;
        }
        while heard.recv().await.is_some() {}
        // A dropped sender must change nothing while it runs.
        drop(stop);
    });
    process::run(spec, stopped, told).await.unwrap()
}

/// Whether a process of this number ends soon: a signal that was sent need not have arrived yet.
pub(crate) fn ends(pid: &str) -> bool {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        if !is_there(pid) {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

/// Whether a process of this number is there.
fn is_there(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    // A zombie is gone: nobody is left to take its end away.
    stat.is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .trim_start()
            .starts_with('Z')
    })
}

#[tokio::test]
async fn both_outputs_are_one_in_the_order_in_which_they_came() {
    let (ran, shown) = ran(&spec("echo a; echo b >&2; echo c; exit 3")).await;
    assert_eq!(ran.end, RunEnd::Exited { code: 3 });
    assert_eq!(ran.printed.shown(), "a\nb\nc\n");
    assert_eq!(shown, "a\nb\nc\n");
    assert_eq!((ran.printed.bytes, ran.printed.lines), (6, 3));
    let sum = ran.printed.sha256.unwrap().to_string();
    assert_eq!(
        sum,
        "880553fca8fcea94e325ee2cfb48e5a985cc797f39a14cc6d3cedecfeb2ae4d2"
    );
    assert_eq!(process::exit_code(&ran.end), 3);
}

#[tokio::test]
async fn a_gigabyte_is_counted_and_its_ends_are_kept() {
    let script = "echo first; head -c 1000000000 /dev/zero | tr '\\0' x; echo; echo last";
    let patient = Spec {
        limit: Duration::from_secs(1_200),
        ..spec(script)
    };
    let (ran, _) = ran(&patient).await;
    assert_eq!(ran.end, RunEnd::Exited { code: 0 });
    assert_eq!(ran.printed.bytes, 1_000_000_012);
    assert!(ran.printed.kept() <= limits::RUN_OUTPUT_BYTES);
    let shown = ran.printed.shown();
    assert!(
        shown.starts_with("first\n") && shown.ends_with("last\n"),
        "{} bytes",
        shown.len()
    );

    // Many short lines, which are all looked through.
    let (ran, _) = self::ran(&spec("yes 'pod is ready' | head -n 2000000")).await;
    assert_eq!(
        (ran.printed.bytes, ran.printed.lines),
        (26_000_000, 2_000_000)
    );
    let cut = ran.printed.parts.iter().find_map(|part| match part {
        Part::Cut { bytes } => Some(*bytes),
        _ => None,
    });
    assert_eq!(cut, Some(26_000_000 - ran.printed.kept() as u64));
    assert!(
        ran.printed
            .shown()
            .ends_with("pod is ready\npod is ready\n")
    );
}

#[tokio::test]
async fn one_that_never_ends_is_killed_with_all_that_it_started() {
    let script = "trap '' TERM; (trap '' TERM; echo $$ child; sleep 600) & echo $!; sleep 600";
    let spec = Spec {
        limit: Duration::from_secs(1),
        ..spec(script)
    };
    let began = Instant::now();
    let (ran, shown) = ran(&spec).await;
    assert_eq!(ran.end, RunEnd::TimedOut { seconds: 1 });
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "{:?}",
        began.elapsed()
    );
    let child = shown
        .lines()
        .find(|line| line.parse::<u32>().is_ok())
        .unwrap();
    assert!(ends(child), "{child} still runs");
    assert!(!ran.printed.goes_on);
    assert_eq!(process::exit_code(&ran.end), 124);
}

#[tokio::test]
async fn one_that_is_stopped_is_gone() {
    let polite = "trap 'echo bye; exit 7' INT; echo begun; while :; do sleep 1; done";
    let ran = stopped(&spec(polite), 1).await;
    assert_eq!(ran.end, RunEnd::Stopped);
    assert!(ran.printed.shown().contains("begun\n"));
    // It hears nothing: the second time kills it.
    let deaf = "trap '' INT TERM; echo begun; while :; do sleep 600; done";
    let ran = stopped(&spec(deaf), 2).await;
    assert_eq!(ran.end, RunEnd::Stopped);
    assert_eq!(process::exit_code(&ran.end), 130);
}

#[tokio::test]
async fn what_it_leaves_behind_does_not_hold_it_up() {
    let began = Instant::now();
    let (ran, _) = ran(&spec("sleep 600 & echo $!")).await;
    assert_eq!(ran.end, RunEnd::Exited { code: 0 });
    assert!(began.elapsed() < Duration::from_secs(60));
    assert!(ran.printed.goes_on, "and that is said");
    // It was left running on purpose, and is not killed.
    let left = ran.printed.shown();
    assert!(is_there(&left));
    let kill = std::process::Command::new("kill").arg(left.trim()).status();
    assert!(kill.unwrap().success());
    // One that has let go of the output is nobody's business.
    let (ran, _) = self::ran(&spec("sleep 1 >/dev/null 2>&1 & echo done")).await;
    assert!(!ran.printed.goes_on);
}

#[tokio::test]
async fn there_is_no_terminal_and_no_input_to_be_read() {
    let (ran, _) = ran(&spec(
        "read x; echo \"<$x>\"; echo hello > /dev/tty; echo $?; tty",
    ))
    .await;
    let shown = ran.printed.shown();
    assert!(shown.starts_with("<>\n"), "{shown}");
    assert!(
        shown.contains("/dev/tty") && shown.contains("not a tty"),
        "{shown}"
    );
    assert_eq!(ran.end, RunEnd::Exited { code: 1 });
    // One that halts itself. A terminal cannot halt it: there is none.
    let (ran, _) = self::ran(&spec("echo halting; kill -STOP $$; echo never")).await;
    let signal = "SIGSTOP".into();
    assert_eq!(ran.end, RunEnd::Suspended { signal });
    assert!(ran.printed.shown().starts_with("halting\n"));
}

#[tokio::test]
async fn signals_have_names_and_what_is_not_there_is_said() {
    let (ran, _) = ran(&spec("kill -SEGV $$")).await;
    let signal = "SIGSEGV".into();
    assert_eq!(ran.end, RunEnd::Killed { signal });
    assert_eq!(process::exit_code(&ran.end), 139);
    let missing = Spec {
        command: vec!["/no/such/program".into()],
        ..spec("")
    };
    let (ran, shown) = self::ran(&missing).await;
    assert_eq!(ran.end, RunEnd::Exited { code: 127 });
    assert!(
        shown.contains("/no/such/program cannot be run: No such file"),
        "{shown}"
    );
    let nowhere = Spec {
        directory: "/no/such/folder".into(),
        ..spec("true")
    };
    let (_stop, stopped) = watch::channel(0);
    let (told, _heard) = mpsc::channel(TOLD_QUEUE);
    assert!(process::run(&nowhere, stopped, told).await.is_err());
}

#[tokio::test]
async fn what_acts_on_a_terminal_or_is_no_text_is_kept_as_text() {
    let script = r"printf 'a\033[31mred\033[0m\033]0;title\007b\n'; printf 'caf\351 \377\n'; printf '10%%\r50%%\r\n'";
    let (ran, _) = ran(&spec(script)).await;
    assert_eq!(
        ran.printed.shown(),
        "aredb\ncaf\u{fffd} \u{fffd}\n10%\n50%\n"
    );
    assert_eq!(ran.printed.replaced, 2);
}

#[tokio::test]
async fn secrets_do_not_come_out_however_they_are_printed() {
    let script = "printf 'pass'; sleep 0.1; printf 'word=hun'; sleep 0.1; printf 'ter2 x\\n'; echo $TOKEN_VALUE";
    let mut spec = spec(script);
    spec.variables = vec![("TOKEN_VALUE".to_owned(), "wrt-0123456789".to_owned())];
    spec.patterns = spec.patterns.and_literally(["wrt-0123456789".to_owned()]);
    let (ran, shown) = ran(&spec).await;
    assert_eq!(shown, "password=[redacted] x\n[redacted]\n");
    assert_eq!(ran.printed.shown(), shown);
    assert_eq!(ran.printed.redacted, 2);
    // The hash of the whole would give a short secret away: it is of what is left.
    use ring::digest::{SHA256, digest};
    let of = digest(&SHA256, shown.as_bytes());
    assert_eq!(ran.printed.sha256.unwrap().0[..], *of.as_ref());
}

#[tokio::test]
async fn one_that_ends_well_when_it_is_asked_to_was_not_stopped() {
    // In a test that is started where an interrupt is ignored it is asked in another way.
    let tidy = "trap 'echo tidied; exit 0' INT TERM; echo begun; while :; do sleep 1; done";
    let ran = stopped(&spec(tidy), 1).await;
    assert_eq!(ran.end, RunEnd::Exited { code: 0 });
    assert!(ran.printed.shown().ends_with("tidied\n"));
}

#[tokio::test]
async fn one_that_cannot_hear_an_interrupt_is_asked_in_another_way() {
    // A shell that begins with it ignored cannot trap it.
    let inner = "trap 'echo tidied; exit 0' INT TERM; echo begun; while :; do sleep 1; done";
    let deaf = format!("trap '' INT; exec sh -c \"{inner}\"");
    let ran = stopped(&spec(&deaf), 1).await;
    assert_eq!(ran.end, RunEnd::Exited { code: 0 });
    assert!(ran.printed.shown().ends_with("tidied\n"));
}

#[tokio::test]
async fn nobody_listening_holds_nothing_up() {
    let (_stop, stopped) = watch::channel(0);
    let (told, heard) = mpsc::channel(TOLD_QUEUE);
    drop(heard);
    let ran = process::run(&spec("yes | head -c 10000000"), stopped, told)
        .await
        .unwrap();
    assert_eq!(ran.printed.bytes, 10_000_000);
}
