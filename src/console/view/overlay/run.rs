//! The windows of a command: before it runs, while it does, and before what it printed is sent.

use super::super::paint::{self, Piece, glyph};
use super::ask::{keys, last_row, typed};
use crate::console::app::App;
use crate::console::keymap::{Action, Context};
use crate::console::layout::inside;
use crate::console::overlays::{RunForm, RunReview, Running};
use crate::console::panes::{Look, Title};
use crate::console::text::{countdown, pad_left, pad_right, visible_line, wrap};
use crate::console::theme::Meaning;
use crate::incident::Leave;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Lines of a script that are shown before it is confirmed; a longer one is said to be.
const SCRIPT_LINES: usize = 12;
/// Cells of the numbers before lines.
const NUMBER: usize = 5;

fn piece(text: impl AsRef<str>, meaning: Meaning, look: &Look<'_>) -> Piece {
    Piece::new(text, look.theme.style(meaning))
}

/// The script in lines that fit, and whether each begins one of its own: nothing of it may be
/// beyond the edge of what is confirmed.
fn script_lines(form: &RunForm, width: u16) -> Vec<(bool, String)> {
    let room = usize::from(width).saturating_sub(5).max(1);
    let lines = form.script.lines();
    lines
        .flat_map(|line| {
            let shown = visible_line(line).into_owned();
            let rows = wrap(&shown, room).into_iter().map(ToString::to_string);
            rows.enumerate()
                .map(|(no, row)| (no == 0, row))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// How many rows the form takes in a window of this width, with its frame.
pub(super) fn form_rows(form: &RunForm, width: u16) -> u16 {
    let script = script_lines(form, width.saturating_sub(2)).len();
    let script = script.min(SCRIPT_LINES + 1);
    u16::try_from(script + form.slots.len() + 10).unwrap_or(u16::MAX)
}

/// Draws the form; answers where its cursor stands.
pub(super) fn form(app: &App, form: &RunForm, window: Rect, buf: &mut Buffer) -> Option<Position> {
    let look = app.look(true);
    let danger = if form.danger { "DANGEROUS" } else { "" };
    let title = Title {
        left: format!(
            "Run on this machine: step {} of {}",
            form.step.step,
            visible_line(&form.step.runbook)
        ),
        right: danger.to_owned(),
    };
    let inner = paint::window(&title, &look, window, buf);
    let mut at = 0;
    let mut put = |pieces: &[Piece]| {
        paint::left(pieces, paint::row(inner, at), buf);
        at += 1;
    };
    let script = script_lines(form, inner.width);
    for (begins, line) in script.iter().take(SCRIPT_LINES) {
        let sign = if *begins { "  $ " } else { "    " };
        put(&[
            piece(sign, Meaning::Muted, &look),
            piece(line, Meaning::Code, &look),
        ]);
    }
    let more = script.len().saturating_sub(SCRIPT_LINES);
    if more > 0 {
        let said = format!("  … {more} more lines: read them in the step before you run it");
        put(&[piece(said, Meaning::Danger, &look)]);
    }
    put(&[]);
    if let Some(allowed) = &app.run.allowed {
        let place = &allowed.place;
        let on = format!("  as {}@{} in {}", place.user, place.host, place.directory);
        put(&[piece(on, Meaning::Text, &look)]);
        let sees = format!(
            "  at most {} · what it prints is shown to you first, then to all but spectators",
            countdown(allowed.limit).text
        );
        put(&[piece(sees, Meaning::Muted, &look)]);
    }
    put(&[]);
    let cursor = fields(app, form, &look, inner, at, buf);
    let hints = keys(
        app,
        Context::Text,
        &[
            (Action::Accept, "run, or next field"),
            (Action::NextPane, "next field"),
            (Action::Cancel, "leave"),
        ],
    );
    let last = paint::row(inner, inner.height.saturating_sub(1));
    last_row(form.wrong.as_deref(), &hints, &look, last, buf);
    cursor
}

/// Whether this person may run it, or whom it waits for.
fn may_run(app: &App, form: &RunForm) -> (String, Meaning) {
    let facts = app
        .run
        .allowed
        .as_ref()
        .zip(app.client.me())
        .zip(app.open());
    let Some(((allowed, me), (_, room))) = facts else {
        return (String::new(), Meaning::Muted);
    };
    let command = allowed.patterns.taken_out_of(&form.command());
    let incident = room.shown();
    match incident.leave_to_run(&me.person, &command, app.now) {
        Leave::Lead => (
            "You are the Operations Lead: it is yours to run.".to_owned(),
            Meaning::Text,
        ),
        Leave::Consent(_) => (
            "Somebody consents: it may be run, once.".to_owned(),
            Meaning::Text,
        ),
        Leave::No => {
            let mut asked = incident.consents.iter();
            let open = asked
                .find(|of| of.is_open(app.now) && of.by == me.person && *of.command == *command);
            let said = match open {
                Some(of) => format!(
                    "It waits for a second person, for {} more.",
                    countdown(of.expires_at - app.now).text
                ),
                None => "It takes a second person: enter asks for their consent.".to_owned(),
            };
            (said, Meaning::Warning)
        }
    }
}

/// The variables, and what confirms.
fn fields(
    app: &App,
    form: &RunForm,
    look: &Look<'_>,
    inner: Rect,
    first: u16,
    buf: &mut Buffer,
) -> Option<Position> {
    let names = form.slots.iter().map(|slot| slot.name.len());
    let label = names.max().unwrap_or(0).clamp(8, 24);
    let mut cursor = None;
    let mut row = first;
    for (slot, no) in form.slots.iter().zip(0..) {
        let hint = if slot.odd {
            "the label's value is more than a name: type it yourself, if it is meant"
        } else {
            "no alert has such a label: type a value"
        };
        let here = form.at == no;
        let rest = labelled(&slot.name, label, here, look, paint::row(inner, row), buf);
        let place = typed(&slot.line, hint, look, rest, buf);
        cursor = if here { Some(place) } else { cursor };
        row += 1;
    }
    let here = form.at == form.slots.len();
    let area = paint::row(inner, row + u16::from(!form.slots.is_empty()));
    if form.danger {
        let rest = labelled("Confirm", label, here, look, area, buf);
        let place = typed(&form.word, "type run to run it", look, rest, buf);
        let (said, meaning) = may_run(app, form);
        let below = Rect {
            y: area
                .y
                .saturating_add(1)
                .min(inner.bottom().saturating_sub(2)),
            ..area
        };
        paint::left(&[piece(format!("   {said}"), meaning, look)], below, buf);
        return if here { Some(place) } else { cursor };
    }
    let meaning = if here {
        Meaning::Strong
    } else {
        Meaning::Muted
    };
    let sign = if here {
        glyph(look, Meaning::Selection)
    } else {
        " "
    };
    paint::left(
        &[piece(format!(" {sign} [ Run it ]"), meaning, look)],
        area,
        buf,
    );
    cursor
}

fn labelled(
    name: &str,
    label: usize,
    here: bool,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let sign = if here {
        glyph(look, Meaning::Selection)
    } else {
        " "
    };
    let meaning = if here {
        Meaning::Strong
    } else {
        Meaning::Muted
    };
    let text = pad_right(&format!(" {sign} {name}"), label + 5);
    let taken = paint::left(&[piece(text, meaning, look)], area, buf);
    Rect {
        x: area.x + taken,
        width: area.width.saturating_sub(taken + 1),
        ..area
    }
}

/// How many lines of the output are shown.
pub(super) fn rows(window: Rect) -> usize {
    usize::from(inside(window).height).saturating_sub(4)
}

/// Draws the command that runs, or what is to be looked over.
pub(super) fn running(app: &App, window: Rect, buf: &mut Buffer) {
    let look = app.look(true);
    let Some(now) = &app.run.now else {
        let title = Title {
            left: "No command runs".to_owned(),
            right: String::new(),
        };
        paint::window(&title, &look, window, buf);
        return;
    };
    let inner = match &now.ended {
        None => on_its_way(app, now, &look, window, buf),
        Some(review) => looked_over(app, review, &look, window, buf),
    };
    let command = now.command.lines().collect::<Vec<_>>().join(" ⏎ ");
    let line = [
        piece(" $ ", Meaning::Muted, &look),
        piece(command, Meaning::Code, &look),
    ];
    paint::left(&line, paint::row(inner, 0), buf);
}

fn on_its_way(app: &App, now: &Running, look: &Look<'_>, window: Rect, buf: &mut Buffer) -> Rect {
    let limit = app.run.allowed.as_ref().map(|allowed| allowed.limit);
    let took = app.now - now.started_at;
    let limit = limit.map_or_else(String::new, |limit| {
        format!(" of {}", countdown(limit).text)
    });
    let title = Title {
        left: format!("Running: step {}", now.step.step),
        right: format!("{}{limit} · {}", countdown(took).text, bytes(now.bytes)),
    };
    let inner = paint::window(&title, look, window, buf);
    let shown = rows(window);
    let most = now.lines.len().saturating_sub(shown);
    let top = now.top.unwrap_or(most).min(most);
    for (line, at) in now.lines.iter().skip(top).take(shown).zip(2..) {
        paint::left(
            &[piece(format!(" {line}"), Meaning::Text, look)],
            paint::row(inner, at),
            buf,
        );
    }
    if now.lines.is_empty() {
        let said = " It has printed nothing yet.";
        paint::left(
            &[piece(said, Meaning::Placeholder, look)],
            paint::row(inner, 2),
            buf,
        );
    }
    let stop = match now.stops {
        0 => "stop it",
        1 => "kill it: it was asked to stop",
        _ => "it is being killed",
    };
    let hints = keys(
        app,
        Context::Run,
        &[
            (Action::RunStop, stop),
            (Action::Cancel, "hide it; it runs on"),
        ],
    );
    paint::left(&hints, last(inner), buf);
    inner
}

fn looked_over(
    app: &App,
    review: &RunReview,
    look: &Look<'_>,
    window: Rect,
    buf: &mut Buffer,
) -> Rect {
    let run = &review.run;
    let chosen = review.chosen();
    let to = if run.private {
        "private: not for spectators at all"
    } else {
        "not sent yet"
    };
    let title = Title {
        left: format!("It has ended: {}", run.end.words()),
        right: to.to_owned(),
    };
    let inner = paint::window(&title, look, window, buf);
    let lines: Vec<&str> = run.printed.kept_lines().collect();
    let shown = rows(window);
    let top = super::first_shown(review.cursor, lines.len(), shown);
    for (no, at) in (top..lines.len()).take(shown).zip(2..) {
        let here = no == review.cursor;
        let sign = if here {
            glyph(look, Meaning::Selection)
        } else {
            " "
        };
        let meaning = if review.keeps(no) {
            Meaning::Text
        } else {
            Meaning::Retracted
        };
        let row = [
            piece(format!(" {sign}"), Meaning::Strong, look),
            piece(
                pad_left(&(no + 1).to_string(), NUMBER),
                Meaning::Muted,
                look,
            ),
            piece(format!(" {}", lines.get(no).unwrap_or(&"")), meaning, look),
        ];
        paint::left(&row, paint::row(inner, at), buf);
    }
    if lines.is_empty() {
        let said = " It printed nothing.";
        paint::left(
            &[piece(said, Meaning::Placeholder, look)],
            paint::row(inner, 2),
            buf,
        );
    }
    let kept = chosen.printed.kept_lines().count();
    let mut facts = vec![format!("{kept} of {} lines are sent", run.printed.lines)];
    facts.extend(run.remarks());
    if !run.note.is_empty() {
        facts.push(run.note.to_string());
    }
    let at = paint::row(inner, inner.height.saturating_sub(2));
    paint::left(
        &[piece(
            format!(" {}", facts.join(" · ")),
            Meaning::Muted,
            look,
        )],
        at,
        buf,
    );
    let hints = keys(
        app,
        Context::Run,
        &[
            (Action::Accept, "send"),
            (Action::RunTrimBefore, "from here"),
            (Action::RunTrimAfter, "to here"),
            (Action::RunPrivate, "private"),
            (Action::RunNote, "note"),
            (Action::RunDiscard, "discard"),
        ],
    );
    paint::left(&hints, last(inner), buf);
    inner
}

fn last(inner: Rect) -> Rect {
    paint::row(inner, inner.height.saturating_sub(1))
}

/// `12 B`, `3.4 kB`, `1.2 GB`.
fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let unit = UNITS.iter().find(|(size, _)| count >= *size);
    unit.map_or_else(
        || format!("{count} B"),
        |(size, unit)| format!("{}.{} {unit}", count / size, count % size * 10 / size),
    )
}
