//! What falls due: the next update and for whom it is, and the asks that are overdue.

use super::letters;
use crate::console::panes::Look;
use crate::console::text::countdown;
use crate::console::theme::Meaning;
use crate::console::view::paint::{Piece, glyph};
use crate::incident::{Audience, Incident, Timestamp};
use ratatui::style::Style;

/// The update that was promised next.
pub(super) struct Promised {
    audience: Audience,
    at: Timestamp,
    /// How long there is, or how long it is late.
    left: String,
    late: bool,
    /// What is shown stands still: how long there is cannot be told, only when it is due.
    stands_still: bool,
}

impl Promised {
    /// The one of this incident; nothing where none was promised, or nobody works on it.
    pub(super) fn of(shown: &Incident, look: &Look<'_>, stands_still: bool) -> Option<Self> {
        let (audience, at) = shown.next_promise().filter(|_| shown.status.is_live())?;
        let left = countdown(at - look.now);
        Some(Self {
            audience,
            at,
            left: left.text,
            late: left.late,
            stands_still,
        })
    }

    fn meaning(&self) -> Meaning {
        match (self.late, self.stands_still) {
            (true, false) => Meaning::Overdue,
            _ => Meaning::Muted,
        }
    }

    /// The time of day at which it is due, and what belongs to that: the day where that is another
    /// one, and the zone.
    fn clock(&self, look: &Look<'_>) -> (String, String) {
        let zone = look.zone;
        let day = zone.date(self.at);
        let day = if day == zone.date(look.now) {
            String::new()
        } else {
            format!("{day} ")
        };
        (zone.hm(self.at), format!("{day}{}", zone.name(self.at)))
    }

    /// In large letters, in as many words as there is room for, and what stands small beside them.
    /// The figure never gives way.
    pub(super) fn large(&self, look: &Look<'_>, width: usize) -> (String, String) {
        let left = &self.left;
        let (clock, zone) = self.clock(look);
        let forms = match (self.stands_still, self.late) {
            (false, false) => [
                format!("NEXT UPDATE {left}"),
                format!("UPDATE {left}"),
                left.clone(),
            ],
            (false, true) => [
                format!("UPDATE OVERDUE {left}"),
                format!("OVERDUE {left}"),
                left.clone(),
            ],
            (true, false) => [
                format!("NEXT UPDATE BY {clock}"),
                format!("UPDATE BY {clock}"),
                clock,
            ],
            (true, true) => [
                format!("UPDATE WAS DUE {clock}"),
                format!("WAS DUE {clock}"),
                clock,
            ],
        };
        let zone = if self.stands_still {
            format!("{zone} ")
        } else {
            String::new()
        };
        let beside = format!("{zone}({})", self.audience);
        let fits = |text: &&String| {
            let needs = letters::width(text).unwrap_or(usize::MAX / 8);
            needs + letters::GAP + beside.len() <= width
        };
        let [.., shortest] = &forms;
        let text = forms.iter().find(fits).unwrap_or(shortest).clone();
        (text, beside)
    }

    /// In plain letters.
    pub(super) fn words(&self, look: &Look<'_>) -> String {
        let (of, left) = (self.audience, &self.left);
        let (clock, zone) = self.clock(look);
        match (self.stands_still, self.late) {
            (false, false) => format!("next update ({of}) in {left}"),
            (false, true) => format!("update ({of}) OVERDUE {left}"),
            (true, false) => format!("next update ({of}) by {clock} {zone}"),
            (true, true) => format!("update ({of}) was due {clock} {zone}"),
        }
    }

    pub(super) fn style(&self, look: &Look<'_>) -> Style {
        look.theme.style(self.meaning())
    }
}

/// How many asks are overdue.
pub(super) fn overdue(shown: &Incident, look: &Look<'_>) -> Option<String> {
    match shown.overdue_asks(look.now).len() {
        0 => None,
        1 => Some("1 ask overdue".to_owned()),
        many => Some(format!("{many} asks overdue")),
    }
}

/// What falls due, in one row of plain letters. Where large ones say it already, only what they
/// cannot say.
pub(super) fn row(
    shown: &Incident,
    promised: Option<&Promised>,
    look: &Look<'_>,
    large: bool,
) -> Vec<Piece> {
    let style = |meaning| look.theme.style(meaning);
    let mut pieces = Vec::new();
    if let Some(said) = overdue(shown, look).filter(|_| !large) {
        let sign = glyph(look, Meaning::Overdue);
        pieces.push(Piece::new(
            format!("{sign} {said}  "),
            style(Meaning::Overdue),
        ));
    }
    match promised {
        None if shown.status.is_live() => {
            pieces.push(Piece::new("no update is promised", style(Meaning::Muted)));
        }
        Some(promised) if !large => {
            let style = match promised.meaning() {
                Meaning::Muted => style(Meaning::Text),
                late => style(late),
            };
            pieces.push(Piece::new(promised.words(look), style));
        }
        _ => {}
    }
    if promised.is_some_and(|promised| promised.stands_still) {
        let of = format!(
            " as of {} {}",
            look.zone.hms(look.now),
            look.zone.name(look.now)
        );
        pieces.push(Piece::new(of, style(Meaning::Stale)));
    }
    pieces
}
