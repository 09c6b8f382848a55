//! The configuration file: what is read from a good one, and what is said about a bad one.

use chrono::TimeDelta;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use warroom::config::{ConfigError, Loaded, SecretPlace, Tls, Weight, Wrong};
use warroom::error::{Failure, Kind};
use warroom::incident::{Audience, NagPolicy, Role, Severity};
use warroom::integrations::signature::Scheme;
use warroom::log::Form;
use warroom::routing::{Action, Rules, When};

fn corpus(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config");
    let entries = fs::read_dir(folder.join(kind)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    files.sort();
    assert!(files.len() > 3, "{files:?}");
    files
}

fn wrong(path: &Path, text: &str) -> Wrong {
    match Loaded::parse(path, text) {
        Err(wrong) => wrong,
        Ok(loaded) => panic!("{} was taken: {:?}", path.display(), loaded.config),
    }
}

#[test]
fn each_mistake_is_shown_in_its_place() {
    for path in corpus("invalid") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        // Named without its folder, which differs from one checkout to the next.
        let wrong = wrong(Path::new(name), &text);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../fixtures/config/invalid");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, Failure::from(wrong.clone()).report()));

        assert_eq!(Failure::from(wrong.clone()).kind, Kind::Usage, "{name}");
        let places = format!("--> {name}:");
        let errors = wrong.report(false).matches(&places).count();
        assert!(errors >= wrong.problems.len(), "{name}: each has its line");
        assert!(
            !wrong.report(false).contains('\u{1b}'),
            "{name}: plain is plain"
        );
        assert!(
            wrong.report(true).contains("\u{1b}["),
            "{name}: colour is there when asked for"
        );
    }
}

#[test]
fn good_files_are_taken_whole() {
    for path in corpus("valid") {
        let loaded = Loaded::read(&path, true);
        assert!(
            loaded.is_ok(),
            "{}: {}",
            path.display(),
            loaded.unwrap_err()
        );
    }
}

#[test]
fn every_key_arrives() {
    let path = corpus("valid")
        .into_iter()
        .find(|p| p.ends_with("full.toml"));
    let path = path.unwrap();
    let folder = path.parent().unwrap();
    let loaded = Loaded::read(&path, true).unwrap();
    let config = &loaded.config;
    let text = |value: &Option<toml::Spanned<String>>| value.clone().unwrap().into_inner();
    assert_eq!(
        config.client.server.as_deref(),
        Some("wss://war.example.com:7911")
    );
    assert!(!config.client.token_file.as_ref().unwrap().starts_with("~"));
    assert_eq!(config.client.name.as_ref().unwrap().to_string(), "maya");
    assert_eq!(text(&config.client.theme), "light");
    assert_eq!(config.client.keymap, Some(folder.join("keys.toml")));
    assert_eq!(text(&config.client.zone), "Europe/Berlin");
    assert_eq!(text(&config.client.layout), "commander");
    assert_eq!(text(&config.client.charts), "blocks");
    assert_eq!(text(&config.client.ring), "bell");
    assert_eq!(config.server.listen, Some("0.0.0.0:7911".parse().unwrap()));
    assert_eq!(
        config.server.data.as_deref(),
        Some(Path::new("/srv/warroom"))
    );
    let tls = Tls {
        cert: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    };
    assert_eq!(config.server.tls, Some(tls));
    assert!(!config.server.insecure);
    assert_eq!(config.server.hosts, ["war.example.com", "war"]);
    assert_eq!(config.runbooks.dirs, [folder.join("runbooks")]);
    assert_eq!(config.alerts.match_labels, ["alertname", "cluster"]);
    let nags = NagPolicy {
        commander: Some(60),
        severity: Some(600),
        scribe: None,
        update: Some(30),
        promise: Some(1_200),
        asks: Some(5),
        quiet: Some(600),
        quiet_low: Some(7_200),
    };
    assert_eq!(config.nags, nags);
    let [(name, text)] = &config.templates[..] else {
        panic!("{:?}", config.templates)
    };
    assert!(name == "poll" && text.starts_with("/decision Polled"));
    let extra: Vec<Role> = ["database-lead", "legal"]
        .map(|r| r.parse().unwrap())
        .into();
    assert_eq!(config.roles.extra, extra);
    let updates = &config.updates;
    assert_eq!(updates.templates, Some(folder.join("templates")));
    let rules = &updates.rules;
    assert!(rules.needs_approval(Audience::Executive) && !rules.needs_approval(Audience::Internal));
    let minutes = |severity, audience| rules.cadence.minutes(severity, audience);
    assert_eq!(minutes(Severity::Sev1, Audience::Internal), Some(10));
    assert_eq!(minutes(Severity::Sev3, Audience::Executive), None);
    assert_eq!(minutes(Severity::Sev2, Audience::External), Some(30));
    assert_eq!(config.log.filter.as_deref(), Some("warn,warroom=debug"));
    assert_eq!(config.log.format, Form::Json);

    // The folders of the runbooks and the templates, the keymap and the two files of TLS are not
    // beside it: said, not refused.
    assert_eq!(loaded.warnings.len(), 5, "{:?}", loaded.warnings);
    assert!(loaded.warnings.iter().all(|w| w.weight == Weight::Warning));
    let report = loaded.warning_report(false);
    assert!(
        report.starts_with("warning: `keys.toml` is not there"),
        "{report}"
    );
}

#[test]
fn a_name_that_others_check_is_shown_in_its_place() {
    let text = "[client]\ntheme = \"drak\"\n";
    let loaded = Loaded::parse(Path::new("config.toml"), text).unwrap();
    let theme = loaded.config.client.theme.clone().unwrap();
    let known = ["dark", "light"];
    let report = loaded
        .check_name("theme", &theme, &known)
        .unwrap_err()
        .to_string();
    assert!(report.contains("there is no theme `drak`"), "{report}");
    assert!(report.contains("config.toml:2:9"), "{report}");
    assert!(report.contains("did you mean `dark`?"), "{report}");
    assert!(report.contains("theme = \"dark\""), "{report}");
    let text = "[client]\ntheme = \"dark\"\n";
    let loaded = Loaded::parse(Path::new("config.toml"), text).unwrap();
    let theme = loaded.config.client.theme.clone().unwrap();
    assert!(loaded.check_name("theme", &theme, &known).is_ok());
}

#[test]
fn only_a_file_that_was_asked_for_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("config.toml");
    assert_eq!(Loaded::read(&gone, false).unwrap(), Loaded::default());
    let error = Loaded::read(&gone, true).unwrap_err();
    let failure = Failure::from(error);
    assert_eq!(failure.kind, Kind::Usage);
    assert!(
        failure.report().contains("--config"),
        "{}",
        failure.report()
    );
    let mut nowhere = Vec::new();
    assert_eq!(failure.tell(&mut nowhere), ExitCode::from(2));

    fs::write(&gone, b"\xff\xfe").unwrap();
    let unreadable = Loaded::read(&gone, false);
    assert!(
        matches!(unreadable, Err(ConfigError::Unreadable { .. })),
        "not UTF-8"
    );
    fs::write(&gone, "#".repeat(2 * 1024 * 1024)).unwrap();
    let report = Failure::from(Loaded::read(&gone, false).unwrap_err()).report();
    assert!(report.contains("larger than"), "{report}");
    assert!(
        Loaded::read(folder.path(), false).is_err(),
        "a folder is not a file"
    );
}

#[test]
fn no_text_at_all_breaks_the_reader() {
    let full = fs::read_to_string(
        corpus("valid")
            .into_iter()
            .find(|p| p.ends_with("full.toml"))
            .unwrap(),
    )
    .unwrap();
    // Cut short anywhere, and with a byte changed anywhere: told or taken, and always drawn.
    for at in 0..full.len() {
        let odd = ["\"", "]", "\u{1b}", "字", "\0", "\r"][at % 6];
        let changed = format!("{}{odd}{}", &full[..at], &full[at + 1..]);
        let texts = [full[..at].to_owned(), changed];
        for text in texts {
            if let Err(wrong) = Loaded::parse(Path::new("config.toml"), &text) {
                assert!(!wrong.problems.is_empty());
                let report = Failure::from(wrong).report();
                assert!(!report.contains('\u{1b}'), "{report}");
            }
        }
    }
    let deep = format!("[client]\nname = {}", "[".repeat(100_000));
    assert!(
        !wrong(Path::new("deep.toml"), &deep)
            .report(false)
            .is_empty()
    );
}

#[test]
fn hooks_arrive_with_what_is_usual_for_their_kind() {
    let path = corpus("valid")
        .into_iter()
        .find(|p| p.ends_with("hooks.toml"));
    let loaded = Loaded::read(&path.unwrap(), true).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let hooks = &loaded.config.hooks;
    let names: Vec<_> = hooks
        .iter()
        .map(|h| (&*h.hook.name, h.hook.kind.name))
        .collect();
    let wanted = [
        ("am-eu", "alertmanager"),
        ("errors", "sentry"),
        ("graf", "grafana"),
        ("io", "generic"),
        ("nagios", "generic"),
        ("pager", "pagerduty"),
    ];
    assert_eq!(names, wanted);
    let hmac = |header: &str, prefix: &str, timestamp: &str| Scheme::Hmac {
        header: header.into(),
        prefix: prefix.into(),
        timestamp: Some(timestamp.into()),
    };
    let schemes = [
        Scheme::Bearer,
        Scheme::Sentry,
        hmac(
            "X-Grafana-Alerting-Signature",
            "",
            "X-Grafana-Alerting-Timestamp",
        ),
        Scheme::StandardWebhooks,
        hmac("X-Hub-Signature-256", "sha256=", "X-Time"),
        Scheme::PagerDuty,
    ];
    assert!(hooks.iter().map(|h| h.hook.scheme.clone()).eq(schemes));
    assert_eq!((&hooks[0].secret, hooks[1].hook.new_issues), (&None, false));
    assert!(
        matches!(&hooks[1].secret, Some(SecretPlace::Env(name)) if name == "SENTRY_CLIENT_SECRET")
    );
    assert!(matches!(&hooks[5].secret, Some(SecretPlace::File(file)) if file.is_file()));
    let fields = &hooks[4].hook.fields;
    assert_eq!(
        (&*fields.name, fields.service.as_deref()),
        ("/check/title", Some("/host/a~1b"))
    );
    assert_eq!((fields.firing.len(), fields.resolved.len()), (2, 1));
}

#[test]
fn rules_for_alerts_arrive_in_their_order() {
    let path = corpus("valid")
        .into_iter()
        .find(|p| p.ends_with("alerts.toml"));
    let loaded = Loaded::read(&path.unwrap(), true).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let alerts = &loaded.config.alerts;
    let read: Vec<_> = alerts
        .rules
        .iter()
        .map(|rule| {
            let group_by = rule.group_by.as_ref().map(|labels| labels.join(","));
            let window = rule.window.map(|window| window.to_string());
            (&*rule.name, rule.action, group_by, window, rule.severity)
        })
        .collect();
    let some = |text: &str| Some(text.to_owned());
    let sev2 = Some(Severity::Sev2);
    let wanted = [
        ("noise", Action::Drop, None, None, None),
        ("database", Action::Attach, some("cluster"), None, None),
        (
            "checkout",
            Action::Open,
            some("service"),
            some("rolling 30m"),
            sev2,
        ),
        ("rest", Action::Open, None, some("fixed 2h"), None),
    ];
    assert_eq!(read, wanted);
    assert_eq!(alerts.rules[1].matcher.labels.len(), 2);
    assert!(alerts.rules[3].matcher.is_empty());
    let flapping = (
        alerts.flapping.changes,
        alerts.flapping.within,
        alerts.flapping.quiet,
    );
    assert_eq!(flapping, (6, TimeDelta::minutes(15), TimeDelta::minutes(5)));
    let names: Vec<_> = alerts.maintenance.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["move of the database", "patches", "backups"]);
    let When::Once(held) = &alerts.maintenance[0].when else {
        panic!("{:?}", alerts.maintenance[0]);
    };
    assert_eq!(held.until - held.from, TimeDelta::hours(5));
    let When::Weekly(weekly) = &alerts.maintenance[1].when else {
        panic!("{:?}", alerts.maintenance[1]);
    };
    assert_eq!(
        (weekly.days.len(), weekly.zone.name()),
        (2, "Europe/Berlin")
    );
    // What is not said is as before there were rules.
    let plain = Loaded::parse(Path::new("c.toml"), "[alerts]\n").unwrap();
    assert_eq!(plain.config.alerts, Rules::default());
    let behind = "[[alerts.rules]]\nname = \"all\"\n[[alerts.rules]]\nname = \"late\"\n";
    let warned = Loaded::parse(Path::new("c.toml"), behind).unwrap();
    let report = warned.warning_report(false);
    assert!(
        report.contains("no alert reaches the rule `late`"),
        "{report}"
    );
    assert!(report.contains("c.toml:4:8"), "{report}");
}

#[test]
fn the_examples_of_the_page_are_taken() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let page = fs::read_to_string(file).unwrap();
    let (_, part) = page.split_once("## Where alerts go").unwrap();
    let (_, block) = part.split_once("```toml\n").unwrap();
    let (example, _) = block.split_once("```").unwrap();
    let alerts = Loaded::parse(Path::new("page.toml"), example)
        .unwrap()
        .config
        .alerts;
    assert_eq!((alerts.rules.len(), alerts.maintenance.len()), (3, 2));
    assert_eq!(
        alerts.flapping,
        Rules::default().flapping,
        "the defaults are said"
    );
}
