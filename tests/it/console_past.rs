//! Two consoles: one goes back in time, the other follows it there.

use crate::support::scene::Scene;

#[test]
fn who_follows_the_commander_sees_the_same_moment_lets_go_and_comes_back_to_now() {
    let scene = Scene::declared(&["Checkout 500s"]);
    scene.verb(&["note", "INC-1", "first we look"]);
    scene.verb(&["note", "INC-1", "/decision roll back 4f2a"]);
    scene.verb(&["note", "INC-1", "last it is over"]);
    let mut maya = scene.console("maya", (200, 50));
    maya.press("i/claim ic\r\x1b");
    maya.shows("IC     maya");
    // A spectator follows without a key.
    let mut ana = scene.spectator("ana", (120, 40));
    ana.shows("following maya");
    maya.shows("1 follow you");
    ana.shows("last it is over");
    maya.press("{");
    maya.shows("◀ PAST");
    ana.until("the past", |screen| {
        screen.contains("◀ PAST") && !screen.contains("last it is over")
    });
    ana.shows("roll back 4f2a");
    // One step more, and what is recorded meanwhile is counted on both.
    maya.press("[");
    let before = |screen: &str| screen.contains("◀ PAST") && !screen.contains("roll back 4f2a");
    maya.until("before the decision", before);
    ana.until("before the decision", before);
    scene.verb(&["note", "INC-1", "errors are gone"]);
    maya.shows("1 new since");
    ana.shows("1 new since");
    // Whoever goes by themselves lets go, and stays where they are.
    ana.press("]");
    ana.shows("You look for yourself now");
    ana.shows("roll back 4f2a");
    maya.until("nobody follows", |screen| !screen.contains("follow you"));
    maya.press("n");
    maya.shows("errors are gone");
    ana.press("n");
    ana.until("now", |screen| {
        screen.contains("errors are gone") && !screen.contains("PAST")
    });
    // Once more, and the leader's end is the end of following.
    ana.press("f");
    ana.shows("following maya");
    maya.press("(");
    maya.shows("◀ PAST");
    ana.shows("◀ PAST");
    maya.kill();
    ana.shows("maya is not connected any more: this is now");
    ana.until("now", |screen| !screen.contains("PAST"));
    ana.shows("live · 1 here · maya is not connected");
}

#[test]
fn a_spectator_sees_the_leaders_pane_and_selection_and_hears_what_they_do_elsewhere() {
    let scene = Scene::declared(&["Checkout 500s"]);
    scene.verb(&["ask", "INC-1", "lee", "10", "look at the pool"]);
    scene.verb(&["ask", "INC-1", "lee", "20", "read the logs"]);
    scene.verb(&["declare", "Mails are late"]);
    let mut maya = scene.console("maya", (120, 40));
    maya.press("i/claim ic\r\x1b");
    maya.shows("IC     maya");
    // At 80 columns one pane is seen: it is the leader's, with its cursor.
    let mut ana = scene.spectator("ana", (80, 24));
    ana.shows("following maya");
    maya.press("2G");
    ana.shows("read the logs");
    ana.selects("read the logs");
    maya.press("k");
    ana.selects("look at the pool");
    maya.press("8");
    ana.shows("Updates ━");
    // What is laid over the leader's screen is said, not shown.
    maya.press("?");
    ana.shows("following maya, reading");
    maya.press("\x1b");
    ana.until("only following", |screen| {
        screen.contains("following maya") && !screen.contains("reading")
    });
    maya.press("b");
    ana.shows("maya looks at something else than this incident: this is now");
    ana.shows("maya is elsewhere");
    maya.shows("Mails are late");
    maya.press("o");
    maya.press("INC-1\r");
    ana.shows("You follow maya now");
    ana.press("f");
    ana.shows("You look for yourself now");
    ana.until("nobody is followed", |screen| {
        !screen.contains("following maya")
    });
}
