//! The errors pane: the issues of an error tracker in the incident's window.

use super::rows::{Row, column, draw, first_row, piece};
use super::table::Table;
use super::{Confirm, Cx, Look, OverlayRequest, Prompt, Request, Say, Then, Title};
use crate::console::chart;
use crate::console::keymap::Action;
use crate::console::overlays::Move;
use crate::console::text::{age, pad_left, pad_right, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::glyph;
use crate::incident::{Intent, OutsideCall, Timestamp, Unit};
use crate::signals::{Issue, IssueState, SourceKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::cmp::Reverse;
use std::sync::Arc;

/// The kinds of source that it shows.
pub(in crate::console) const KINDS: [SourceKind; 1] = [SourceKind::Sentry];
/// The orders of the table, as people read them.
const ORDERS: [&str; 4] = ["events", "users", "last seen", "first seen"];
/// From this width on users, trend and who works on it are shown too.
const WIDE: u16 = 64;
/// Cells of a trend.
const TREND: usize = 12;

/// What the pane keeps between frames.
#[derive(Debug, Clone, Default)]
pub struct State {
    table: Table,
}

impl State {
    /// What stands in the pane's frame.
    #[must_use]
    pub fn title(&self, cx: &Cx<'_>) -> Title {
        let all = cx.issues().count();
        let new = cx.issues().filter(|issue| is_new(issue)).count();
        let order = ORDERS.get(self.table.order).copied().unwrap_or_default();
        Title {
            left: "Errors".to_owned(),
            right: match (all, new) {
                (0, _) => String::new(),
                (all, 0) => format!("{all} · {}", self.table.says(order)),
                (all, new) => format!("{all}, {new} new · {}", self.table.says(order)),
            },
        }
    }

    /// Only issues that hold these words are shown from now on.
    pub fn filter(&mut self, words: &str) {
        words.trim().clone_into(&mut self.table.filter);
    }

    fn shown<'a>(&self, cx: &'a Cx<'_>) -> Vec<&'a Issue> {
        let mut issues: Vec<&Issue> = cx
            .issues()
            .filter(|i| {
                self.table
                    .shows(&[&*i.title, &*i.short, &*i.culprit, &*i.project])
            })
            .collect();
        match self.table.order {
            1 => issues.sort_by_key(|issue| Reverse((issue.users, issue.events))),
            2 => issues.sort_by_key(|issue| Reverse(issue.last_seen)),
            3 => issues.sort_by_key(|issue| Reverse(issue.first_seen)),
            _ => issues.sort_by_key(|issue| Reverse((issue.events, issue.users))),
        }
        issues
    }

    fn on<'a>(&self, issues: &[&'a Issue]) -> Option<&'a Issue> {
        issues.get(self.table.at(&keys(issues))).copied()
    }

    /// Does what a key asked for.
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        let issues = self.shown(cx);
        let page = usize::from(cx.area.height.max(2) / 2);
        if let Some(step) = step_of(action) {
            self.table.go(step, &keys(&issues), page);
            return Vec::new();
        }
        match action {
            Action::SortRows => self.table.next_order(ORDERS.len()),
            Action::FilterRows => return vec![ask_filter(&self.table, Then::FilterErrors)],
            Action::Cancel => self.table.filter.clear(),
            other => {
                self.table.stay(&keys(&issues));
                let Some(issue) = self.on(&issues) else {
                    return Vec::new();
                };
                return vec![act(other, issue, cx)].into_iter().flatten().collect();
            }
        }
        Vec::new()
    }

    /// Why the action is not possible now; nothing when it is, or is none of this pane's.
    #[must_use]
    pub fn why_not(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let of_an_issue = matches!(
            action,
            Action::PinEvidence
                | Action::CopyAddress
                | Action::ResolveIssue
                | Action::IgnoreIssue
                | Action::AssignIssue
        );
        (of_an_issue && self.shown(cx).is_empty()).then(|| "No error is shown here.".to_owned())
    }

    /// A click at a place on the screen, inside `cx.area`.
    pub fn click(&mut self, at: Position, cx: &Cx<'_>) -> Vec<Request> {
        let issues = self.shown(cx);
        let keys = keys(&issues);
        let head = usize::from(self.head(cx));
        let first = first_row(self.table.at(&keys), keys.len(), self.height(cx));
        let row = usize::from(at.y.saturating_sub(cx.area.y));
        let clicked = row.checked_sub(head).and_then(|row| keys.get(first + row));
        if clicked.is_some() && clicked == self.table.on.as_ref() {
            return self.handle(Action::Accept, cx);
        }
        self.table.on = clicked.cloned().or(self.table.on.take());
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines: i32, cx: &Cx<'_>) -> Vec<Request> {
        let step = if lines > 0 { Move::Down } else { Move::Up };
        let keys = keys(&self.shown(cx));
        self.table.go(step, &keys, 1);
        Vec::new()
    }

    fn head(&self, cx: &Cx<'_>) -> u16 {
        u16::try_from(cx.troubles(&KINDS).len()).unwrap_or(0)
    }

    fn height(&self, cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(self.head(cx)))
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let body = super::draw_troubles(&cx.troubles(&KINDS), look, area, buf);
        let issues = self.shown(cx);
        if issues.is_empty() {
            let rows = self.empty(cx);
            return draw(&rows, 0, None, look, body, buf);
        }
        let at = self.table.at(&keys(&issues));
        let first = first_row(at, issues.len(), usize::from(body.height));
        let rows: Vec<Row<()>> = issues
            .iter()
            .map(|issue| row(issue, body.width >= WIDE, cx, look))
            .collect();
        draw(&rows, first, Some(at), look, body, buf);
    }

    fn empty(&self, cx: &Cx<'_>) -> Vec<Row<()>> {
        let said: &[&str] = if !self.table.filter.is_empty() {
            &["No error holds these words. esc shows all again."]
        } else if cx.live.watches(&KINDS) {
            &["No unresolved error in the incident's time."]
        } else {
            &[
                "What breaks in the code comes here, from Sentry.",
                "Name it in the server's configuration: [sources].",
            ]
        };
        said.iter()
            .map(|text| Row::plain(*text, Meaning::Placeholder))
            .collect()
    }
}

fn keys(issues: &[&Issue]) -> Vec<Arc<str>> {
    issues.iter().map(|issue| issue.id.clone()).collect()
}

fn is_new(issue: &Issue) -> bool {
    issue.new_in_release || matches!(issue.state, IssueState::New | IssueState::Regressed)
}

/// How an action steps through a list.
pub(super) fn step_of(action: Action) -> Option<Move> {
    Some(match action {
        Action::CursorUp => Move::Up,
        Action::CursorDown => Move::Down,
        Action::HalfPageUp | Action::PageUp => Move::PageUp,
        Action::HalfPageDown | Action::PageDown => Move::PageDown,
        Action::Top => Move::First,
        Action::Bottom => Move::Last,
        _ => return None,
    })
}

pub(super) fn ask_filter(table: &Table, then: Then) -> Request {
    Request::Open(OverlayRequest::Prompt(Prompt {
        title: "Show only what holds these words".to_owned(),
        text: table.filter.clone(),
        then,
    }))
}

fn act(action: Action, issue: &Issue, cx: &Cx<'_>) -> Option<Request> {
    let (source, id, short) = (issue.source.clone(), issue.id.clone(), issue.short.clone());
    Some(match action {
        Action::Accept => Request::Open(OverlayRequest::Text {
            title: format!("{} {}", issue.short, issue.title),
            body: text(issue, cx),
        }),
        Action::PinEvidence => {
            let answered = cx.live.source(&issue.source).and_then(|s| s.answered_at);
            Request::Submit(Intent::PinEvidence {
                evidence: Arc::new(issue.evidence(answered.unwrap_or(cx.now))),
                text: "".into(),
                private: false,
            })
        }
        Action::CopyAddress => match &issue.url {
            Some(url) => Request::Copy {
                text: url.to_string(),
                what: "the error's address",
            },
            None => Request::Say(Say::Info("This error has no page.".to_owned())),
        },
        Action::ResolveIssue => confirm(
            issue,
            "Resolve",
            "is marked as resolved there, for everyone who uses it.",
            "resolve",
            OutsideCall::ResolveIssue {
                source,
                issue: id,
                short,
                in_next_release: false,
            },
        ),
        Action::IgnoreIssue => confirm(
            issue,
            "Ignore",
            "is no longer spoken of there, until it happens more often.",
            "ignore",
            OutsideCall::IgnoreIssue {
                source,
                issue: id,
                short,
                minutes: None,
            },
        ),
        Action::AssignIssue => Request::Open(OverlayRequest::Prompt(Prompt {
            title: format!("Who works on {} (an address, or team:ID)", issue.short),
            text: String::new(),
            then: Then::AssignIssue {
                source,
                issue: id,
                short,
            },
        })),
        _ => return None,
    })
}

fn confirm(issue: &Issue, verb: &str, what: &str, yes: &str, call: OutsideCall) -> Request {
    Request::Open(OverlayRequest::Confirm(Confirm {
        title: format!("{verb} {} in {}", issue.short, issue.source),
        lines: vec![
            issue.title.to_string(),
            format!("{} {what}", issue.short),
            "The timeline says that you asked for it, and what came of it.".to_owned(),
        ],
        yes: yes.to_owned(),
        intent: Intent::AskOutside { call },
    }))
}

fn when(at: Timestamp, cx: &Cx<'_>) -> String {
    format!("{} {}", cx.zone.date(at), cx.zone.hms(at))
}

fn text(issue: &Issue, cx: &Cx<'_>) -> String {
    let mut out = format!("{}\n\n", issue.title);
    let mut line = |name: &str, value: &str| {
        out.push_str(&format!("{}{value}\n", pad_right(name, 14)));
    };
    line("state", state_word(issue));
    line("project", &issue.project);
    line("where", &issue.culprit);
    line("level", &issue.level);
    line("events", &issue.events.to_string());
    line("users", &issue.users.to_string());
    line("first seen", &when(issue.first_seen, cx));
    line("last seen", &when(issue.last_seen, cx));
    line(
        "first release",
        issue.first_release.as_deref().unwrap_or("-"),
    );
    line(
        "works on it",
        issue.assigned_to.as_deref().unwrap_or("nobody"),
    );
    line(
        "trend",
        &chart::counts(&issue.trend, issue.trend.len(), false),
    );
    line("look at it", issue.url.as_deref().unwrap_or("-"));
    out
}

fn state_word(issue: &Issue) -> &'static str {
    match issue.state {
        IssueState::New => "new",
        IssueState::Regressed => "back after it was resolved",
        IssueState::Escalating => "more often than before",
        IssueState::Resolved => "resolved",
        IssueState::Ignored => "ignored",
        IssueState::Ongoing if issue.new_in_release => "new in this release",
        IssueState::Ongoing => "ongoing",
    }
}

fn count(number: u64) -> String {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    crate::incident::Number::new(f64::from(number))
        .map_or_else(String::new, |number| Unit::None.figure(number))
}

fn row(issue: &Issue, wide: bool, cx: &Cx<'_>, look: &Look<'_>) -> Row<()> {
    let (word, meaning) = match issue.state {
        IssueState::Regressed => ("back", Meaning::Danger),
        IssueState::New => ("new", Meaning::Warning),
        IssueState::Escalating => ("more", Meaning::Warning),
        _ if issue.new_in_release => ("new", Meaning::Warning),
        _ => ("", Meaning::Muted),
    };
    let sign = if word.is_empty() {
        " "
    } else {
        glyph(look, meaning)
    };
    let mut left = vec![
        piece(format!("{sign} "), meaning),
        piece(pad_left(&count(issue.events), 6), Meaning::Strong),
    ];
    if wide {
        let users = format!("{:>6}u ", count(issue.users));
        left.push(piece(users, Meaning::Muted));
        let trend = chart::counts(&issue.trend, TREND, look.ascii);
        left.push(piece(column(&trend, TREND), Meaning::Graph));
    }
    left.push(piece(format!("  {} ", column(word, 4)), meaning));
    left.push(piece(
        visible_line(&issue.title).into_owned(),
        Meaning::Text,
    ));
    let seen = pad_left(&age(cx.now - issue.last_seen), 5);
    let mut right = Vec::new();
    if wide && let Some(who) = &issue.assigned_to {
        right.push(piece(
            format!("{} ", column(&visible_line(who), 10)),
            Meaning::Person,
        ));
    }
    right.push(piece(seen, Meaning::Muted));
    Row::new(left, right, None)
}
