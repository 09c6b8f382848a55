//! Pages: how the part of the log that is here grows, moves and is kept in bounds.

use super::{LINES_MAX, Timeline};
use crate::incident::{Event, Seq, Timestamp};

/// Events before the ones that are wanted that a part of the past may have: it is made anew when
/// one has walked so far.
const LEAD_MAX: u64 = 1_000;

/// Why a page was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::client) enum Want {
    /// The entries that the folded state has only in part.
    Whole,
    /// What is before the window.
    Older,
    /// What is after the window.
    Newer,
    /// A window elsewhere.
    Elsewhere,
    /// The events that are missing between the confirmed state and the log's head.
    CatchUp,
}

impl Timeline {
    /// The part of a log from `first` to `last`, as it was known once `last` was recorded: the
    /// events are those, and no later one corrects them.
    pub(in crate::client) fn of_part<'a>(
        first: Seq,
        last: Seq,
        events: impl Iterator<Item = &'a Event>,
    ) -> Self {
        let mut part = Self {
            first,
            last,
            head: last,
            ..Self::default()
        };
        for event in events {
            part.add(event);
        }
        part
    }

    /// Whether it is the part from `first`, or from somewhat before it, to just `last`.
    pub(in crate::client) fn shows(&self, first: Seq, last: Seq) -> bool {
        let more = first.0.saturating_sub(self.first.0);
        self.last == last && self.first <= first && more <= LEAD_MAX
    }

    /// A page is on its way. Refused while another one is.
    pub(in crate::client) fn begin(&mut self, request: u64) {
        self.loading = Some(request);
        self.revision += 1;
    }

    /// The page does not come.
    pub(in crate::client) fn abandon(&mut self, request: u64) {
        if self.loading == Some(request) {
            self.loading = None;
            self.forget_outside();
            self.revision += 1;
        }
    }

    /// Takes a page in. Answers false for one that does not fit (any more): nothing was changed.
    pub(in crate::client) fn take_page(
        &mut self,
        request: u64,
        want: Want,
        events: &[Event],
        corrections: &[Event],
        more: bool,
    ) -> bool {
        if self.loading != Some(request) {
            return true;
        }
        let fits = gapless(events) && self.place(want, events, more);
        if fits {
            for event in events {
                self.add(event);
            }
            for event in corrections {
                self.note_correction(event);
            }
            self.refresh_marks();
            if self.times.len() > LINES_MAX {
                if want == Want::Older {
                    self.trim_newest();
                } else {
                    self.trim_oldest();
                }
            }
        }
        self.abandon(request);
        fits
    }

    /// Widens or moves the window for these events; false when they do not fit to it.
    fn place(&mut self, want: Want, events: &[Event], more: bool) -> bool {
        let (Some(from), Some(to)) = (events.first(), events.last()) else {
            self.start |= want == Want::Older && !more;
            return true;
        };
        let (from, to) = (from.seq, to.seq);
        match want {
            Want::Whole => from >= self.first && to <= self.last,
            Want::Older => {
                let adjoins = to.next() == self.first;
                if adjoins {
                    self.first = from;
                    self.start = !more;
                }
                adjoins
            }
            Want::Newer | Want::CatchUp => {
                let adjoins = from == self.last.next();
                if adjoins {
                    self.last = to;
                    self.head = self.head.max(to);
                }
                adjoins
            }
            Want::Elsewhere => {
                let apart = to.next() < self.first || from > self.last.next();
                if apart || self.first > self.last {
                    let head = self.head;
                    let loading = self.loading;
                    self.clear_confirmed();
                    (self.head, self.loading) = (head, loading);
                    (self.first, self.last) = (from, to);
                } else {
                    self.first = self.first.min(from);
                    self.last = self.last.max(to);
                }
                self.head = self.head.max(to);
                true
            }
        }
    }

    /// Whether what was recorded at that moment is here.
    pub(in crate::client) fn covers(&self, at: Timestamp) -> bool {
        let recorded = |seq: Option<&Seq>| {
            seq.and_then(|seq| self.get(*seq))
                .map(|line| line.entry.recorded_at)
        };
        let oldest = recorded(self.times.keys().next());
        let newest = recorded(self.times.keys().next_back());
        let (Some(oldest), Some(newest)) = (oldest, newest) else {
            return false;
        };
        (oldest <= at || self.reaches_start()) && (at <= newest || self.is_at_newest())
    }

    /// Lets the oldest lines go beyond the bound.
    pub(super) fn trim_oldest(&mut self) {
        let over = self.times.len().saturating_sub(LINES_MAX);
        if let Some(first) = self.times.keys().nth(over).copied() {
            self.first = first;
            self.start = false;
            self.drop_outside();
        }
    }

    /// Lets the newest lines go beyond the bound: the view is at the oldest.
    fn trim_newest(&mut self) {
        if let Some(beyond) = self.times.keys().nth(LINES_MAX).copied() {
            self.last = Seq(beyond.0.saturating_sub(1));
            self.drop_outside();
        }
    }

    fn drop_outside(&mut self) {
        let (first, last) = (self.first, self.last);
        let outside = |seq: Seq| seq < first || seq > last;
        self.lines
            .retain(|line| line.entry.seq == Seq::ZERO || !outside(line.entry.seq));
        self.times.retain(|seq, _| !outside(*seq));
        self.forget_outside();
        self.trimmed = true;
        self.revision += 1;
    }

    /// Lets what is known about lines outside of the window go.
    fn forget_outside(&mut self) {
        let (first, last) = (self.first, self.last);
        let inside = |seq: Seq| seq >= first && seq <= last;
        self.corrections.retain(|seq, _| inside(*seq));
        self.bases.retain(|seq, _| inside(*seq));
    }
}

fn gapless(events: &[Event]) -> bool {
    events
        .iter()
        .zip(events.iter().skip(1))
        .all(|(one, next)| next.seq == one.seq.next())
}
