//! The last row of a wall on duty: what else is open, the time, and the key that leaves.

use super::column;
use crate::console::app::App;
use crate::console::keymap::{Action, Context};
use crate::console::panes::Look;
use crate::console::text::Zone;
use crate::console::theme::Meaning;
use crate::console::view::header;
use crate::console::view::paint::{self, Piece};
use crate::incident::Summary;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The most cells of an incident's title.
const TITLE: usize = 24;
/// A title in fewer cells says nothing.
const TITLE_LEAST: usize = 8;

/// Draws it.
pub(super) fn draw(app: &App, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let end = clock(look);
    let left = usize::from(area.width).saturating_sub(paint::width(&end) + 2);
    let shown = app.open().map(|(screen, _)| screen.id);
    let mut others: Vec<&Summary> = app.client.board().collect();
    others.retain(|line| line.status.is_open() && !line.private && Some(line.id) != shown);
    others.sort_by_key(|line| line.urgency());
    column(&[named(&others, look, left)], area, buf);
    paint::right(&end, area, buf);
}

/// The time, and how one leaves.
fn clock(look: &Look<'_>) -> [Piece; 1] {
    let places = [Context::Incident, Context::Global];
    let leave = look.keymap.hint(Action::Quit, &places);
    let utc = Zone::Utc.hms(look.now);
    let own = match look.zone {
        Zone::Utc => String::new(),
        zone => format!(" · {} {}", zone.hms(look.now), zone.name(look.now)),
    };
    let said = format!("{utc} UTC{own} · {leave} leaves ");
    [Piece::new(said, look.theme.style(Meaning::Muted))]
}

/// As many of them as there is room for, the most urgent first, and how many more there are.
fn named(others: &[&Summary], look: &Look<'_>, room: usize) -> Vec<Piece> {
    let muted = look.theme.style(Meaning::Muted);
    let between = if look.ascii { " | " } else { " · " };
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, line) in others.iter().enumerate() {
        let before = if at == 0 { " " } else { between };
        let before = Piece::new(before, muted);
        let behind = others.len() - at - 1;
        let more = |count: usize| Piece::new(format!("{between}+{count} more"), muted);
        let kept = if behind > 0 { more(behind).cells() } else { 0 };
        let taken = paint::width(&pieces) + before.cells() + kept;
        let one = one(line, look, room.saturating_sub(taken));
        if taken + paint::width(&one) > room {
            pieces.push(match at {
                0 => Piece::new(format!(" +{} more open", others.len()), muted),
                _ => more(behind + 1),
            });
            break;
        }
        pieces.push(before);
        pieces.extend(one);
    }
    pieces
}

/// One of them: how bad, its name, and of its title what there is room for.
fn one(line: &Summary, look: &Look<'_>, room: usize) -> Vec<Piece> {
    let muted = look.theme.style(Meaning::Muted);
    let style = look.theme.style(header::severity_meaning(line.severity));
    // The word alone: a patch of colour would burn in.
    let mut ink = Style::new();
    ink.fg = style.bg.or(style.fg);
    let word = header::severity_word(line.severity);
    let mut pieces = vec![
        Piece::new(word, ink),
        Piece::new(format!(" {}", line.id), muted),
    ];
    let left = room.saturating_sub(paint::width(&pieces) + 1).min(TITLE);
    let title = Piece::new(&line.title, muted).cut(left);
    if left >= TITLE_LEAST || title == Piece::new(&line.title, muted) {
        pieces.push(Piece::new(" ", muted));
        pieces.push(title);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::testing::{Bench, Log};
    use crate::incident::Severity;

    #[test]
    fn the_others_are_kept_apart_and_those_that_do_not_fit_are_counted() {
        let titles = [
            "支払いが失敗する 🔥",
            "Search is slow",
            "Mails",
            "A title that goes on and on",
        ];
        let logs: Vec<Log> = (1..)
            .zip(titles)
            .map(|(id, title)| Log::declared(id, title, Severity::Sev2))
            .collect();
        let lines: Vec<Summary> = logs.iter().map(Log::summary).collect();
        let all: Vec<&Summary> = lines.iter().collect();
        let bench = Bench::silent(80, 24);
        let look = bench.app.look(false);
        for room in 0..160 {
            let pieces = named(&all, &look, room);
            assert!(paint::width(&pieces) <= room.max(13), "{room}");
            let text: String = pieces.iter().map(|piece| format!("{piece:?}")).collect();
            let named = lines
                .iter()
                .filter(|line| text.contains(&line.id.to_string()))
                .count();
            let counted = text
                .contains("more")
                .then(|| text.contains(&format!("+{} more", 4 - named)));
            assert_eq!(counted, (named < 4).then_some(true), "{room}: {text}");
            assert_eq!(
                text.matches(" · ").count(),
                named - usize::from(named > 0) + usize::from(named > 0 && named < 4)
            );
        }
    }
}
