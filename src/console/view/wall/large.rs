//! What must be seen from afar: lines of large letters, and which of them give way on a screen that
//! is not high enough for all.

use super::due::{self, Promised};
use super::letters;
use crate::console::panes::Look;
use crate::console::text::{cells, clock_hms};
use crate::console::theme::Meaning;
use crate::console::view::header;
use crate::console::view::paint::{self, Piece};
use crate::incident::{Incident, Role};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Rows that are left to everything else: the facts, the rule, the foot, and what happened last.
const OTHERS: u16 = 14;

/// A line of large letters: what stands at its left, at its right, and small behind the left.
#[derive(Default)]
pub(super) struct Line {
    left: Vec<(String, Style)>,
    right: Option<(String, Style)>,
    small: Option<(String, Style)>,
}

impl Line {
    /// Whether these words are on it.
    pub(super) fn says(&self, words: &str) -> bool {
        self.left.iter().any(|(text, _)| text == words)
    }

    /// The cells from its left to where something else may begin.
    fn cells(&self) -> usize {
        let large: usize = self.left.iter().map(|(text, _)| needs(text)).sum();
        let small = self
            .small
            .iter()
            .map(|(text, _)| cells(text) + letters::GAP);
        large + small.sum::<usize>()
    }

    /// Draws it into the first rows of the area.
    pub(super) fn draw(&self, area: Rect, buf: &mut Buffer) {
        let row = Rect {
            height: letters::ROWS.min(area.height),
            ..area
        };
        let mut place = row;
        for (text, style) in &self.left {
            letters::draw(text, *style, false, place, buf);
            let taken = letters::width(text).map_or(0, |cells| cells + letters::GAP);
            let taken = u16::try_from(taken).unwrap_or(u16::MAX).min(place.width);
            place.x += taken;
            place.width -= taken;
        }
        if let Some((text, style)) = &self.small {
            let piece = Piece::new(text, *style);
            paint::left(&[piece], paint::row(place, letters::ROWS - 1), buf);
        }
        if let Some((text, style)) = &self.right {
            letters::draw(text, *style, true, row, buf);
        }
    }
}

/// How long it has lasted, and how that is drawn.
pub(super) fn clock(shown: &Incident, look: &Look<'_>) -> (String, Style) {
    let (since, until) = header::span(shown, look.now);
    let meaning = if shown.status.is_open() {
        Meaning::Strong
    } else {
        Meaning::Muted
    };
    (clock_hms(until - since), look.theme.style(meaning))
}

/// The lines for an area of this size. How bad it is, how long it lasts, where it stands and when the
/// next update is due are always among them; the title gives way first, then what else is wrong.
pub(super) fn lines(
    shown: &Incident,
    promised: Option<&Promised>,
    look: &Look<'_>,
    (width, height): (usize, u16),
) -> Vec<Line> {
    let most = usize::from(height.saturating_sub(OTHERS) / (letters::ROWS + 1));
    let mut lines = first(shown, look, width);
    let mut due = promised.map(|promised| {
        let (text, small) = promised.large(look, width);
        Line {
            left: vec![(text, promised.style(look))],
            small: Some((small, look.theme.style(Meaning::Muted))),
            right: None,
        }
    });
    let mut wrong = wrong(shown, look, width);
    // One more thing may have room beside what falls due.
    if let (Some(due), Some(first)) = (&mut due, wrong.first())
        && due.cells() + needs(&first.0) <= width
    {
        due.right = Some(wrong.remove(0));
    }
    let room = most.saturating_sub(lines.len() + due.iter().len());
    let wrong = (room > 0 && !wrong.is_empty()).then(|| Line {
        left: wrong,
        ..Line::default()
    });
    let title = title(shown, look, width).filter(|_| room > wrong.iter().len());
    lines.extend(title);
    lines.extend(due);
    lines.extend(wrong);
    lines
}

fn needs(text: &str) -> usize {
    letters::width(text).unwrap_or(usize::MAX / 8) + letters::GAP
}

/// How bad it is, whether it is practice, where it stands and how long it lasts: in one line, or two.
fn first(shown: &Incident, look: &Look<'_>, width: usize) -> Vec<Line> {
    let style = |meaning| look.theme.style(meaning);
    let severity = (
        header::severity_word(shown.severity),
        style(header::severity_meaning(shown.severity)),
    );
    let drill = shown
        .is_drill()
        .then(|| ("DRILL".to_owned(), style(Meaning::Drill)));
    let status = (shown.status.name().to_uppercase(), style(Meaning::Strong));
    let clock = clock(shown, look);
    let mut spare = width.saturating_sub(needs(&severity.0) + needs(&clock.0));
    let mut left = vec![severity];
    // Practice is said small as well, so it may give way here; it never costs a line.
    if let Some(drill) = drill.filter(|drill| needs(&drill.0) <= spare) {
        spare -= needs(&drill.0);
        left.push(drill);
    }
    let together = needs(&status.0) <= spare;
    let mut lines = vec![Line {
        left,
        right: Some(clock),
        small: None,
    }];
    match lines.first_mut().filter(|_| together) {
        Some(line) => line.left.insert(1, status),
        None => lines.push(Line {
            left: vec![status],
            ..Line::default()
        }),
    }
    lines
}

/// Whether the title can be in large letters.
fn title(shown: &Incident, look: &Look<'_>, width: usize) -> Option<Line> {
    let cells = letters::width(&shown.title)?;
    (cells <= width).then(|| Line {
        left: vec![(shown.title.to_string(), look.theme.style(Meaning::Text))],
        ..Line::default()
    })
}

/// What else someone in the room has to do something about: all of it, or the worst.
fn wrong(shown: &Incident, look: &Look<'_>, width: usize) -> Vec<(String, Style)> {
    let style = |meaning| look.theme.style(meaning);
    let vacant = shown.status.is_live()
        && shown
            .vacancies()
            .any(|role| *role == Role::IncidentCommander);
    let vacant = vacant.then(|| ("IC VACANT".to_owned(), style(Meaning::Vacant)));
    let overdue = due::overdue(shown, look);
    let overdue = overdue.map(|said| (said.to_uppercase(), style(Meaning::Overdue)));
    let mut left: Vec<(String, Style)> = vacant.into_iter().chain(overdue).collect();
    let all = |said: &[(String, Style)]| said.iter().map(|(text, _)| needs(text)).sum::<usize>();
    while left.len() > 1 && all(&left) > width {
        left.pop();
    }
    left
}
