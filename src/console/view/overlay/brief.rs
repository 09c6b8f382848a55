//! The brief of an incident, and the line in which a role is taken over.

use super::super::paint::{self, Piece, glyph};
use super::ask::{keys, last_row, typed};
use crate::console::app::App;
use crate::console::brief::{Part, Said, Weight, parts};
use crate::console::keymap::{Action, Context};
use crate::console::overlays::Brief;
use crate::console::panes::{Look, Title};
use crate::console::text::{
    cells, countdown, pad_right, truncate, visible_block, visible_line, wrap,
};
use crate::console::theme::Meaning;
use crate::incident::{Handover, brief};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Rows that are no lines of the brief: the frame, a rule, what is typed and the keys.
pub(super) const AROUND: u16 = 5;
/// The column of who and when.
const HEAD: usize = 12;

/// Draws it; answers where its cursor stands, once something may be typed.
pub(super) fn draw(app: &App, shown: &Brief, window: Rect, buf: &mut Buffer) -> Option<Position> {
    let look = app.look(true);
    let lines = lines(app, shown, window.width.saturating_sub(4));
    let rows = usize::from(window.height.saturating_sub(AROUND));
    let top = shown.top.min(lines.len().saturating_sub(rows));
    let below = lines.len().saturating_sub(top + rows);
    let inner = paint::window(&title(app, shown, below), &look, window, buf);
    let text = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    for (line, at) in lines.iter().skip(top).take(rows).zip(0..) {
        paint::left(line, paint::row(text, at), buf);
    }
    let foot = |from_last: u16| paint::row(text, inner.height.saturating_sub(from_last));
    let rule = if look.ascii { "-" } else { "─" };
    let rule = rule.repeat(usize::from(text.width));
    paint::left(
        &[Piece::new(rule, look.theme.style(Meaning::Border))],
        foot(3),
        buf,
    );
    let cursor = answer(app, shown, (below, foot(2)), &look, buf);
    let word = match (shown.read, shown.offer) {
        (false, _) if below > 0 => "next page",
        (false, _) => "it is read",
        (true, Some(_)) => "take it over, once it is typed",
        (true, None) => "close",
    };
    let hints = keys(
        app,
        Context::List,
        &[
            (Action::Accept, word),
            (Action::PageUp, "back"),
            (Action::Cancel, "leave"),
        ],
    );
    last_row(
        ended(app, shown).as_deref().or(shown.wrong.as_deref()),
        &hints,
        &look,
        foot(1),
        buf,
    );
    cursor
}

fn offer<'a>(app: &'a App, shown: &Brief) -> Option<&'a Handover> {
    let room = app.client.room(shown.incident)?;
    room.shown().handover(shown.offer?)
}

/// Why the offer cannot be accepted any more.
fn ended(app: &App, shown: &Brief) -> Option<String> {
    let offer = offer(app, shown)?;
    if offer.stands(app.now) {
        return None;
    }
    let state = if offer.is_due(app.now) {
        "expired"
    } else {
        offer.state.name()
    };
    Some(format!(
        "The offer is {state}. Nothing is to be taken over."
    ))
}

fn title(app: &App, shown: &Brief, below: usize) -> Title {
    let more = match below {
        0 => "the end".to_owned(),
        _ => format!("{below} below"),
    };
    match offer(app, shown) {
        Some(offer) => {
            let left = countdown(offer.expires_at - app.now);
            let left = if offer.stands(app.now) {
                format!("{} left · ", left.text)
            } else {
                String::new()
            };
            let role = visible_line(offer.role.title());
            Title {
                left: format!("Brief: {role}, from {}", offer.from),
                right: format!("{left}{more}"),
            }
        }
        None => Title {
            left: format!("Brief of {}", shown.incident),
            right: more,
        },
    }
}

/// What is to be done next, or the line in which it is typed.
fn answer(
    app: &App,
    shown: &Brief,
    (below, row): (usize, Rect),
    look: &Look<'_>,
    buf: &mut Buffer,
) -> Option<Position> {
    let muted = look.theme.style(Meaning::Muted);
    let offered = offer(app, shown).is_some();
    if !offered || !shown.read {
        let said = match (offered, below) {
            (true, 0) => "You have read it once you press enter; then you may accept.",
            (true, _) => "Read it to its end; then you may accept.",
            (false, _) => "",
        };
        paint::left(&[Piece::new(said, muted)], row, buf);
        return None;
    }
    let ask = Piece::new("You take over? ", look.theme.style(Meaning::Strong));
    let taken = paint::left(&[ask], row, buf);
    let rest = Rect {
        x: row.x + taken,
        width: row.width.saturating_sub(taken),
        ..row
    };
    let hint = "type accept, or decline and why";
    Some(typed(&shown.line, hint, look, rest, buf))
}

/// The lines of the brief at this width.
pub(super) fn lines(app: &App, shown: &Brief, width: u16) -> Vec<Vec<Piece>> {
    let look = app.look(true);
    let width = usize::from(width).max(1);
    let Some(room) = app.client.room(shown.incident) else {
        return Vec::new();
    };
    let incident = room.shown();
    let here = room.here().iter().map(|here| &here.person);
    let page = brief(incident, app.now, here, shown.offer);
    let mut all = Vec::new();
    let words = offer(app, shown).and_then(|offer| Some((offer, offer.words.as_ref()?)));
    if let Some((offer, words)) = words {
        let said = Part {
            title: "Said with the offer",
            lines: vec![Said {
                head: offer.by.to_string(),
                text: words.to_string(),
                weight: Weight::Usual,
            }],
        };
        part(&said, &look, width, &mut all);
    }
    for each in parts(&page, incident, look.zone) {
        part(&each, &look, width, &mut all);
    }
    all
}

/// One part; those of one empty line stand beside their heading, as in a form.
fn part(of: &Part, look: &Look<'_>, width: usize, all: &mut Vec<Vec<Piece>>) {
    let style = |meaning| look.theme.style(meaning);
    if !all.is_empty() {
        all.push(Vec::new());
    }
    if let [only] = &*of.lines
        && only.weight == Weight::Nothing
    {
        all.push(vec![
            Piece::new(of.title, style(Meaning::Title)),
            Piece::new(format!("  {}", only.text), style(Meaning::Placeholder)),
        ]);
        return;
    }
    all.push(vec![Piece::new(of.title, style(Meaning::Title))]);
    for line in &of.lines {
        self::line(line, look, width, all);
    }
}

fn line(of: &Said, look: &Look<'_>, width: usize, all: &mut Vec<Vec<Piece>>) {
    let style = |meaning| look.theme.style(meaning);
    let meaning = match of.weight {
        Weight::Usual => Meaning::Text,
        Weight::Alarm => Meaning::Danger,
        Weight::Nothing => Meaning::Placeholder,
    };
    let head = visible_line(&of.head);
    let head = truncate(&head, HEAD);
    let sign = match of.weight {
        Weight::Alarm => glyph(look, Meaning::Overdue),
        _ => " ",
    };
    let before = format!("{sign} {} ", pad_right(&head, HEAD));
    let room = width.saturating_sub(cells(&before)).max(1);
    let text = visible_block(&of.text);
    for (words, at) in wrap(&text, room).into_iter().zip(0..) {
        let before = if at == 0 {
            Piece::new(
                &before,
                style(if meaning == Meaning::Danger {
                    meaning
                } else {
                    Meaning::Muted
                }),
            )
        } else {
            Piece::new(" ".repeat(cells(&before)), style(Meaning::Text))
        };
        all.push(vec![before, Piece::new(words, style(meaning))]);
    }
}
