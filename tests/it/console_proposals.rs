//! A decision put to the room by one console, objected to by another, over the server's death.

use crate::support::scene::Scene;

#[test]
fn a_proposal_is_decided_unless_someone_objects_also_over_a_restart() {
    let mut scene = Scene::declared(&["Checkout 500s"]);
    let mut maya = scene.console("maya", (200, 50));
    let mut ana = scene.console("ana", (80, 24));
    maya.press("i/claim ic\r");
    maya.shows("IC     maya");
    maya.press("/propose roll back 4f2a by @bo");
    maya.shows("proposal, bo would do it");
    maya.press("\r");
    ana.shows("◆ maya proposes 00:");
    ana.press("O");
    ana.shows("Why proposal 1 should not go ahead");
    ana.press("it drops the index\r");
    maya.shows("objects: roll back 4f2a (it drops the index)");
    // The window ends while no server runs, or after; the next one closes it.
    scene.kill_and_restart();
    maya.shows("not decided: roll back 4f2a · an objection of ana (it drops the index)");
    maya.press("/proposal 1 decide it is rebuilt\r");
    ana.shows("roll back 4f2a · proposed by maya");
    let log = scene.verb(&["timeline", "INC-1", "--json"]);
    assert_eq!(log.matches("not decided: ").count(), 1, "{log}");
    assert_eq!(log.matches("roll back 4f2a · proposed by maya").count(), 1);
    assert_eq!(log.matches("verify: roll back 4f2a").count(), 1);
}
