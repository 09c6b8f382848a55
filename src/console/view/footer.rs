//! The footer: who you are, what keys do here, what waits to be sent. Notices stand here too.

mod first;

use super::paint::{self, Piece, glyph};
use crate::console::app::{App, Screen};
use crate::console::keymap::{Action, Context, Continuation};
use crate::console::layout::Layout;
use crate::console::notices::{Notice, Weight};
use crate::console::overlays::Overlay;
use crate::console::panes::{Look, Title};
use crate::console::text::{self, wrap};
use crate::console::theme::Meaning;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget as _};

/// Rows that a long notice may take above the footer.
const NOTICE_ROWS: usize = 4;

/// Draws the footer.
pub fn draw(app: &App, contexts: &[Context], area: Rect, buf: &mut Buffer) {
    let look = app.look(false);
    // Only the ground: a modifier of the whole row would dim the keys in it too.
    if let Some(ground) = look.theme.style(Meaning::Footer).bg {
        buf.set_style(area.intersection(buf.area), Style::new().bg(ground));
    }
    let ending = ending(app, contexts, &look);
    let room = usize::from(area.width).saturating_sub(paint::width(&ending) + 1);
    let mut start = who(app, &look);
    if app.keys.is_empty() {
        for hint in hints(app, contexts, &look) {
            if paint::width(&start) + paint::width(&hint) > room {
                break;
            }
            start.extend(hint);
        }
    } else {
        let keys: Vec<String> = app.keys.iter().map(ToString::to_string).collect();
        start.push(Piece::new(
            format!(" {} …", keys.join(" ")),
            look.theme.style(Meaning::Key),
        ));
    }
    paint::left(&start, area, buf);
    paint::right(&ending, area, buf);
}

fn who(app: &App, look: &Look<'_>) -> Vec<Piece> {
    let muted = look.theme.style(Meaning::Muted);
    let mut pieces = vec![Piece::new(" ", muted)];
    let named_above = app.places().composer.is_some() && app.open().is_some();
    match app.client.me() {
        // The composer has the name in front of it.
        Some(me) if named_above && me.level.writes() => return pieces,
        Some(me) => {
            pieces.push(Piece::new(
                me.person.as_str(),
                look.theme.style(Meaning::Me),
            ));
            if !me.level.writes() {
                pieces.push(Piece::new(format!(" ({})", me.level), muted));
            }
        }
        None if app.client.recording().is_some() => {
            pieces.push(Piece::new("recording", muted));
        }
        None => pieces.push(Piece::new("not greeted yet", muted)),
    }
    pieces.push(Piece::new("  ", muted));
    pieces
}

fn hints(app: &App, contexts: &[Context], look: &Look<'_>) -> Vec<Vec<Piece>> {
    let usual = worth_a_hint(contexts.first().copied(), app);
    let first = first::of_all(app);
    let again = |action: Action| first.iter().any(|(before, _)| *before == action);
    (first.iter())
        .chain(usual.iter().filter(|(action, _)| !again(*action)))
        .map(|(action, word)| {
            let key = app.prefs.keymap.hint(*action, contexts);
            vec![
                Piece::new(key, look.theme.style(Meaning::Key)),
                Piece::new(format!(" {word}  "), look.theme.style(Meaning::Footer)),
            ]
        })
        .collect()
}

/// Whether the incident that is open has not come yet: no key of its panes does anything then.
fn waits_for_state(app: &App) -> bool {
    matches!(app.screen, Screen::Incident(_)) && app.open().is_none() && app.overlays.is_empty()
}

/// What is worth naming where keys go now, the most useful first.
fn worth_a_hint(context: Option<Context>, app: &App) -> &'static [(Action, &'static str)] {
    let only_shows = app.prefs.layout == Layout::Wall && context == Some(Context::Timeline);
    if waits_for_state(app) {
        return &[
            (Action::Reconnect, "try now"),
            (Action::OpenBoard, "board"),
            (Action::Quit, "leave"),
        ];
    }
    if (only_shows || app.why_read_only().is_some()) && app.overlays.is_empty() {
        return match context {
            Some(Context::Board) => &[(Action::Accept, "open"), (Action::SearchServer, "search")],
            _ if only_shows => &[(Action::NextLayout, "layout"), (Action::OpenBoard, "board")],
            _ => &[
                (Action::NextLayout, "layout"),
                (Action::OpenBoard, "board"),
                (Action::Search, "search"),
            ],
        };
    }
    match app.overlays.last() {
        Some(Overlay::Reader(_)) => {
            return &[
                (Action::CursorDown, "on"),
                (Action::PageDown, "a page"),
                (Action::Cancel, "close"),
            ];
        }
        Some(Overlay::Results(_)) => {
            return &[
                (Action::CursorDown, "next"),
                (Action::Accept, "go there"),
                (Action::Cancel, "close"),
            ];
        }
        Some(Overlay::Gaps(_)) => {
            return &[
                (Action::Accept, "go there"),
                (Action::Compose, "write what happened then"),
                (Action::Cancel, "close"),
            ];
        }
        Some(Overlay::Members(_)) => {
            return &[
                (Action::Accept, "details"),
                (Action::SortRows, "sort"),
                (Action::FilterRows, "filter"),
                (Action::Cancel, "close"),
                (Action::CopyAddress, "copy address"),
            ];
        }
        Some(Overlay::Update | Overlay::Review(_)) => return &[],
        Some(Overlay::Search(_)) => {
            return &[
                (Action::Accept, "keep what is found"),
                (Action::Cancel, "leave"),
            ];
        }
        _ => {}
    }
    match context {
        Some(Context::Board) => &[
            (Action::Accept, "open"),
            (Action::Declare, "declare"),
            (Action::DeclineIncident, "decline"),
            (Action::SearchServer, "search"),
            (Action::Palette, "actions"),
        ],
        Some(Context::Timeline) => &[
            (Action::Compose, "write"),
            (Action::Details, "details"),
            (Action::Amend, "correct"),
            (Action::Pin, "pin"),
            (Action::Search, "search"),
            (Action::NextPane, "next pane"),
            (Action::Palette, "actions"),
        ],
        Some(Context::Command) => &[
            (Action::Compose, "write"),
            (Action::ClaimRole, "claim"),
            (Action::AssignRole, "assign"),
            (Action::Ask, "ask"),
            (Action::AskDone, "done"),
            (Action::AskMoreTime, "more time"),
            (Action::NextPane, "next pane"),
            (Action::Palette, "actions"),
        ],
        Some(Context::Runbook) => &[
            (Action::StepStart, "start"),
            (Action::StepDone, "done"),
            (Action::StepSkip, "skip"),
            (Action::StepFail, "failed"),
            (Action::RunCommand, "run"),
            (Action::CopyCommand, "copy"),
            (Action::AttachRunbook, "attach"),
            (Action::Palette, "actions"),
        ],
        Some(Context::Signals) => &[
            (Action::Accept, "whole chart"),
            (Action::Earlier, "earlier"),
            (Action::Later, "later"),
            (Action::PinEvidence, "pin"),
            (Action::CopyAddress, "copy address"),
            (Action::NextPane, "next pane"),
            (Action::Palette, "actions"),
        ],
        Some(Context::Errors) => &[
            (Action::Accept, "details"),
            (Action::SortRows, "sort"),
            (Action::FilterRows, "filter"),
            (Action::PinEvidence, "pin"),
            (Action::ResolveIssue, "resolve"),
            (Action::AssignIssue, "assign"),
            (Action::Palette, "actions"),
        ],
        Some(Context::Alerts) => &[
            (Action::Accept, "details"),
            (Action::SortRows, "sort"),
            (Action::FilterRows, "filter"),
            (Action::AcknowledgeAlerts, "take note"),
            (Action::SilenceAlerts, "silence"),
            (Action::PinEvidence, "pin"),
            (Action::Palette, "actions"),
        ],
        Some(Context::Updates) => &[
            (Action::DraftUpdate, "write"),
            (Action::EditUpdate, "edit"),
            (Action::SubmitUpdate, "ask for approval"),
            (Action::ApproveUpdate, "approve"),
            (Action::RejectUpdate, "reject"),
            (Action::PostUpdate, "post"),
            (Action::Palette, "actions"),
        ],
        Some(Context::Incident) => &[
            (Action::Compose, "write"),
            (Action::Accept, "details"),
            (Action::NextPane, "next pane"),
            (Action::ZoomPane, "zoom"),
            (Action::Palette, "actions"),
        ],
        Some(Context::Composer) => &[
            (Action::ComposerSend, "send"),
            (Action::ComposerNewline, "new line"),
            (Action::ComposerComplete, "complete"),
            (Action::ComposerEditor, "editor"),
            (Action::Cancel, "leave"),
        ],
        Some(Context::List) => &[(Action::Accept, "choose"), (Action::Cancel, "close")],
        _ => &[],
    }
}

/// From this width on the footer has room to say how much is owed.
const OWED_FROM: u16 = 120;

/// While a line is being written, which takes the place of what is owed: how much that is.
fn owed_meanwhile(app: &App, look: &Look<'_>) -> Vec<Piece> {
    let Some((screen, room)) = app.open().filter(|_| app.past().is_none()) else {
        return Vec::new();
    };
    let nags = room.nags(app.now);
    let loud = nags.iter().filter(|nag| nag.snoozed.is_none()).count();
    if loud == 0 || screen.composer.draft().is_empty() || app.size.width < OWED_FROM {
        return Vec::new();
    }
    let said = format!("{} {loud} owed", glyph(look, Meaning::Warning));
    vec![
        Piece::new(said, look.theme.style(Meaning::Warning)),
        Piece::new(" · ", look.theme.style(Meaning::Footer)),
    ]
}

fn ending(app: &App, contexts: &[Context], look: &Look<'_>) -> Vec<Piece> {
    let muted = look.theme.style(Meaning::Footer);
    let queued = app.client.queued();
    let style = look.theme.style(if queued > 0 {
        Meaning::Warning
    } else {
        Meaning::Footer
    });
    let mut pieces = owed_meanwhile(app, look);
    pieces.extend([
        Piece::new(look.zone.name(look.now), muted),
        Piece::new(" · ", muted),
        Piece::new(format!("queued {queued}"), style),
    ]);
    let key = look.keymap.hint(Action::Help, contexts);
    pieces.push(Piece::new(" · ", muted));
    pieces.push(Piece::new(key, look.theme.style(Meaning::Key)));
    pieces.push(Piece::new(" help ", muted));
    pieces
}

/// While a chord has begun: what may follow, just above `foot` (the composer or the footer).
pub fn following(app: &App, contexts: &[Context], foot: u16, buf: &mut Buffer) {
    if app.keys.is_empty() {
        return;
    }
    let look = app.look(true);
    let all = app.prefs.keymap.following(contexts, &app.keys);
    let keys: Vec<String> = app.keys.iter().map(ToString::to_string).collect();
    let wide = |of: &dyn Fn(&Continuation) -> usize| all.iter().map(of).max().unwrap_or(0);
    let key_cells = wide(&|next| text::cells(&next.keys));
    let inner = key_cells + 4 + wide(&|next| text::cells(next.action.doc()));
    let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let height = small(all.len() + 2).min(foot);
    let area = Rect {
        x: app.size.x,
        y: foot.saturating_sub(height),
        width: small(inner + 2).min(app.size.width),
        height,
    };
    let title = Title {
        left: format!("{} …", keys.join(" ")),
        right: String::new(),
    };
    let inside = paint::window(&title, &look, area, buf);
    for (next, at) in all.iter().zip(0..inside.height) {
        let pieces = [
            Piece::new(
                format!(" {}  ", text::pad_right(&next.keys, key_cells)),
                look.theme.style(Meaning::Key),
            ),
            Piece::new(next.action.doc(), look.theme.style(Meaning::Text)),
        ];
        paint::left(&pieces, paint::row(inside, at), buf);
    }
}

/// How a notice is drawn.
#[must_use]
pub fn weight_meaning(weight: Weight) -> Meaning {
    match weight {
        Weight::Info => Meaning::Info,
        Weight::Warning => Meaning::Warning,
        Weight::Refused => Meaning::Danger,
    }
}

/// Draws the notice of the moment just above `foot` (the composer or the footer): in as many rows
/// as it needs, up to a bound. What is below it comes back by itself.
///
/// `free` is a row below `foot` that shows nothing now: a short notice takes it, so that it covers
/// nothing.
pub fn notice(app: &App, foot: u16, free: Option<u16>, buf: &mut Buffer) {
    let Some(notice) = app.notices.current(app.now) else {
        return;
    };
    let look = app.look(false);
    let lines = lines(notice, usize::from(app.size.width).saturating_sub(4));
    let rows = u16::try_from(lines.len()).unwrap_or(1);
    let area = Rect {
        y: free
            .filter(|_| rows == 1)
            .unwrap_or(foot.saturating_sub(rows)),
        height: rows,
        ..app.size
    }
    .intersection(buf.area);
    Clear.render(area, buf);
    let meaning = weight_meaning(notice.weight);
    let style = look.theme.style(meaning);
    for (line, at) in lines.into_iter().zip(0..) {
        let sign = if at == 0 { glyph(&look, meaning) } else { " " };
        let pieces = [
            Piece::new(format!(" {sign} "), style),
            Piece::new(line, if at == 0 { style } else { Style::new() }),
        ];
        paint::left(&pieces, paint::row(area, at), buf);
    }
}

fn lines(notice: &Notice, width: usize) -> Vec<String> {
    let mut said = text::visible_line(&notice.text).into_owned();
    if notice.times > 1 {
        said.push_str(&format!(" ({} times)", notice.times));
    }
    let mut lines: Vec<String> = wrap(&said, width).into_iter().map(str::to_owned).collect();
    if lines.len() > NOTICE_ROWS {
        lines.truncate(NOTICE_ROWS);
        if let Some(last) = lines.last_mut() {
            *last = text::truncate(&format!("{last} …"), width).into_owned();
        }
    }
    lines
}
