//! What stands in the frame: from when to when, what is searched for, and what is not seen.

use super::{Place, State};
use crate::console::panes::{Cx, Title};

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, cx: &Cx<'_>) -> Title {
        let timeline = cx.room.timeline();
        let lines = timeline.lines();
        let zone = cx.zone.name(cx.now);
        let left = match lines.first() {
            Some(first) => {
                let to = if cx.room.is_of_the_past() {
                    cx.zone.hm(cx.now)
                } else if timeline.is_at_newest() {
                    "now".to_owned()
                } else {
                    lines
                        .last()
                        .map_or_else(String::new, |last| cx.zone.hm(last.entry.occurred_at))
                };
                format!(
                    "Timeline {} → {to} {zone}",
                    cx.zone.hm(first.entry.occurred_at)
                )
            }
            None => format!("Timeline {zone}"),
        };
        let left = match self.matches(cx) {
            _ if self.wanted.is_empty() => left,
            1 => format!("{left} · 1 hit of \"{}\"", self.wanted),
            hits => format!("{left} · {hits} hits of \"{}\"", self.wanted),
        };
        Title {
            left,
            right: self.below(cx),
        }
    }

    /// What is not seen below, or that something is on its way.
    fn below(&self, cx: &Cx<'_>) -> String {
        let timeline = cx.room.timeline();
        let places = self.visible(timeline, cx.zone, cx.area);
        let height = i32::from(cx.area.height);
        let whole = |place: &&Place| place.y + i32::from(place.rows) <= height;
        let seen = places.iter().rev().find(whole).or(places.first());
        let after = seen.map_or(0, |place| timeline.len().saturating_sub(place.index + 1));
        let under = u64::try_from(after).unwrap_or(u64::MAX);
        let count = under + timeline.newer_count();
        match (count, timeline.loading()) {
            (0, true) => "loading…".to_owned(),
            (0, false) => String::new(),
            (n, _) => format!("{n} below"),
        }
    }
}
