//! An update for everyone: one console drafts it, another approves it, the first posts it; an edit
//! ends the approval.

use crate::support::scene::Scene;

#[test]
fn an_update_is_drafted_approved_and_posted_and_an_edit_ends_the_approval() {
    let declared = ["Checkout 500s", "--severity", "2", "--service", "checkout"];
    let scene = Scene::declared(&declared);
    let mut maya = scene.console("maya", (200, 50));
    let mut ana = scene.console("ana", (80, 24));
    maya.press("i/claim ic\r");
    maya.shows("IC     maya");
    ana.press("i/claim comms\r");
    maya.shows("claimed Communications Lead");
    ana.shows("claimed Communications Lead");
    ana.press("\x1b");
    ana.shows("enter details");
    // The lead's first update is for everyone outside, from its template.
    ana.press("u");
    ana.shows("A new update of INC-1");
    ana.shows("We are investigating a problem with checkout.");
    ana.press("\x07");
    maya.shows("approve update 1");
    maya.press("\x1b");
    maya.shows("enter details");
    maya.press("ga");
    maya.shows("Approve external update 1");
    maya.shows("We are investigating a problem with checkout.");
    maya.press("y");
    ana.press("8");
    ana.shows("approved by maya");
    // An edit ends it, and it cannot be posted.
    ana.press("e");
    ana.shows("Update 1 of INC-1");
    ana.press("More soon.\x13");
    ana.shows("drafted");
    ana.press("p");
    ana.shows("nobody in command has approved it");
    ana.press("m");
    maya.shows("approve update 1");
    maya.press("ga");
    maya.shows("More soon.");
    maya.press("y");
    ana.shows("approved by maya");
    ana.press("p");
    ana.shows("Post external update 1");
    ana.press("y");
    ana.shows("Send by hand: update 1, external");
    // Those outside have a promise of their own now.
    ana.press("n");
    ana.shows("external  next in");
    // It was put on the terminal's clipboard: `We are investigating a problem with checkout.` and on.
    let copied = b"\x1b]52;c;V2UgYXJlIGludmVzdGlnYXRpbmcgYSBwcm9ibGVtIHdpdGggY2hlY2tvdXQu";
    let written = ana.written();
    assert!(written.windows(copied.len()).any(|bytes| bytes == copied));
    let log = scene.verb(&["timeline", "INC-1", "--json"]);
    assert_eq!(
        log.matches("approved external update 1").count(),
        2,
        "{log}"
    );
    assert_eq!(
        log.matches("external update: We are investigating").count(),
        1,
        "{log}"
    );
    let list = scene.verb(&["updates", "INC-1", "--json"]);
    assert!(
        list.contains("\"state\":\"posted\"") && list.contains("\"approved_by\":\"maya\""),
        "{list}"
    );
}
