//! A role goes from one console to another, over the server's death: offered, briefed, accepted, and
//! announced on both.

use crate::support::scene::Scene;

#[test]
fn a_role_is_offered_briefed_and_accepted_also_over_a_restart() {
    let mut scene = Scene::declared(&["Checkout 500s"]);
    let mut maya = scene.console("maya", (200, 50));
    let mut ana = scene.console("ana", (80, 24));
    maya.press("i/claim ic\r");
    maya.shows("IC     maya");
    maya.press("/hypothesis the pool is too small\r");
    maya.shows("H1 ◔ the pool is too small");
    // The same brief at a shell says who is here: the server knows.
    let brief = scene.verb(&["handover", "INC-1", "brief"]);
    let (_, here) = brief.split_once("Here\n").expect(&brief);
    let here: Vec<&str> = here.trim().split(", ").collect();
    assert_eq!(here, ["ana", "lee", "maya"], "{brief}");
    maya.press("/handover ic @ana rollback is at step 4");
    maya.shows("offer Incident Commander to ana, who has it once they accept");
    maya.press("\r");
    // The brief comes by itself, and a disconnect changes nothing.
    ana.shows("Brief: Incident Commander, from maya");
    ana.shows("rollback is at step 4");
    scene.kill_and_restart();
    ana.press("accept");
    ana.shows("Read all of it first");
    for _ in 0..4 {
        ana.press("\r");
    }
    ana.shows("You take over?");
    maya.shows("→ ana read");
    ana.press("accept\r");
    ana.shows("You have Incident Commander now, from maya");
    maya.shows("ana has Incident Commander now, from maya");
    maya.shows("IC     ana");
    let log = scene.verb(&["timeline", "INC-1", "--json"]);
    let count = |text: &str| log.matches(text).count();
    assert_eq!(count("offered Incident Commander to ana"), 1, "{log}");
    assert_eq!(count("read the brief of Incident Commander"), 1);
    assert_eq!(count("accepted Incident Commander from maya"), 1);
    assert_eq!(count("Incident Commander: maya → ana"), 1);
}

#[test]
fn an_offer_stands_when_the_holders_console_dies_and_the_holder_keeps_the_role_until_it_is_accepted()
 {
    let scene = Scene::declared(&["Checkout 500s"]);
    let mut maya = scene.console("maya", (120, 40));
    let mut ana = scene.console("ana", (120, 40));
    maya.press("i/claim ic\r");
    maya.shows("IC     maya");
    maya.press("/handover ic @ana\r");
    ana.shows("Brief: Incident Commander, from maya");
    maya.kill();
    ana.press("\x1b");
    ana.until("one is here", |screen| screen.contains("1 here"));
    ana.shows("IC     maya");
    ana.shows("maya offers you IC");
    ana.press("gb");
    for _ in 0..6 {
        ana.press("\r");
    }
    ana.shows("You take over?");
    ana.press("accept\r");
    ana.shows("You have Incident Commander now, from maya");
    ana.shows("IC     ana");
    // The holder hears of it when they are back.
    let mut maya = scene.console("maya", (120, 40));
    maya.shows("IC     ana");
    maya.shows("Incident Commander: maya → ana");
}
