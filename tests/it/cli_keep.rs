//! `nag`, `catch-up` and `can`, as a person at a shell has them.

use crate::support::cli::House;

#[test]
fn what_is_owed_what_changed_and_a_report() {
    let home = tempfile::tempdir().unwrap();
    let config = "[nags]\ncommander = \"1s\"\nscribe = \"off\"\nquiet = \"off\"\nasks = 1\n";
    std::fs::write(home.path().join("config.toml"), config).unwrap();
    let house = House::with(home);
    house.ok(&[
        "declare",
        "Checkout 500s",
        "--severity",
        "2",
        "--name",
        "maya",
    ]);
    house.ok(&["ask", "INC-1", "bo", "check latency", "--name", "maya"]);
    house.ok(&["ask", "INC-1", "bo", "check the pool", "--name", "maya"]);
    let owed = house.ok(&["nag", "INC-1"]);
    assert!(
        owed.contains("bo has 2 open asks") && !owed.contains("scribe"),
        "{owed}"
    );
    let put_off = house.ok(&["nag", "INC-1", "snooze", "asks", "15m", "--name", "kim"]);
    assert!(put_off.starts_with("INC-1: put off until"), "{put_off}");
    let owed = house.ok(&["nag", "INC-1"]);
    assert!(owed.contains("by kim until"), "{owed}");
    for (code, words, says) in [
        (1, &["snooze", "scribe", "2m"][..], "between 5 min and 24 h"),
        (2, &["snooze", "loud"], "puts no nag off"),
        (2, &["scribe", "15m"], "puts no nag off"),
    ] {
        let wrong = house.fails(code, &[&["nag", "INC-1"], words].concat());
        assert!(wrong.contains(says), "{words:?}: {wrong}");
    }

    let draft = house.ok(&["can", "INC-1"]);
    assert!(
        draft.starts_with("Conditions\n- Checkout 500s: SEV2, investigating"),
        "{draft}"
    );
    assert!(
        draft.contains("Needs\n- Incident Commander: nobody"),
        "{draft}"
    );
    let kept = house.ok(&["can", "INC-1", "--keep", "SEV2; rolling back; need a DBA"]);
    assert_eq!(kept.trim(), "INC-1: report kept");

    let changed = house.ok(&["catch-up", "INC-1", "--name", "bo"]);
    let told = changed.find("For you").unwrap();
    assert!(
        told < changed.find("Updates and reports").unwrap(),
        "{changed}"
    );
    assert!(
        changed.contains("asked bo: check latency (10 min)"),
        "{changed}"
    );
    assert!(changed.contains("need a DBA"), "{changed}");
    let nothing = house.ok(&["catch-up", "INC-1", "--after", "999"]);
    assert!(nothing.contains("nothing changed since"), "{nothing}");
}
