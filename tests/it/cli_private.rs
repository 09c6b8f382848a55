//! A private incident on the command line: the verbs of those who see it, and what the others get.

use crate::support::cli::House;

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
