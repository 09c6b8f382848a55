//! The errors pane: the issues of an error tracker in the incident's window.

use super::rows::{Row, column, piece};
use super::table::{Shown, Table};
use super::watched::{self, fact, when};
use super::{Confirm, Cx, Look, OverlayRequest, Request, Then, Title};
use crate::console::chart;
use crate::console::keymap::Action;
use crate::console::text::{age, pad_left, visible_line};
use crate::console::theme::Meaning;
use crate::console::view::paint::glyph;
use crate::incident::{Intent, OutsideCall, Unit};
use crate::signals::{Issue, IssueState, SourceKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::cmp::Reverse;
use std::sync::Arc;

/// The kinds of source that it shows.
pub(in crate::console) const KINDS: [SourceKind; 1] = [SourceKind::Sentry];
/// The orders of the table, as people read them.
const ORDERS: [&str; 4] = ["most events", "most users", "last seen", "newest"];
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
        let count = match new {
            0 => all.to_string(),
            new => format!("{all}, {new} new"),
        };
        Title {
            left: self.table.title("Errors"),
            right: self.table.says(&count, (self.shown(cx).len(), all), order),
        }
    }

    /// Only issues that hold these words are shown from now on.
    pub fn filter(&mut self, words: &str) {
        self.table.filter_by(words);
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

    /// Does what a key asked for.
    pub fn handle(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Request> {
        let issues = self.shown(cx);
        let keys = keys(&issues);
        let filter = Then::FilterErrors;
        if let Some(done) = self.table.handle(action, &keys, cx, ORDERS.len(), filter) {
            return done;
        }
        let on = issues.get(self.table.at(&keys));
        let asked = on.and_then(|issue| act(action, issue, cx));
        asked.into_iter().collect()
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
        let keys = keys(&self.shown(cx));
        if self.table.click(at, &KINDS, &keys, cx) {
            return self.handle(Action::Accept, cx);
        }
        Vec::new()
    }

    /// The wheel was turned; positive: down.
    pub fn wheel(&mut self, lines: i32, cx: &Cx<'_>) -> Vec<Request> {
        self.table.wheel(lines, &keys(&self.shown(cx)));
        Vec::new()
    }

    /// Draws the inside.
    pub fn draw(&self, cx: &Cx<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        let issues = self.shown(cx);
        let shown = Shown {
            kinds: &KINDS,
            items: &issues,
            keys: &keys(&issues),
        };
        let wide = area.width >= WIDE;
        let around = (heading(wide), self.empty(cx));
        let in_words = |issue: &Issue| row(issue, wide, cx, look);
        self.table
            .draw(&shown, around, in_words, (cx, look), area, buf);
    }

    fn empty(&self, cx: &Cx<'_>) -> &'static [&'static str] {
        if self.table.is_filtered() && cx.issues().next().is_some() {
            &["No error holds these words. esc shows all again."]
        } else if cx.live.watches(&KINDS) {
            &["No unresolved error in the incident's time."]
        } else {
            &[
                "What breaks in the code comes here, from Sentry.",
                "Name it in the server's configuration: [sources].",
            ]
        }
    }
}

fn keys(issues: &[&Issue]) -> Vec<Arc<str>> {
    issues.iter().map(|issue| issue.id.clone()).collect()
}

fn is_new(issue: &Issue) -> bool {
    issue.new_in_release || matches!(issue.state, IssueState::New | IssueState::Regressed)
}

fn act(action: Action, issue: &Issue, cx: &Cx<'_>) -> Option<Request> {
    let (source, id, short) = (issue.source.clone(), issue.id.clone(), issue.short.clone());
    Some(match action {
        Action::Accept => Request::Open(OverlayRequest::Text {
            title: format!("{} {}", issue.short, issue.title),
            body: text(issue, cx),
        }),
        Action::PinEvidence => {
            watched::pin(issue.evidence(watched::answered_at(&issue.source, cx)))
        }
        Action::CopyAddress => watched::copy(
            issue.url.as_ref(),
            "the error's address",
            "This error has no page.",
        ),
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
        Action::AssignIssue => watched::ask(
            format!("Who works on {} (an address, or team:ID)", issue.short),
            String::new(),
            Then::AssignIssue {
                source,
                issue: id,
                short,
            },
        ),
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

fn text(issue: &Issue, cx: &Cx<'_>) -> String {
    let mut out = format!("{}\n\n", issue.title);
    let mut line = |name: &str, value: &str| fact(&mut out, name, value);
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
        &chart::counts(&issue.trend, issue.trend.len(), chart::Signs::Braille),
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

/// What the columns of [`row`] are.
fn heading(wide: bool) -> Row<()> {
    let mut left = format!("  {}", pad_left("events", 6));
    let mut right = pad_left("seen", 5);
    if wide {
        let trend = column("trend", TREND);
        left.push_str(&format!("{} {trend}", pad_left("users", 7)));
        right = format!("{} {right}", column("who", 10));
    }
    left.push_str("       error");
    let muted = |text: String| vec![piece(text, Meaning::Muted)];
    Row::new(muted(left), muted(right), None)
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
        let trend = chart::counts(&issue.trend, TREND, look.charts);
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
