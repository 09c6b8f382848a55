//! The alerts of one group, one a line. There may be ten thousand: only the pages around the cursor
//! are here, and others are asked for when one goes there.

use super::Overlay;
use super::prompt::Prompt;
use super::stroke::{Answer, Stroke};
use crate::console::panes::{self, Then};
use crate::incident::Timestamp;
use crate::signals::{AlertOrder, AlertsPage, AlertsQuery, LiveAlert};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Alerts in one page.
const PAGE: usize = 200;
/// How near the cursor comes to a page that is not here before it is asked for.
const AHEAD: usize = 60;
/// Pages kept beside the one that the cursor is on, on either side.
const BESIDE: usize = 2;

/// The alerts of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Members {
    /// The source of the group.
    pub source: Arc<str>,
    /// The group's key.
    pub group: Arc<str>,
    /// What people call it.
    pub title: Arc<str>,
    /// In which order they come.
    pub order: AlertOrder,
    /// Only those that hold these words are shown; empty: all.
    pub words: String,
    /// Which one the cursor is on, of those that are shown.
    pub cursor: usize,
    /// How many the group has, and how many of them are shown; absent before the first answer.
    pub counts: Option<(usize, usize)>,
    /// When the source gave them.
    pub at: Option<Timestamp>,
    /// Why they cannot be had, one sentence.
    pub failed: Option<String>,
    /// The group has changed since its pages came.
    outdated: bool,
    /// The question that waits for its answer: its number, the page, and since when.
    asked: Option<(u64, usize, Timestamp)>,
    pages: BTreeMap<usize, Vec<LiveAlert>>,
}

impl Members {
    /// A group of which nothing was asked yet.
    #[must_use]
    pub fn new(source: Arc<str>, group: Arc<str>, title: Arc<str>) -> Self {
        Self {
            source,
            group,
            title,
            order: AlertOrder::default(),
            words: String::new(),
            cursor: 0,
            counts: None,
            at: None,
            failed: None,
            outdated: false,
            asked: None,
            pages: BTreeMap::new(),
        }
    }

    /// How many are shown.
    #[must_use]
    pub fn count(&self) -> usize {
        self.counts.map_or(0, |(_, shown)| shown)
    }

    /// The alert at that place, if its page is here.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&LiveAlert> {
        self.pages.get(&(place / PAGE))?.get(place % PAGE)
    }

    /// Since when an answer is waited for.
    #[must_use]
    pub fn waits_since(&self) -> Option<Timestamp> {
        self.asked.map(|(_, _, since)| since)
    }

    /// Whether this question waits for its answer here.
    #[must_use]
    pub fn waits_for(&self, request: u64) -> bool {
        self.asked.is_some_and(|(asked, ..)| asked == request)
    }

    /// The page that is to be asked for now, with its question.
    #[must_use]
    pub fn wanted(&self) -> Option<(usize, AlertsQuery)> {
        if self.asked.is_some() || self.failed.is_some() {
            return None;
        }
        let last = self.count().saturating_sub(1);
        let near = [
            self.cursor,
            self.cursor.saturating_add(AHEAD).min(last),
            self.cursor.saturating_sub(AHEAD),
        ];
        let pages = near.map(|place| place / PAGE);
        let missing = pages
            .into_iter()
            .find(|page| !self.pages.contains_key(page));
        let page = missing.or(self.outdated.then_some(self.cursor / PAGE))?;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let query = AlertsQuery {
            group: self.group.clone(),
            words: self.words.clone(),
            order: self.order,
            skip: count(page * PAGE),
            limit: count(PAGE),
        };
        Some((page, query))
    }

    /// The group has changed: what is here is shown until it comes anew.
    pub fn outdate(&mut self) {
        self.outdated = self.counts.is_some();
    }

    /// The question for that page was asked under this number.
    pub fn asked(&mut self, request: u64, page: usize, now: Timestamp) {
        self.asked = Some((request, page, now));
    }

    /// Takes the answer in.
    pub fn take(&mut self, request: u64, answer: AlertsPage) {
        let Some((_, page, _)) = self.asked.take_if(|(asked, ..)| *asked == request) else {
            return;
        };
        let size = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        self.counts = Some((size(answer.total), size(answer.matching)));
        self.at = Some(answer.at);
        if std::mem::take(&mut self.outdated) {
            self.pages.clear();
        }
        self.pages.insert(page, answer.alerts);
        self.cursor = self.cursor.min(self.count().saturating_sub(1));
        let on = self.cursor / PAGE;
        self.pages.retain(|page, _| page.abs_diff(on) <= BESIDE);
    }

    /// No answer comes.
    pub fn fail(&mut self, why: String) {
        self.asked = None;
        self.failed = Some(why);
    }

    /// Only those that hold these words are shown from now on.
    pub fn filter(&mut self, words: &str) {
        words.trim().clone_into(&mut self.words);
        self.anew();
    }

    /// Everything is asked for again, from the beginning.
    fn anew(&mut self) {
        self.cursor = 0;
        self.counts = None;
        self.failed = None;
        self.asked = None;
        self.outdated = false;
        self.pages.clear();
    }

    /// Takes in what reaches it. `page` is how many lines of the list are seen.
    pub fn stroke(&mut self, stroke: Stroke<'_>, page: usize) -> Answer {
        match stroke {
            Stroke::Move(step) => {
                self.cursor = step.from(self.cursor, self.count(), page);
                self.failed = None;
            }
            Stroke::Sort => {
                let all = AlertOrder::ALL;
                let at = all.iter().position(|order| *order == self.order);
                let next = (at.unwrap_or(0) + 1) % all.len();
                self.order = all.get(next).copied().unwrap_or_default();
                self.anew();
            }
            Stroke::Filter => {
                return Answer::Over(Box::new(Overlay::Prompt(Prompt::from(panes::Prompt {
                    title: "Show only alerts that hold these words (none: all)".to_owned(),
                    text: self.words.clone(),
                    then: Then::FilterGroup,
                }))));
            }
            Stroke::Cancel => return Answer::Close,
            Stroke::Accept => {
                if let Some(alert) = self.get(self.cursor) {
                    return Answer::Alert(Box::new(alert.clone()));
                }
            }
            Stroke::Copy => {
                return match self.get(self.cursor).map(|alert| &alert.url) {
                    Some(Some(url)) => Answer::Copy(url.to_string(), "the alert's address"),
                    Some(None) => Answer::Say("This alert has no page."),
                    None => Answer::Stay,
                };
            }
            _ => {}
        }
        Answer::Stay
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::overlays::Move;
    use crate::signals::LiveState;

    fn alert(n: usize) -> LiveAlert {
        LiveAlert {
            source: "am".into(),
            fingerprint: n.to_string().into(),
            name: "High".into(),
            state: LiveState::Firing,
            summary: "".into(),
            labels: BTreeMap::new(),
            starts_at: Timestamp::UNIX_EPOCH,
            updated_at: None,
            silenced_by: Vec::new(),
            url: (n == 0).then(|| "https://x.example".into()),
        }
    }

    /// Answers every question that is asked now; says which pages were.
    fn answer(members: &mut Members, total: usize) -> Vec<usize> {
        let mut pages = Vec::new();
        while let Some((page, query)) = members.wanted() {
            let request = u64::try_from(pages.len()).expect("few") + 7;
            members.asked(request, page, Timestamp::UNIX_EPOCH);
            assert_eq!(members.wanted(), None, "one at a time");
            let skip = usize::try_from(query.skip).expect("small");
            let alerts = (skip..total).take(PAGE).map(alert).collect();
            let count = u32::try_from(total).expect("small");
            members.take(
                request,
                AlertsPage {
                    at: Timestamp::UNIX_EPOCH,
                    total: count,
                    matching: count,
                    skip: query.skip,
                    alerts,
                },
            );
            pages.push(page);
            assert!(pages.len() < 9, "it asks for ever: {pages:?}");
        }
        pages
    }

    #[test]
    fn each_of_ten_thousand_is_reached_and_few_are_kept() {
        let mut members = Members::new("am".into(), "g".into(), "High".into());
        assert_eq!(answer(&mut members, 10_000), [0]);
        for _ in 0..15 {
            members.stroke(Stroke::Move(Move::PageDown), 10);
        }
        assert_eq!(
            (members.cursor, answer(&mut members, 10_000)),
            (150, vec![1])
        );
        members.stroke(Stroke::Move(Move::Last), 10);
        assert!(members.get(members.cursor).is_none(), "not here yet");
        assert_eq!(answer(&mut members, 10_000), [49]);
        let last = members.get(9_999).expect("here");
        assert_eq!(&*last.fingerprint, "9999");
        assert!(members.get(0).is_none(), "let go");
        members.stroke(Stroke::Move(Move::First), 10);
        assert_eq!(answer(&mut members, 10_000), [0]);
        // The group became smaller meanwhile.
        members.stroke(Stroke::Move(Move::Last), 10);
        answer(&mut members, 30);
        assert_eq!((members.cursor, members.count()), (29, 30));
    }

    #[test]
    fn another_order_or_filter_asks_anew_and_late_answers_are_passed_over() {
        let mut members = Members::new("am".into(), "g".into(), "High".into());
        members.asked(1, 0, Timestamp::UNIX_EPOCH);
        members.stroke(Stroke::Sort, 10);
        let (_, query) = members.wanted().expect("asked anew");
        assert_eq!(query.order, AlertOrder::Oldest);
        members.asked(2, 0, Timestamp::UNIX_EPOCH);
        let empty = AlertsPage {
            at: Timestamp::UNIX_EPOCH,
            total: 5,
            matching: 5,
            skip: 0,
            alerts: Vec::new(),
        };
        members.take(1, empty);
        assert!(members.counts.is_none() && members.waits_for(2));
        members.filter(" pod ");
        assert_eq!(
            members.wanted().map(|(_, q)| q.words),
            Some("pod".to_owned())
        );
        members.asked(3, 0, Timestamp::UNIX_EPOCH);
        members.fail("no connection".to_owned());
        assert_eq!(members.wanted(), None);
        members.stroke(Stroke::Move(Move::Down), 10);
        assert!(members.wanted().is_some(), "tried again when one goes on");
    }

    #[test]
    fn a_group_that_changed_is_asked_for_again_where_the_cursor_is() {
        let mut members = Members::new("am".into(), "g".into(), "High".into());
        members.outdate();
        assert_eq!(answer(&mut members, 900), [0], "nothing was here before");
        members.stroke(Stroke::Move(Move::Last), 10);
        assert_eq!(answer(&mut members, 900), [4]);
        members.outdate();
        assert!(members.get(members.cursor).is_some(), "shown until then");
        assert_eq!(answer(&mut members, 850), [4, 3], "and what is near");
        assert_eq!((members.cursor, members.wanted()), (849, None));
    }

    #[test]
    fn an_alert_is_read_and_its_address_copied() {
        let mut members = Members::new("am".into(), "g".into(), "High".into());
        assert_eq!(members.stroke(Stroke::Accept, 10), Answer::Stay);
        answer(&mut members, 2);
        assert_eq!(
            members.stroke(Stroke::Copy, 10),
            Answer::Copy("https://x.example".to_owned(), "the alert's address")
        );
        members.stroke(Stroke::Move(Move::Down), 10);
        assert!(matches!(members.stroke(Stroke::Copy, 10), Answer::Say(_)));
        assert!(matches!(
            members.stroke(Stroke::Accept, 10),
            Answer::Alert(_)
        ));
    }
}
