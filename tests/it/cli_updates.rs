//! Updates from the shell: drafted from a template, approved, posted, listed.

use crate::support::cli::House;

#[test]
fn an_update_is_drafted_approved_and_posted_from_the_shell() {
    let home = tempfile::tempdir().unwrap();
    let templates = home.path().join("templates");
    std::fs::create_dir(&templates).unwrap();
    let own = "Ours: {{service}} has a problem. {{impact}}\nMore by {{next}}.\n";
    std::fs::write(templates.join("external-identified.md"), own).unwrap();
    let config = "[updates]\ntemplates = \"templates\"\n\n[updates.cadence]\n\
                  sev2 = { internal = \"7m\" }\n";
    std::fs::write(home.path().join("config.toml"), config).unwrap();
    let house = House::with(home);
    house.ok(&[
        "declare",
        "Checkout 500s",
        "--severity",
        "2",
        "--service",
        "checkout",
    ]);
    house.ok(&["role", "INC-1", "ic", "me"]);
    let listed = house.ok(&["updates", "INC-1"]);
    assert!(listed.contains("No update was written."), "{listed}");
    assert!(
        listed.contains("next internal update 06:") || listed.contains("next internal update 07:"),
        "{listed}"
    );
    // The secret of a private line gets into no fact.
    house.ok(&["note", "INC-1", "!private /impact the CEO cannot pay"]);
    let drafted = house.ok(&[
        "update", "INC-1", "draft", "--to", "external", "--name", "ana",
    ]);
    assert!(
        drafted.contains("external update 1 is drafted"),
        "{drafted}"
    );
    assert!(drafted.contains("a problem with checkout."), "{drafted}");
    let edit = [
        "update",
        "INC-1",
        "edit",
        "1",
        "It will be fixed by 15:00, we think.",
        "--name",
        "ana",
    ];
    let edited = house.ok(&edit);
    assert!(
        edited.contains("advice: promised time: will be fixed by 15:00"),
        "{edited}"
    );
    assert!(edited.contains("advice: speculation: we think"), "{edited}");
    let own = [
        "update",
        "INC-1",
        "draft",
        "--to",
        "external",
        "--stage",
        "identified",
        "--submit",
    ];
    let own = house.ok(&own);
    assert!(
        own.contains("Ours: checkout has a problem. ‹impact?›"),
        "{own}"
    );
    assert!(!own.contains("CEO") && own.contains("advice: gap"), "{own}");
    assert_eq!(house.json(&["updates", "INC-1"])[1]["state"], "submitted");
    let refused = house.fails(1, &["update", "INC-1", "post", "1"]);
    assert!(
        refused.contains("nobody in command has approved it"),
        "{refused}"
    );
    let refused = house.fails(1, &["update", "INC-1", "approve", "1", "--name", "ana"]);
    assert!(refused.contains("Only the Incident Commander"), "{refused}");
    let stale = house.fails(1, &["update", "INC-1", "approve", "1", "--read", "1"]);
    assert!(stale.contains("ana has changed update 1 since"), "{stale}");
    house.ok(&["update", "INC-1", "reject", "2", "say", "who is hurt"]);
    house.ok(&["update", "INC-1", "withdraw", "2"]);
    let approved = house.ok(&["update", "INC-1", "approve", "1", "--read", "2"]);
    assert!(approved.contains("is approved as version 2"), "{approved}");
    let posted = house.ok(&[
        "update", "INC-1", "post", "1", "--next", "20m", "--name", "ana",
    ]);
    assert!(posted.contains("send it by hand"), "{posted}");
    assert!(
        posted.ends_with("It will be fixed by 15:00, we think.\n"),
        "{posted}"
    );
    let all = house.json(&["updates", "INC-1"]);
    let states: Vec<&str> = all
        .iter()
        .map(|one| one["state"].as_str().unwrap())
        .collect();
    assert!(
        states.contains(&"posted") && states.contains(&"withdrawn"),
        "{states:?}"
    );
    assert_eq!(
        house.json(&["show", "INC-1"])[0]["next_update_for"],
        "internal"
    );
    let shown = house.ok(&["update", "INC-1", "show", "1"]);
    assert_eq!(shown, "It will be fixed by 15:00, we think.\n");
    let usage = house.fails(2, &["update", "INC-1", "approve"]);
    assert!(usage.contains("needs the number of an update"), "{usage}");
    let at_once = house.fails(1, &["update", "INC-1", "We look.", "--to", "external"]);
    assert!(
        at_once.contains("posted only as it was approved"),
        "{at_once}"
    );
    house.ok(&["update", "INC-1", "We look.", "--to", "executive"]);
    let markdown = house.ok(&["export", "INC-1", "--format", "markdown"]);
    assert!(markdown.contains("It will be fixed by 15"), "{markdown}");
}

#[test]
fn a_template_with_a_mistake_is_reported_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let templates = home.path().join("templates");
    std::fs::create_dir(&templates).unwrap();
    std::fs::write(
        templates.join("external-identified.md"),
        "We look.\n{{impcat}}\n",
    )
    .unwrap();
    std::fs::write(
        home.path().join("config.toml"),
        "[updates]\ntemplates = \"templates\"\n",
    )
    .unwrap();
    let house = House::with(home);
    house.ok(&["declare", "Checkout 500s"]);
    let wrong = house.fails(2, &["update", "INC-1", "draft"]);
    assert!(wrong.contains("external-identified.md:2:1"), "{wrong}");
    assert!(wrong.contains("did you mean `impact`?"), "{wrong}");
    let check = house.fails(2, &["config", "check"]);
    assert!(check.contains("external-identified.md:2:1"), "{check}");
}

/// How far ahead the next update for the organisation is, in whole minutes.
fn next_in(house: &House, incident: &str) -> Option<u64> {
    let listed = house.ok(&["updates", incident]);
    let said = listed.split("next internal update ").nth(1)?;
    said.split(':').next()?.parse().ok()
}

#[test]
fn the_cadence_of_each_severity_is_the_configurations() {
    let home = tempfile::tempdir().unwrap();
    let config = "[updates.cadence]\n\
                  sev1 = { internal = \"5m\", external = \"9m\" }\n\
                  sev3 = { internal = \"33m\" }\n\
                  sev4 = { internal = \"never\" }\n";
    std::fs::write(home.path().join("config.toml"), config).unwrap();
    let house = House::with(home);
    // A minute may have begun since.
    for (n, severity, minutes) in [
        (1, "1", Some(4..=5)),
        (2, "2", Some(29..=30)),
        (3, "3", Some(32..=33)),
        (4, "4", None),
    ] {
        house.ok(&["declare", "Checkout 500s", "--severity", severity]);
        let next = next_in(&house, &format!("INC-{n}"));
        let as_said = match (&minutes, next) {
            (Some(minutes), Some(next)) => minutes.contains(&next),
            (None, None) => true,
            _ => false,
        };
        assert!(as_said, "SEV{severity}: {next:?} for {minutes:?}");
    }
    // Another severity, another promise; and one that is posted promises by the same.
    house.ok(&["role", "INC-3", "ic", "me"]);
    house.ok(&["severity", "INC-3", "1"]);
    assert!((4..=5).contains(&next_in(&house, "INC-3").unwrap()));
    house.ok(&["update", "INC-3", "We roll back."]);
    assert!((4..=5).contains(&next_in(&house, "INC-3").unwrap()));
}
