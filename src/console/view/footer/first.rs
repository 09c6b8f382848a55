//! The keys that go before the usual ones: what waits for this person, whatever has the focus.

use crate::client::Room;
use crate::console::app::App;
use crate::console::keymap::Action;
use crate::console::layout::Layout;
use crate::console::panes::Focus;
use crate::incident::{Person, Proposal, Status, UpdateState};

/// A key, and what it does in a word or two.
type Hint = (Action, &'static str);

/// What is worth naming while the past is shown: what leads about in it.
const IN_THE_PAST: &[(Action, &str)] = &[
    (Action::ReturnToNow, "now"),
    (Action::StepBack, "back"),
    (Action::StepOn, "on"),
    (Action::Play, "play"),
    (Action::MinuteBack, "a minute back"),
    (Action::MinuteOn, "on"),
    (Action::DecisionBack, "decision before"),
    (Action::GoToMoment, "a time"),
    (Action::Faster, "faster"),
];

/// What goes before the usual: where a search goes on, what waits for this person, and what an
/// incident in triage waits for.
pub(super) fn of_all(app: &App) -> Vec<Hint> {
    let Some((screen, room)) = app.open() else {
        return Vec::new();
    };
    if screen.focus == Focus::Composer || !app.overlays.is_empty() {
        return Vec::new();
    }
    let let_go = (screen.follow.is_on()).then_some((Action::Follow, "let go"));
    if app.past().is_some() {
        return let_go
            .into_iter()
            .chain(IN_THE_PAST.iter().copied())
            .collect();
    }
    let wall = app.prefs.layout == Layout::Wall;
    if !screen.looking.is_empty() && screen.focus == Focus::Timeline && !wall {
        return vec![
            (Action::SearchNext, "next hit"),
            (Action::SearchPrevious, "hit before"),
            (Action::Cancel, "end the search"),
        ];
    }
    let mut hints = Vec::new();
    if app.prefs.zoomed {
        hints.push((Action::ZoomPane, "all panes"));
    }
    if !wall {
        let me = app.client.me().filter(|me| me.level.writes());
        if let Some(me) = me {
            hints.extend(waiting(app, room, &me.person));
        }
        if room.shown().status == Status::Triage && app.why_read_only().is_none() {
            hints.push((Action::Declare, "declare it"));
            hints.push((Action::DeclineIncident, "decline"));
        }
        hints.extend(let_go.or_else(|| may_follow(app)));
    }
    hints
}

/// Whoever only reads is told that they may follow, where somebody leads.
fn may_follow(app: &App) -> Option<Hint> {
    let (_, room) = app.live()?;
    let reads = app.why_read_only().is_some() && app.client.recording().is_none();
    let led = reads && room.leads().leader.is_some();
    led.then_some((Action::Follow, "follow"))
}

/// What waits for this person, the shortest clock first.
fn waiting(app: &App, room: &Room, me: &Person) -> Vec<Hint> {
    let shown = room.shown();
    let mut hints = Vec::new();
    let silent = |proposal: &Proposal| {
        let spoke = proposal.by == *me || proposal.stances.contains_key(me);
        proposal.hears(app.now) && !spoke
    };
    if shown.proposals.iter().any(silent) {
        hints.push((Action::ProposalAgree, "no objection"));
        hints.push((Action::ProposalObject, "object"));
    }
    if shown.asks.iter().any(|ask| ask.waits_for(me)) {
        hints.push((Action::AskAcknowledge, "acknowledge your ask"));
    }
    if shown.offered_to(me, app.now).is_some() {
        hints.push((Action::ReadBrief, "read the brief"));
    }
    if shown.consents_for(me, app.now).next().is_some() {
        hints.push((Action::Consent, "consent"));
        hints.push((Action::RefuseConsent, "refuse consent"));
    }
    let submitted = |state| state == UpdateState::Submitted;
    let mut updates = shown.open_updates();
    if shown.is_in_command(me) && updates.any(|update| submitted(update.state)) {
        hints.push((Action::ApproveUpdate, "approve update"));
    }
    hints
}
