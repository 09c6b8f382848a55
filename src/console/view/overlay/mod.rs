//! What is laid over the screen: windows of one look, each as small as what it shows.

mod advised;
mod ask;
mod brief;
mod changes;
mod editor;
mod evidence;
mod help;
mod hypotheses;
mod list;
mod members;
mod reader;
mod review;
mod run;
#[cfg(test)]
mod tests;

use crate::console::app::App;
use crate::console::layout::{centred, inside};
use crate::console::overlays::{Overlay, Reader};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Draws an overlay; answers where the cursor stands, if text is typed there.
pub fn draw(app: &App, overlay: &Overlay, buf: &mut Buffer) -> Option<Position> {
    let window = window(app, overlay);
    match overlay {
        Overlay::Picker(picker) => list::picker(app, picker, window, buf),
        Overlay::Results(results) => {
            list::results(app, results, window, buf);
            None
        }
        Overlay::Form(form) => ask::form(app, form, window, buf),
        Overlay::Prompt(prompt) => ask::prompt(app, prompt, window, buf),
        Overlay::Confirm(confirm) => {
            ask::confirm(app, confirm, window, buf);
            None
        }
        Overlay::Search(search) => ask::search(app, search, window, buf),
        Overlay::Gaps(shown) => {
            changes::gaps(app, shown, window, buf);
            None
        }
        Overlay::Members(shown) => {
            members::draw(app, shown, window, buf);
            None
        }
        Overlay::Update => editor::draw(app, window, buf),
        Overlay::Review(shown) => {
            review::draw(app, shown, window, buf);
            None
        }
        Overlay::Brief(shown) => brief::draw(app, shown, window, buf),
        Overlay::RunForm(shown) => run::form(app, shown, window, buf),
        Overlay::Running => {
            run::running(app, window, buf);
            None
        }
        Overlay::Reader(shown) => {
            reader::draw(app, shown, window, buf);
            None
        }
    }
}

/// Where an overlay stands, with its frame.
fn window(app: &App, overlay: &Overlay) -> Rect {
    let size = app.size;
    let wide = size.width.saturating_sub(6).min(100);
    let tall = size.height.saturating_sub(4);
    match overlay {
        Overlay::Picker(picker) => {
            let rows = u16::try_from(picker.total()).unwrap_or(u16::MAX);
            centred(
                size,
                wide.min(86),
                rows.saturating_add(5).max(7).min(tall.min(26)),
            )
        }
        Overlay::Gaps(_) => {
            let rows = u16::try_from(changes::count(app)).unwrap_or(u16::MAX);
            let columns = size.width.saturating_sub(6).min(120);
            centred(size, columns, rows.saturating_add(4).max(6).min(tall))
        }
        Overlay::Update => centred(
            size,
            size.width.saturating_sub(2),
            size.height.saturating_sub(2),
        ),
        // The footer stays, with what is said there.
        Overlay::Review(_) => Rect {
            height: size.height.saturating_sub(1),
            ..size
        },
        Overlay::RunForm(form) => centred(size, wide, run::form_rows(form, wide).min(tall)),
        Overlay::Results(_) | Overlay::Members(_) | Overlay::Running => {
            centred(size, size.width.saturating_sub(6), tall)
        }
        Overlay::Form(form) => {
            let rows = u16::try_from(form.fields().len()).unwrap_or(u16::MAX);
            centred(size, wide.min(76), rows.saturating_add(6))
        }
        Overlay::Prompt(_) => centred(size, wide.min(84), 5),
        Overlay::Confirm(confirm) => {
            let width = wide.min(76);
            let rows = ask::confirm_lines(confirm, width.saturating_sub(4)).len();
            let rows = u16::try_from(rows).unwrap_or(u16::MAX);
            centred(size, width, rows.saturating_add(4).min(tall))
        }
        Overlay::Search(_) => Rect {
            y: size.bottom().saturating_sub(2),
            height: 1.min(size.height),
            ..size
        },
        Overlay::Brief(shown) => {
            let lines = brief::lines(app, shown, wide.saturating_sub(4)).len();
            let rows = u16::try_from(lines).unwrap_or(u16::MAX);
            centred(
                size,
                wide,
                rows.saturating_add(brief::AROUND).max(8).min(tall),
            )
        }
        Overlay::Reader(shown) => {
            let lines = reader::lines(app, shown, wide.saturating_sub(4)).len();
            let rows = u16::try_from(lines).unwrap_or(u16::MAX);
            centred(size, wide, rows.saturating_add(3).max(6).min(tall))
        }
    }
}

/// How many rows of a list or a text the overlay on top shows.
#[must_use]
pub fn rows(app: &App) -> usize {
    let Some(overlay) = app.overlays.last() else {
        return 0;
    };
    let inner = usize::from(inside(window(app, overlay)).height);
    match overlay {
        Overlay::Picker(_) => inner.saturating_sub(2),
        Overlay::Review(_) => usize::from(review::place(window(app, overlay)).height),
        Overlay::Results(_) => inner / 2,
        Overlay::Gaps(_) => inner.saturating_sub(2),
        Overlay::Running => run::rows(window(app, overlay)),
        Overlay::Members(shown) => {
            usize::from(members::place(app, shown, window(app, overlay)).0.height)
        }
        Overlay::Brief(_) => inner.saturating_sub(usize::from(brief::AROUND - 2)),
        _ => inner.saturating_sub(1),
    }
}

/// How many lines the text on top has.
#[must_use]
pub fn reader_lines(app: &App) -> usize {
    match app.overlays.last() {
        Some(overlay @ Overlay::Reader(shown)) => {
            let width = inside(window(app, overlay)).width.saturating_sub(2);
            reader::lines(app, shown, width).len()
        }
        Some(overlay @ Overlay::Review(shown)) => {
            let place = review::place(window(app, overlay));
            review::lines(app, shown, place.width).len()
        }
        Some(overlay @ Overlay::Brief(shown)) => {
            let width = inside(window(app, overlay)).width.saturating_sub(2);
            brief::lines(app, shown, width).len()
        }
        _ => 0,
    }
}

/// What the words of an update that is being written are drawn in: cells of a row, and rows.
#[must_use]
pub fn words_size(app: &App) -> (usize, usize) {
    let words = editor::words(inside(window(app, &Overlay::Update)));
    (
        usize::from(words.width).max(1),
        usize::from(words.height).max(1),
    )
}

/// The window on top, its list, and the first line of the list that is shown.
#[must_use]
pub fn list_place(app: &App) -> (Rect, Rect, usize) {
    let Some(overlay) = app.overlays.last() else {
        return Default::default();
    };
    let window = window(app, overlay);
    let place = match overlay {
        Overlay::Picker(picker) => list::picker_place(picker, window),
        Overlay::Results(results) => list::results_place(results, window),
        Overlay::Gaps(shown) => changes::place(app, shown, window),
        Overlay::Members(shown) => members::place(app, shown, window),
        _ => (Rect::default(), 0),
    };
    (window, place.0, place.1)
}

/// The first of `count` lines that is shown, so that `cursor` is among the `rows` shown.
fn first_shown(cursor: usize, count: usize, rows: usize) -> usize {
    cursor
        .saturating_sub(rows / 2)
        .min(count.saturating_sub(rows))
}

/// The first line of a reader that is shown: never past the end.
fn reader_top(shown: &Reader, lines: usize, rows: usize) -> usize {
    shown.top.min(lines.saturating_sub(rows))
}
