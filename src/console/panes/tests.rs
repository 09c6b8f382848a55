//! Every pane at the three sizes of screen, with nothing, the usual and too much in it.

use super::fixture::{cx, drawn, empty, insides, me, overfull, usual};
use super::{Focus, Title, command, runbook, timeline};
use crate::client::Room;

fn titled(title: &Title, body: &str) -> String {
    format!("[ {} | {} ]\n{body}", title.left, title.right)
}

fn shown(pane: Focus, room: &Room) -> String {
    let me = me();
    let screens = insides(pane).map(|area| {
        let cx = cx(room, &me, area);
        match pane {
            Focus::Timeline => {
                let state = timeline::State::default();
                titled(
                    &state.title(&cx),
                    &drawn(area, |look, area, buf| {
                        state.draw(&cx, look, area, buf);
                    }),
                )
            }
            Focus::Command => {
                let state = command::State::default();
                titled(
                    &state.title(&cx),
                    &drawn(area, |look, area, buf| {
                        state.draw(&cx, look, area, buf);
                    }),
                )
            }
            _ => {
                let state = runbook::State::default();
                titled(
                    &state.title(&cx),
                    &drawn(area, |look, area, buf| {
                        state.draw(&cx, look, area, buf);
                    }),
                )
            }
        }
    });
    screens.join("\n")
}

#[test]
fn timeline_empty() {
    insta::assert_snapshot!(shown(Focus::Timeline, &empty()));
}

#[test]
fn timeline_usual() {
    insta::assert_snapshot!(shown(Focus::Timeline, &usual()));
}

#[test]
fn timeline_overfull() {
    insta::assert_snapshot!(shown(Focus::Timeline, &overfull()));
}

#[test]
fn command_empty() {
    insta::assert_snapshot!(shown(Focus::Command, &empty()));
}

#[test]
fn command_usual() {
    insta::assert_snapshot!(shown(Focus::Command, &usual()));
}

#[test]
fn command_overfull() {
    insta::assert_snapshot!(shown(Focus::Command, &overfull()));
}

#[test]
fn runbook_empty() {
    insta::assert_snapshot!(shown(Focus::Runbook, &empty()));
}

#[test]
fn runbook_usual() {
    insta::assert_snapshot!(shown(Focus::Runbook, &usual()));
}

#[test]
fn runbook_overfull() {
    insta::assert_snapshot!(shown(Focus::Runbook, &overfull()));
}
