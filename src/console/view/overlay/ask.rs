//! Windows that ask for something: a form, a line, a yes or no, and the search at the foot.

use super::super::header::badge;
use super::super::paint::{self, Piece, glyph};
use crate::console::app::App;
use crate::console::keymap::{Action, Context};
use crate::console::overlays::{Field, Form, LineEdit, Prompt, Search};
use crate::console::panes::{Confirm, Focus, Look, Title};
use crate::console::text::{pad_right, visible_line, wrap};
use crate::console::theme::Meaning;
use crate::incident::{Kind, Severity};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::widgets::{Clear, Widget as _};

/// Cells before a field of the form.
const LABEL: usize = 11;

/// Draws a line that is typed in; answers where its cursor stands.
pub(super) fn typed(
    line: &LineEdit,
    hint: &str,
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) -> Position {
    let (text, at) = line.window(usize::from(area.width));
    let piece = if text.is_empty() {
        Piece::new(hint, look.theme.style(Meaning::Placeholder))
    } else {
        Piece::new(text, look.theme.style(Meaning::Text))
    };
    paint::left(&[piece], area, buf);
    let column = u16::try_from(at).unwrap_or(u16::MAX);
    Position::new(area.x.saturating_add(column), area.y)
}

/// Which keys say yes, leave, and go on.
pub(super) fn keys(app: &App, context: Context, actions: &[(Action, &str)]) -> Vec<Piece> {
    let look = app.look(true);
    let mut pieces = vec![Piece::new(" ", look.theme.style(Meaning::Muted))];
    for (action, word) in actions {
        let key = app.prefs.keymap.hint(*action, &[context]);
        pieces.push(Piece::new(key, look.theme.style(Meaning::Key)));
        let word = format!(" {word}   ");
        pieces.push(Piece::new(word, look.theme.style(Meaning::Muted)));
    }
    pieces
}

/// The last row: what was wrong, or else which keys there are.
pub(super) fn last_row(
    wrong: Option<&str>,
    keys: &[Piece],
    look: &Look<'_>,
    area: Rect,
    buf: &mut Buffer,
) {
    match wrong {
        Some(why) => {
            let sign = glyph(look, Meaning::Danger);
            let piece = Piece::new(format!(" {sign} {why}"), look.theme.style(Meaning::Danger));
            paint::left(&[piece], area, buf);
        }
        None => {
            paint::left(keys, area, buf);
        }
    }
}

/// Draws the form that declares.
pub(super) fn form(app: &App, form: &Form, window: Rect, buf: &mut Buffer) -> Option<Position> {
    let look = app.look(true);
    let what = match (form.incident, form.kind) {
        (Some(id), _) => format!("Declare {id}"),
        (None, Kind::Drill) => "Declare a drill".to_owned(),
        (None, Kind::Real) => "Declare an incident".to_owned(),
    };
    let title = Title {
        left: what,
        right: String::new(),
    };
    let inner = paint::window(&title, &look, window, buf);
    let mut cursor = None;
    for (field, row) in form.fields().iter().copied().zip(1..) {
        let place = paint::row(inner, row);
        let here = field == form.field;
        let sign = if here {
            glyph(&look, Meaning::Selection)
        } else {
            " "
        };
        let meaning = if here {
            Meaning::Strong
        } else {
            Meaning::Muted
        };
        let label = format!(" {sign} {}", field.label());
        let label = Piece::new(pad_right(&label, LABEL + 2), look.theme.style(meaning));
        let taken = paint::left(&[label], place, buf);
        let rest = Rect {
            x: place.x + taken,
            width: place.width.saturating_sub(taken + 1),
            ..place
        };
        let at = typed(form.line(field), field.hint(), &look, rest, buf);
        if here {
            cursor = Some(at);
        }
        if field == Field::Severity
            && let Ok(severity) = form.line(field).text().parse::<Severity>()
        {
            let pieces = [
                badge(Some(severity), &look),
                Piece::new(
                    format!(" {}", severity.meaning()),
                    look.theme.style(Meaning::Muted),
                ),
            ];
            paint::right(&pieces, rest, buf);
        }
    }
    let hints = keys(
        app,
        Context::Text,
        &[
            (Action::Accept, "declare"),
            (Action::NextPane, "next field"),
            (Action::Cancel, "leave"),
        ],
    );
    let last = paint::row(inner, inner.height.saturating_sub(2));
    last_row(form.wrong.as_deref(), &hints, &look, last, buf);
    cursor
}

/// Draws a prompt.
pub(super) fn prompt(
    app: &App,
    prompt: &Prompt,
    window: Rect,
    buf: &mut Buffer,
) -> Option<Position> {
    let look = app.look(true);
    let title = Title {
        left: visible_line(&prompt.title).into_owned(),
        right: String::new(),
    };
    let inner = paint::window(&title, &look, window, buf);
    let mut line = paint::row(inner, 0);
    line.x += 1;
    line.width = line.width.saturating_sub(2);
    let at = typed(&prompt.line, "", &look, line, buf);
    let hints = keys(
        app,
        Context::Text,
        &[(Action::Accept, "done"), (Action::Cancel, "leave")],
    );
    let last = paint::row(inner, inner.height.saturating_sub(1));
    last_row(prompt.wrong.as_deref(), &hints, &look, last, buf);
    Some(at)
}

/// The lines that a confirmation says, wrapped.
pub(super) fn confirm_lines(confirm: &Confirm, width: u16) -> Vec<String> {
    confirm
        .lines
        .iter()
        .flat_map(|line| {
            let line = visible_line(line);
            wrap(&line, usize::from(width))
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Draws a yes or no.
pub(super) fn confirm(app: &App, confirm: &Confirm, window: Rect, buf: &mut Buffer) {
    let look = app.look(true);
    let title = Title {
        left: confirm.title.clone(),
        right: String::new(),
    };
    let inner = paint::window(&title, &look, window, buf);
    let rows = inner.height.saturating_sub(2);
    let lines = confirm_lines(confirm, window.width.saturating_sub(4));
    for (line, at) in lines.iter().zip(0..rows) {
        let piece = Piece::new(format!(" {line}"), look.theme.style(Meaning::Text));
        paint::left(&[piece], paint::row(inner, at), buf);
    }
    let yes = look.theme.style(Meaning::Danger);
    let mut pieces = keys(app, Context::Confirm, &[(Action::Accept, &confirm.yes)]);
    if let Some(word) = pieces.last_mut() {
        *word = Piece::new(
            format!(" {}   ", confirm.yes),
            yes.add_modifier(Modifier::BOLD),
        );
    }
    pieces.extend(keys(
        app,
        Context::Confirm,
        &[(Action::Cancel, "leave it as it is")],
    ));
    let last = paint::row(inner, inner.height.saturating_sub(1));
    paint::left(&pieces, last, buf);
}

/// Draws the search in the row above the footer.
pub(super) fn search(app: &App, search: &Search, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let look = app.look(true);
    let area = area.intersection(buf.area);
    Clear.render(area, buf);
    let (screen, _) = app.open()?;
    let cx = app.cx(Focus::Timeline)?;
    let matches = screen.timeline.matches(&cx);
    let said = match (search.line.is_blank(), matches) {
        (true, _) => "words to find in the timeline ".to_owned(),
        (false, 0) => "none here; enter asks the server for older entries ".to_owned(),
        (false, 1) => "1 entry ".to_owned(),
        (false, n) => format!("{n} entries "),
    };
    let mark = Piece::new(" / ", look.theme.style(Meaning::Accent));
    let taken = paint::left(&[mark], area, buf);
    let said = [Piece::new(said, look.theme.style(Meaning::Muted))];
    let room = u16::try_from(paint::width(&said)).unwrap_or(0);
    let line = Rect {
        x: area.x + taken,
        width: area.width.saturating_sub(taken + room + 1),
        ..area
    };
    let at = typed(&search.line, "", &look, line, buf);
    paint::right(&said, area, buf);
    Some(at)
}
