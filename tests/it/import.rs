//! Timelines that were written elsewhere: every form that people use, and what cannot be read.

use proptest::prelude::*;
use std::path::Path;
use warroom::import::{Certainty, Imported, Settings, read};
use warroom::incident::Timestamp;

fn settings() -> Settings {
    Settings {
        zone: "UTC".parse().unwrap(),
        zone_is_certain: false,
        day: "2026-11-24".parse().unwrap(),
        day_is_certain: false,
        today: "2026-11-27".parse().unwrap(),
    }
}

fn at(text: &str) -> Timestamp {
    let text = if text.len() == 5 {
        format!("2026-11-24T{text}:00Z")
    } else if text.len() == 16 {
        format!("{text}:00Z")
    } else {
        text.to_owned()
    };
    text.parse().unwrap()
}

/// Reads a text whose entries must be these, as `(when, who, words)`.
fn entries(text: &str, wanted: &[(&str, Option<&str>, &str)]) -> Imported {
    let imported = read(text, &settings());
    let found: Vec<_> = imported
        .entries
        .iter()
        .map(|line| (line.at, line.by.as_deref(), line.text.as_str()))
        .collect();
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(when, by, text)| (at(when), *by, *text))
        .collect();
    assert_eq!(found, wanted, "{text}\nunread: {:?}", imported.unread);
    imported
}

/// The same, with nothing left unread.
fn whole(text: &str, wanted: &[(&str, Option<&str>, &str)]) -> Imported {
    let imported = entries(text, wanted);
    assert_eq!(imported.unread, [], "{text}");
    imported
}

#[test]
fn every_way_to_write_a_time_is_read() {
    for (written, when) in [
        ("14:02", "14:02"),
        ("14:02:11", "2026-11-24T14:02:11Z"),
        ("[14:02]", "14:02"),
        ("(14:02)", "14:02"),
        ("**14:02**", "14:02"),
        ("`14:02`", "14:02"),
        ("4:19", "04:19"),
        ("2:02 PM", "14:02"),
        ("2:02pm", "14:02"),
        ("2pm", "14:00"),
        ("12:05 am", "00:05"),
        ("12:05 p.m.", "12:05"),
        ("17:14pm", "17:14"),
        ("14:02 UTC", "14:02"),
        ("14:02Z", "14:02"),
        ("14:02 (UTC+2)", "12:02"),
        ("14:02 +0530", "08:32"),
        ("14:02 PST", "22:02"),
        ("14:02 Europe/Berlin", "13:02"),
        ("2026-11-23 14:02", "2026-11-23T14:02"),
        ("2026-11-23T14:02:05.120Z", "2026-11-23T14:02:05Z"),
        ("2026/11/23 14:02", "2026-11-23T14:02"),
        ("23.11.2026 14:02", "2026-11-23T14:02"),
        ("Nov 23 2026 14:02", "2026-11-23T14:02"),
        ("November 23rd, 2026 at 2:02 PM", "2026-11-23T14:02"),
        ("Mon, 23 Nov 2026, 14:02", "2026-11-23T14:02"),
        ("19. April, 11:00", "2026-04-19T11:00"),
        ("Dec 24 14:02", "2025-12-24T14:02"),
        ("14:02 Nov 23 2026", "2026-11-23T14:02"),
    ] {
        whole(
            &format!("{written} - it is slow"),
            &[(when, None, "it is slow")],
        );
        whole(
            &format!("- {written}: it is slow"),
            &[(when, None, "it is slow")],
        );
        whole(
            &format!("### {written}\n\nit is slow"),
            &[(when, None, "it is slow")],
        );
    }
}

#[test]
fn what_only_looks_like_a_time_is_text() {
    for text in [
        "5 pods restart",
        "5-6 pods restart",
        "25:61 is no time",
        "14:0212 neither",
        "Sep alone",
        "10.128.0.7 is down",
        "may be the disk",
        "14:00 am does not exist",
    ] {
        let imported = read(text, &settings());
        assert_eq!(imported.entries, [], "{text}");
        assert_eq!(imported.unread.len(), 1, "{text}");
        assert_eq!(imported.unread[0].text, text);
    }
}

#[test]
fn ranges_and_rough_and_unknown_times_say_so() {
    let imported = whole(
        "- ~13:30-13:45: launches drop\n- ca. 18:30 it is slow\n- ??? someone restarted the hub\n\
         - 2X:XX errors again\n- 22:50-00:10 down\n",
        &[
            ("13:30", None, "launches drop"),
            ("18:30", None, "it is slow"),
            ("18:30", None, "someone restarted the hub"),
            ("18:30", None, "2X:XX errors again"),
            ("22:50", None, "down"),
        ],
    );
    let certainties: Vec<_> = imported
        .entries
        .iter()
        .map(|line| &line.certainty)
        .collect();
    let until = |text| Certainty::Until(at(text));
    assert_eq!(
        certainties,
        [
            &until("13:45"),
            &Certainty::About,
            &Certainty::Unknown,
            &Certainty::Unknown,
            &until("2026-11-25T00:10"),
        ]
    );
    let words: Vec<_> = imported
        .entries
        .iter()
        .map(warroom::import::Line::words)
        .collect();
    assert_eq!(words[0], "(until 13:45 UTC) launches drop");
    assert_eq!(words[1], "(about that time) it is slow");
    assert_eq!(words[2], "(time not known) someone restarted the hub");

    let imported = read("- ??? nobody knows\n- 14:02 later", &settings());
    assert_eq!(imported.entries.len(), 1);
    assert!(imported.unread[0].why.contains("nothing stands before it"));
}

#[test]
fn a_day_rolls_over_and_what_is_out_of_order_stays() {
    let imported = whole(
        "23:50 one\n00:10 two\n00:05 three\n14:00 four\n13:30 five",
        &[
            ("23:50", None, "one"),
            ("2026-11-25T00:10", None, "two"),
            ("2026-11-25T00:05", None, "three"),
            ("2026-11-25T14:00", None, "four"),
            ("2026-11-25T13:30", None, "five"),
        ],
    );
    assert!(imported.entries[1].notes[0].contains("next day, 2026-11-25"));
    assert!(imported.entries[2].notes[0].contains("out of order"));
    assert!(
        imported
            .notes
            .iter()
            .any(|note| note.contains("2026-11-24")),
        "the day is said"
    );
}

#[test]
fn a_day_is_named_by_the_title_a_heading_or_a_line() {
    whole(
        "# 2018-03-05, hub down\n\n## Timeline\n\n### 07:30am - First report\n\nWe hear of it.\n",
        &[("2018-03-05T07:30", None, "First report\n\nWe hear of it.")],
    );
    let imported = whole(
        "### 2018-01-15\n\nGeneral failures.\n\n### 2018-01-17 17:14\n\nReal.\n\n### 2018-01-18\n\n- 09:00 back\n",
        &[
            ("2018-01-15T00:00", None, "General failures."),
            ("2018-01-17T17:14", None, "Real."),
            ("2018-01-18T09:00", None, "back"),
        ],
    );
    assert_eq!(imported.entries[0].certainty, Certainty::Day);
    whole(
        "Feb 20 2018 23:00 - one\nFeb 21, 13:00 - two\n--- Wednesday, February 21st ---\n14:00 - three\n",
        &[
            ("2018-02-20T23:00", None, "one"),
            ("2018-02-21T13:00", None, "two"),
            ("2018-02-21T14:00", None, "three"),
        ],
    );
}

#[test]
fn zones_are_found_in_prose_and_abbreviations_that_lie_are_said() {
    for (prose, day, when, said) in [
        ("All times in PST", "2017-12-01", "2017-12-01T22:02", None),
        (
            "All times in PST",
            "2017-07-01",
            "2017-07-01T21:02",
            Some("PDT was"),
        ),
        (
            "All times in PST (UTC-7)",
            "2017-07-01",
            "2017-07-01T21:02",
            None,
        ),
        (
            "All times in CET (GMT+1)",
            "2018-02-20",
            "2018-02-20T13:02",
            None,
        ),
        (
            "All times in CET",
            "2022-06-02",
            "2022-06-02T12:02",
            Some("CEST was"),
        ),
        (
            "All times in Central European Time (CET)",
            "2019-02-20",
            "2019-02-20T13:02",
            None,
        ),
        (
            "All times in UTC+1 (Zurich time)",
            "2019-03-24",
            "2019-03-24T13:02",
            None,
        ),
        (
            "All times are GMT+2.",
            "2019-04-03",
            "2019-04-03T12:02",
            None,
        ),
        (
            "All times in UC/Pacific",
            "2020-07-09",
            "2020-07-09T21:02",
            Some("US/Pacific"),
        ),
    ] {
        let text = format!("## Timeline\n\n{prose}\n\n### {day} 14:02\n\nslow\n");
        let imported = whole(&text, &[(when, None, "slow")]);
        let notes = imported.notes.join(" ");
        assert!(
            said.is_none_or(|said| notes.contains(said)),
            "{prose}: {notes}"
        );
        assert_eq!(
            notes.contains("was not the time"),
            said.is_some_and(|s| s.ends_with("was"))
        );
    }
}

#[test]
fn a_zone_that_is_certain_goes_before_what_the_text_says() {
    let settings = Settings {
        zone: "UTC-8".parse().unwrap(),
        zone_is_certain: true,
        ..settings()
    };
    let imported = read("All times in PST\n\n2017-07-01 14:02 slow", &settings);
    assert_eq!(imported.entries[0].at, at("2017-07-01T22:02"));
    assert!(
        imported.notes[0].contains("as you say"),
        "{:?}",
        imported.notes
    );
}

#[test]
fn a_zone_that_was_said_once_goes_on() {
    let imported = whole(
        "### 2017-11-30 16:22 PST\n\none\n\n### 17:07\n\ntwo\n",
        &[
            ("2017-12-01T00:22", None, "one"),
            ("2017-12-01T01:07", None, "two"),
        ],
    );
    assert!(
        imported
            .notes
            .iter()
            .any(|note| note.contains("Line 5") && note.contains("PST"))
    );
}

#[test]
fn a_time_that_the_clocks_skipped_is_listed() {
    let imported = entries(
        "All times in Europe/Berlin\n\n2026-03-29 02:30 never\n2026-03-29 03:30 was",
        &[("2026-03-29T01:30", None, "was")],
    );
    assert_eq!(imported.unread[0].line, 3);
    assert!(imported.unread[0].text.contains("never"));
    assert!(imported.unread[0].why.contains("put forward"));
}

#[test]
fn chats_of_every_kind_are_read() {
    for text in [
        "maya  2:02 PM\nit is slow\n\nbo  2:02 PM\nyes\nrestarting",
        "Maya [14:02]\nit is slow\nBo [14:02]\nyes\nrestarting",
        "[2:02 PM] maya: it is slow\n[2:02 PM] bo: yes\nrestarting",
        "14:02 <maya> it is slow\n14:02 <bo> yes\nrestarting",
        "14:02:00 maya: it is slow\n14:02:00 bo: yes\nrestarting",
        "[2026-11-24 14:02] @maya: it is slow\n[2026-11-24 14:02] @bo: yes\nrestarting",
        "maya:palm_tree:  2:02 PM\nit is slow\nbo  2:02 PM\nyes\nrestarting",
    ] {
        let imported = whole(
            &text.to_lowercase().replace("pm", "PM"),
            &[
                ("14:02", Some("maya"), "it is slow"),
                ("14:02", Some("bo"), "yes restarting"),
            ],
        );
        assert_eq!(imported.entries[0].words(), "maya: it is slow");
    }
    let imported = whole(
        "UptimeRobot APP  11:58 AM\nMonitor is DOWN: checkout\n12:03\nMonitor is UP: checkout\n\
         2:05\nMonitor is DOWN: checkout",
        &[
            ("11:58", Some("UptimeRobot"), "Monitor is DOWN: checkout"),
            ("12:03", Some("UptimeRobot"), "Monitor is UP: checkout"),
            ("14:05", Some("UptimeRobot"), "Monitor is DOWN: checkout"),
        ],
    );
    assert!(imported.entries[2].notes[0].contains("taken for 14:05"));
}

#[test]
fn who_did_it_is_found_where_it_is_said_and_nowhere_else() {
    whole(
        "- 14:02 @bo restarted the hub\n- 14:03 **Ana**: looks better\n- 14:04 @UptimeRobot reports up\n\
         - 14:05 Problem: none is left\n- 14:06 **done** for now\n",
        &[
            ("14:02", Some("bo"), "restarted the hub"),
            ("14:03", Some("Ana"), "looks better"),
            ("14:04", Some("UptimeRobot"), "reports up"),
            ("14:05", None, "Problem: none is left"),
            ("14:06", None, "**done** for now"),
        ],
    );
}

#[test]
fn tables_are_read_by_their_heads() {
    whole(
        "| Time (UTC+1) | Event | Data link |\n|:---|---|---|\n| 14:02 | it is slow | http://g/d |\n\
         | 14:02 | still | |\n",
        &[
            ("13:02", None, "it is slow · http://g/d"),
            ("13:02", None, "still"),
        ],
    );
    whole(
        "| Date | Time | Who | What |\n|---|---|---|---|\n| 2018-01-15 | 14:02 | @bo | restarted |\n\
         | | 14:05 | | up |\n",
        &[
            ("2018-01-15T14:02", Some("bo"), "restarted"),
            ("2018-01-15T14:05", None, "up"),
        ],
    );
    let imported = entries(
        "| When | Event |\n|---|---|\n| soon | it is slow |\n| 14:02 | up |\n",
        &[("14:02", None, "up")],
    );
    assert_eq!(imported.unread[0].line, 3);
}

#[test]
fn what_stands_between_entries_belongs_to_the_one_before_it() {
    whole(
        "## Timeline\n\n### 14:02\n\nError message:\n\n```\n14:03 not a line of ours\n### 14:04\n```\n\n\
         ![](images/cpu.png)\n\n- 14:05 neither\n- a list\n\n### 14:06\n\nA paragraph that\nis broken.\n\n\
         ## Lessons learnt\n\n- 14:07 is not of the timeline\n",
        &[
            (
                "14:02",
                None,
                "Error message:\n\n```\n14:03 not a line of ours\n### 14:04\n```\n\n![](images/cpu.png)\n",
            ),
            ("14:05", None, "neither\n- a list"),
            ("14:06", None, "A paragraph that is broken."),
        ]
        .map(|(when, by, text): (&str, _, &str)| (when, by, text.trim_end())),
    );
}

#[test]
fn follow_ups_become_work_of_their_own() {
    let imported = whole(
        "### 15:08\n\nThe limit is hit.\n\n[Action Item] rejected launches are not\nfailed ones.\n\n\
         It behaves as intended.\n- TODO: raise the limit\n",
        &[
            (
                "15:08",
                None,
                "The limit is hit.\n\nIt behaves as intended.",
            ),
            ("15:08", None, "rejected launches are not failed ones."),
            ("15:08", None, "raise the limit"),
        ],
    );
    let work: Vec<bool> = imported.entries.iter().map(|line| line.follow_up).collect();
    assert_eq!(work, [false, true, true]);
    assert_eq!(imported.entries[1].line, 5);
}

#[test]
fn what_cannot_be_read_is_listed_with_its_line() {
    let imported = entries(
        "## Timeline\n\nlinks:\n- one\n- two\n\n### {{ hh:mm }}\n\nlater\n\n### 14:02\n\nslow\n",
        &[("14:02", None, "slow")],
    );
    let unread: Vec<_> = imported
        .unread
        .iter()
        .map(|u| (u.line, u.text.as_str()))
        .collect();
    assert_eq!(
        unread,
        [
            (3, "links:\n- one\n- two"),
            (7, "{{ hh:mm }}"),
            (9, "later")
        ]
    );
    for text in ["", "\n\n", "no time at all"] {
        assert_eq!(read(text, &settings()).entries, []);
    }
}

/// What real reports say, as `(file, entries, first, last)`; times worked out by hand.
const REPORTS: [(&str, usize, &str, &str); 23] = [
    (
        "2017-09-27-hub-403",
        6,
        "2017-09-27T20:06",
        "2017-09-27T22:25",
    ),
    ("2017-09-29-504", 3, "2017-09-29T06:59", "2017-09-29T12:10"),
    (
        "2017-10-17-cluster-full",
        9,
        "2017-10-17T14:42",
        "2017-10-17T18:29",
    ),
    (
        "2017-11-30-oom-proxy",
        11,
        "2017-12-01T00:22",
        "2017-12-01T01:21",
    ),
    (
        "2018-01-04-failed-staging-deploy",
        8,
        "2018-01-04T15:33",
        "2018-01-04T19:31",
    ),
    (
        "2018-01-17-ubuntu-upgrade",
        6,
        "2018-01-15T08:00",
        "2018-01-18T03:00",
    ),
    (
        "2018-01-18-reddit-hug",
        25,
        "2018-01-18T12:19",
        "2018-01-18T17:14",
    ),
    (
        "2018-01-18-ssl-outdated",
        4,
        "2018-01-11T08:00",
        "2018-01-19T19:00",
    ),
    (
        "2018-02-12-launch-fail",
        4,
        "2018-02-12T22:03",
        "2018-02-12T22:09",
    ),
    (
        "2018-02-20-jupyterlab-announcement",
        42,
        "2018-02-20T13:17",
        "2018-02-22T06:18",
    ),
    (
        "2018-02-22-nginx-down",
        4,
        "2018-02-23T00:30",
        "2018-02-23T00:35",
    ),
    (
        "2018-03-13-PVC-hub-locked",
        11,
        "2018-03-13T06:28",
        "2018-03-21T05:31",
    ),
    (
        "2018-03-26-no-space-left",
        3,
        "2018-03-26T08:34",
        "2018-03-26T13:00",
    ),
    (
        "2018-03-31-server-start-fail",
        4,
        "2018-03-31T22:47",
        "2018-04-01T00:30",
    ),
    (
        "2018-04-18-cull-flood",
        15,
        "2018-04-18T10:35",
        "2018-04-19T09:58",
    ),
    (
        "2018-07-08-podsnips-aplenty",
        5,
        "2018-07-08T16:30",
        "2018-07-09T08:00",
    ),
    (
        "2018-07-30-jupyterlab-build-cpu-saturate",
        9,
        "2018-07-30T18:20",
        "2018-07-30T22:11",
    ),
    (
        "2019-02-20-no-logs",
        6,
        "2019-02-20T07:03",
        "2019-02-20T12:30",
    ),
    (
        "2019-03-24-r2d-upgrade",
        8,
        "2019-03-24T07:54",
        "2019-03-25T06:01",
    ),
    (
        "2019-04-03-ingress-cordoned",
        3,
        "2019-04-03T10:50",
        "2019-04-03T11:29",
    ),
    (
        "2020-07-09-simultaneous-launches-scipy",
        4,
        "2020-07-09T14:30",
        "2020-07-09T14:42",
    ),
    (
        "2022-01-27-prime-version",
        5,
        "2022-01-27T10:00",
        "2022-01-28T09:00",
    ),
    (
        "2022-06-02-pod-limit",
        5,
        "2022-06-02T08:00",
        "2022-06-02T19:24",
    ),
];

#[test]
fn real_reports_come_in_with_the_right_times_and_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/incident-reports");
    if !folder.is_dir() {
        eprintln!("SKIPPED: the real reports are not on this machine; nothing of them was read");
        return;
    }
    for (name, count, first, last) in REPORTS {
        let text = std::fs::read_to_string(folder.join(name).with_extension("md")).unwrap();
        let imported = read(&text, &settings());
        let entries = &imported.entries;
        assert_eq!(entries.len(), count, "{name}: {entries:#?}");
        assert_eq!(
            entries.first().map(|line| line.at),
            Some(at(first)),
            "{name}"
        );
        assert_eq!(entries.last().map(|line| line.at), Some(at(last)), "{name}");
        for pair in entries.windows(2) {
            let said = pair[1]
                .notes
                .iter()
                .any(|note| note.contains("out of order"));
            assert!(pair[0].at <= pair[1].at || said, "{name}: {pair:#?}");
            assert!(pair[0].line <= pair[1].line, "{name}");
        }
        assert!(imported.unread.len() <= 2, "{name}: {:?}", imported.unread);
    }
}

fn texts() -> impl Strategy<Value = String> {
    let head = prop::sample::select(vec![
        "",
        "### ",
        "# ",
        "- ",
        "  - ",
        "| ",
        "```",
        "> ",
        "## Timeline",
        "All times in ",
        "[",
        "**",
        "~",
        "maya  ",
    ]);
    let time = prop::sample::select(vec![
        "",
        "14:02",
        "4:19 PM",
        "23:59",
        "00:01",
        "???",
        "2X:XX",
        "2018-01-15",
        "Feb 30",
        "Sep 27 2017 13:06",
        "13:00-14:00",
        "PST",
        "CET (GMT+1)",
        "UTC+99",
        "Time | Event |",
        "29 Feb",
        "9999-12-31 23:59",
    ]);
    let tail = prop_oneof!["", " [a-zäöü:@*|\\[\\]()]{0,12}", "\\PC{0,8}"];
    prop::collection::vec((head, time, tail), 0..12).prop_map(|lines| {
        let lines: Vec<String> = lines
            .into_iter()
            .map(|(a, b, c)| format!("{a}{b}{c}"))
            .collect();
        lines.join("\n")
    })
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader_and_its_lines_are_where_it_says(text in texts()) {
        let imported = read(&text, &settings());
        let lines = text.lines().count();
        for line in &imported.entries {
            prop_assert!(!line.text.trim().is_empty());
            prop_assert!((1..=lines).contains(&line.line));
        }
        for unread in &imported.unread {
            prop_assert!(!unread.why.is_empty());
            prop_assert!((1..=lines).contains(&unread.line));
        }
        prop_assert_eq!(&imported, &read(&text, &settings()));
    }

    #[test]
    fn every_word_is_in_an_entry_or_listed(words in prop::collection::vec("[b-z]{6,9}", 1..12), at in 0_usize..12) {
        let mut text = String::new();
        for (place, word) in words.iter().enumerate() {
            match (place + at) % 4 {
                0 => text.push_str(&format!("- 14:02 {word}\n")),
                1 => text.push_str(&format!("{word}\n")),
                2 => text.push_str(&format!("### {word}\n")),
                _ => text.push_str(&format!("```\n{word}\n```\n")),
            }
        }
        let imported = read(&text, &settings());
        let entries = imported.entries.iter().map(|line| line.text.clone());
        let all: Vec<String> = entries.chain(imported.unread.iter().map(|u| u.text.clone())).collect();
        for word in &words {
            prop_assert!(all.iter().any(|text| text.contains(word.as_str())), "{word} of {text}: {all:?}");
        }
    }
}
