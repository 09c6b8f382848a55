use super::*;

fn found(text: &str) -> Vec<(About, &str)> {
    let people: Vec<Person> = ["bo", "maya"].map(|name| name.parse().unwrap()).into();
    let hosts = [Arc::from("payments-gateway:9090"), Arc::from("titan")];
    let around = Around {
        audience: Audience::External,
        severity: Some(Severity::Sev2),
        people: &people,
        hosts: &hosts,
    };
    let advice = check(text, &around);
    let shown = advice.into_iter().map(|one| (one.about, &text[one.span]));
    shown.collect()
}

#[test]
fn each_of_these_is_advised_on_in_its_place() {
    use About::{Blame, Gap, Host, Outage, Promise, Speculation};
    let table: &[(&str, About, &str)] = &[
        ("It was a human error.", Blame, "human error"),
        ("Bo forgot to renew it.", Blame, "Bo forgot"),
        (
            "@bo then misconfigured the pool",
            Blame,
            "bo then misconfigured",
        ),
        ("This was caused by maya.", Blame, "caused by maya"),
        ("It was Maya’s mistake", Blame, "Maya’s mistake"),
        ("Our vendor is to blame.", Blame, "to blame"),
        ("Someone forgot the certificate", Blame, "Someone forgot"),
        ("It is probably the database.", Speculation, "probably"),
        ("We think that a deploy did it", Speculation, "We think"),
        (
            "A disk should have been replaced",
            Speculation,
            "should have",
        ),
        ("It seems that it works", Speculation, "It seems"),
        ("It may be caused by a vendor", Speculation, "may be caused"),
        ("Most likely it is DNS", Speculation, "likely"),
        (
            "It will be fixed by 15:00 UTC.",
            Promise,
            "will be fixed by 15:00",
        ),
        (
            "It will be fixed in 20 minutes",
            Promise,
            "will be fixed in 20",
        ),
        ("We’ll be back in an hour", Promise, "We’ll be back in an"),
        (
            "We expect a fix within 2 hours",
            Promise,
            "expect a fix within 2",
        ),
        (
            "Service will be restored shortly.",
            Promise,
            "will be restored shortly",
        ),
        (
            "It will be working again tomorrow",
            Promise,
            "will be working again tomorrow",
        ),
        (
            "Payments should be back by noon",
            Promise,
            "should be back by noon",
        ),
        ("ETA: unknown", Promise, "ETA"),
        ("Errors come from 10.2.3.4.", Host, "10.2.3.4"),
        ("10.2.3.4:8080 is slow", Host, "10.2.3.4:8080"),
        ("fe80::1 is slow", Host, "fe80::1"),
        (
            "pay.prod.svc.cluster.local fails",
            Host,
            "pay.prod.svc.cluster.local",
        ),
        ("See (db1.eu.internal)", Host, "db1.eu.internal"),
        ("web-17 restarts", Host, "web-17"),
        ("db01, the old one", Host, "db01"),
        ("ip-10-2-3-4 is gone", Host, "ip-10-2-3-4"),
        (
            "checkout-7d9f8b6c5d-x2k4q died",
            Host,
            "checkout-7d9f8b6c5d-x2k4q",
        ),
        ("Titan is full", Host, "Titan"),
        ("payments-gateway is slow", Host, "payments-gateway"),
        ("There is an outage of payments", Outage, "outage"),
        ("Affected: ‹impact?›", Gap, "‹impact?›"),
    ];
    let mut wrong = Vec::new();
    for (text, about, place) in table {
        let found = found(text);
        if found != [(*about, *place)] {
            wrong.push((text, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn these_are_left_alone() {
    let table = [
        "We are investigating a problem with checkout in eu-west-1.",
        "Next update by 14:40 UTC.",
        "We will tell you more by 15:00 UTC, or within 20 minutes.",
        "The problem was resolved at 14:02 UTC and fixed by rolling back.",
        "It was fixed within 20 minutes.",
        "We will be working on this in two teams.",
        "It will be fixed by our engineers.",
        "You may see errors; you may have to sign in again.",
        "You should be able to pay by card.",
        "It is unlikely that you notice it.",
        "The error message appears at the top.",
        "The disk failed, and a switch broke.",
        "Bo is rolling back. Maya commands.",
        "Payments failed for bo's customers",
        "This was caused by a configuration change.",
        "The error was found by maya",
        "We do not assign a fault to anyone",
        "Version 1.2.3 is rolled out, build 2026.11.24.",
        "It began at 14:02:11 and took 1:30.",
        "status.example.com has more; write to help@example.com.",
        "SEV2 since 14:02, INC-42, error 503",
        "web3 and app2 customers, our web server, the node community",
        "Titanium cards work",
        "‹ quoted › text?",
        "Will it be back? In an hour we tell you more.",
        "We suspended sign-ups. I thought so too.",
        "Outages are rare",
    ];
    for text in table {
        let mut found = found(text);
        found.retain(|(about, _)| *about != About::Outage);
        assert_eq!(found, [], "{text}");
    }
}

#[test]
fn who_reads_it_decides_what_is_advised() {
    let text = "We think db01 is down: an outage. It will be fixed in 20 minutes.";
    let about = |audience, severity| {
        let around = Around {
            audience,
            severity,
            people: &[],
            hosts: &[],
        };
        let all = check(text, &around).into_iter().map(|one| one.about);
        all.collect::<Vec<_>>()
    };
    use About::{Host, Outage, Promise, Speculation};
    let sev1 = Some(Severity::Sev1);
    assert_eq!(about(Audience::Internal, None), []);
    assert_eq!(about(Audience::Executive, None), [Speculation, Outage]);
    assert_eq!(about(Audience::Executive, sev1), [Speculation]);
    assert_eq!(
        about(Audience::External, None),
        [Speculation, Host, Outage, Promise]
    );
}

proptest::proptest! {
    /// Whatever the text, nothing panics, and every place is one of the text.
    #[test]
    fn any_text_is_read(text in "\\PC{0,80}|[a-z0-9 .:'’@‹?›\n-]{0,80}") {
        for advice in found(&text) {
            proptest::prop_assert!(!advice.1.is_empty());
        }
    }
}
