//! A private incident on the command line: the verbs of those who see it, and what the others get.

use crate::support::cli::{House, text};

#[test]
fn a_private_incident_from_its_declaration_until_everyone_sees_it() {
    let house = House::open();
    let declared = house.ok(&[
        "declare",
        "zqleak of data",
        "--private",
        "--admit",
        "ana",
        "--severity",
        "2",
    ]);
    assert_eq!(declared, "INC-1: declared private SEV2: zqleak of data\n");
    house.ok(&["note", "INC-1", "zqsecret in the logs"]);
    house.ok(&["declare", "for everyone"]);

    assert!(house.ok(&["list"]).contains("PRIVATE zqleak"));
    assert!(
        house
            .ok(&["show", "INC-1"])
            .contains("PRIVATE  seen by ana, kim")
    );
    let shown = house.json(&["show", "INC-1"]);
    assert_eq!(shown[0]["private"], true);
    assert_eq!(shown[0]["admitted"], serde_json::json!(["ana", "kim"]));
    assert_eq!(
        house.json(&["search", "zqsecret", "--name", "ana"]).len(),
        1
    );

    // To everyone else there is none.
    assert!(
        !house
            .ok(&["list", "--all", "--name", "bo"])
            .contains("INC-1")
    );
    assert!(
        house
            .json(&["search", "zqsecret", "--name", "bo"])
            .is_empty()
    );
    for args in [
        &["show", "INC-1"][..],
        &["timeline", "INC-1"],
        &["export", "INC-1", "--format", "jsonl"],
        &["note", "INC-1", "let me in"],
        &["admit", "INC-1", "bo"],
        &["public", "INC-1", "--yes"],
    ] {
        let none = house.fails(1, &[args, &["--name", "bo"]].concat());
        assert!(none.contains("There is no INC-1"), "{args:?}: {none}");
    }

    assert_eq!(house.ok(&["admit", "INC-1", "bo"]), "INC-1: bo sees it\n");
    house.ok(&["note", "INC-1", "I am in", "--name", "bo"]);
    let dismissed = house.ok(&["dismiss", "INC-1", "bo"]);
    assert_eq!(dismissed, "INC-1: bo sees it no more\n");
    house.fails(1, &["show", "INC-1", "--name", "bo"]);
    let refused = house.fails(1, &["role", "INC-1", "ops", "bo"]);
    assert!(refused.contains("bo cannot see this incident"), "{refused}");

    // What cannot be taken back is asked for.
    assert!(house.fails(2, &["public", "INC-1"]).contains("--yes"));
    assert_eq!(house.ok(&["public", "INC-1", "--yes"]), "INC-1: public\n");
    assert_eq!(house.json(&["search", "zqsecret", "--name", "bo"]).len(), 1);
    assert_eq!(house.ok(&["private", "INC-1", "ana"]), "INC-1: private\n");
    house.fails(1, &["show", "INC-1", "--name", "bo"]);
}

#[test]
fn a_spectator_s_token_reads_nothing_private_by_any_verb() {
    let house = House::open();
    house.ok(&["declare", "Checkout 500s", "--severity", "2"]);
    house.ok(&["note", "INC-1", "pods restart"]);
    house.ok(&[
        "hypothesis",
        "INC-1",
        "zqhunch about a customer",
        "--private",
    ]);
    house.ok(&["can", "INC-1", "--keep", "zqreport of it", "--private"]);
    house.ok(&["update", "INC-1", "draft", "zqdraft of an update"]);
    house.ok(&["run", "INC-1", "--private", "--", "echo", "zqprinted"]);
    let token = |name: &str, level: &str| {
        let made = house.json(&["token", "create", name, "--level", level]);
        made[0]["token"].as_str().unwrap().to_owned()
    };
    let (admin, wall) = (token("kim", "admin"), token("wall", "spectator"));
    let read = |token: &str, args: &[&str]| {
        let output = house.command(args).env("WARROOM_TOKEN", token).output();
        let output = output.unwrap();
        text(&output.stdout) + &text(&output.stderr)
    };
    for format in ["markdown", "json", "jsonl"] {
        let args = ["export", "INC-1", "--format", format];
        let (all, shown) = (read(&admin, &args), read(&wall, &args));
        for words in ["zqhunch", "zqreport"] {
            assert!(all.contains(words), "{format}: {words} in {all}");
        }
        // A log of which something is left out would not verify.
        let expected = match format {
            "jsonl" => "its log would not be whole",
            _ => "pods restart",
        };
        assert!(shown.contains(expected), "{format}: {shown}");
        assert!(!shown.contains("zq"), "{format}: {shown}");
    }
    for args in [
        &["list"][..],
        &["show", "INC-1"],
        &["timeline", "INC-1"],
        &["catch-up", "INC-1", "--after", "0"],
        &["gaps", "INC-1"],
        &["can", "INC-1"],
        &["nag", "INC-1"],
        &["consent", "INC-1"],
        &["ask", "INC-1"],
        &["propose", "INC-1"],
        &["updates", "INC-1"],
        &["update", "INC-1", "show", "1"],
        &["handover", "INC-1"],
        &["handover", "INC-1", "brief"],
        &["hypothesis", "INC-1"],
        &["search", "customer"],
        &["search", "restart"],
    ] {
        let plain = read(&wall, args);
        assert!(!plain.is_empty(), "{args:?}");
        let json = read(&wall, &[args, &["--json"]].concat());
        assert!(!(plain + &json).contains("zq"), "{args:?}");
    }
}
