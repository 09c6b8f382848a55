//! The help screen: every action with its keys, drawn from the table of actions, and what a line
//! can be, drawn from the composer's grammar. What is about the place where the keys go comes
//! first.

use super::super::paint::Piece;
use crate::console::app::{App, Screen};
use crate::console::grammar::WORDS;
use crate::console::keymap::{Action, Context, Group};
use crate::console::panes::{Focus, Look};
use crate::console::text::pad_right;
use crate::console::theme::Meaning;

/// Cells of the keys' column.
const KEYS: usize = 20;

/// What stands in a line besides its words.
const MARKS: [(&str, &str); 6] = [
    (
        "pods restart",
        "a note; what stands first may be any of these:",
    ),
    ("-5m  @14:32", "when it happened"),
    ("!!", "pin it: kept at hand on every screen"),
    ("#tag  @person", "anywhere in the words"),
    ("TODO: …", "an action item; with @person, that person's"),
    ("//etc …", "a note that begins with a slash"),
];

/// The lines of the help screen.
pub(super) fn lines(app: &App) -> Vec<Vec<Piece>> {
    let look = app.look(true);
    let here = here(app);
    let groups = here
        .into_iter()
        .chain(Group::ALL.into_iter().filter(|group| Some(*group) != here));
    let mut lines = Vec::new();
    for group in groups {
        let mut title = vec![Piece::new(group.title(), look.theme.style(Meaning::Title))];
        let place = match (Some(group) == here, place_of(group)) {
            (true, _) => "  where you are",
            (false, Some(place)) => &format!("  {place}"),
            (false, None) => "",
        };
        title.push(Piece::new(place, look.theme.style(Meaning::Muted)));
        lines.push(title);
        let of = |action: &&Action| action.group() == group;
        lines.extend(Action::ALL.iter().filter(of).map(|a| row(app, *a, &look)));
        lines.push(Vec::new());
        if group == Group::Compose {
            grammar(&look, &mut lines);
        }
    }
    lines.pop();
    lines
}

/// What the place where keys go is about.
fn here(app: &App) -> Option<Group> {
    let Screen::Incident(screen) = &app.screen else {
        return None;
    };
    match screen.focus {
        Focus::Timeline => Some(Group::Timeline),
        Focus::Command => Some(Group::Command),
        Focus::Runbook => Some(Group::Runbook),
        Focus::Signals | Focus::Errors | Focus::Alerts => Some(Group::Live),
        Focus::Updates => Some(Group::Updates),
        Focus::Composer => Some(Group::Compose),
        Focus::Situation => None,
    }
}

fn row(app: &App, action: Action, look: &Look<'_>) -> Vec<Piece> {
    let bound: Vec<(Context, String)> = app
        .prefs
        .keymap
        .rows()
        .filter(|(_, _, bound)| *bound == action)
        .map(|(context, chord, _)| (context, chord))
        .collect();
    let mut chords: Vec<&str> = bound.iter().map(|(_, chord)| chord.as_str()).collect();
    chords.sort_unstable();
    chords.dedup();
    let own = if chords.is_empty() {
        format!(":{}", action.name())
    } else {
        chords.join(", ")
    };
    let mut pieces = vec![
        Piece::new(
            format!("  {} ", pad_right(&own, KEYS)),
            look.theme.style(Meaning::Key),
        ),
        Piece::new(action.doc(), look.theme.style(Meaning::Text)),
    ];
    let usual = place_of(action.group());
    if let Some(only) = only_where(&bound).filter(|only| Some(only.as_str()) != usual) {
        let said = format!("  {only}");
        pieces.push(Piece::new(said, look.theme.style(Meaning::Muted)));
    }
    pieces
}

/// Where the keys do this, when that is not everywhere that it makes sense.
fn only_where(bound: &[(Context, String)]) -> Option<String> {
    let places: Vec<&str> = bound.iter().filter_map(|(at, _)| place(*at)).collect();
    let first = places.first()?;
    if places.len() == bound.len() && places.iter().all(|place| place == first) {
        return Some((*first).to_owned());
    }
    let of_board = bound.iter().find(|(at, _)| *at == Context::Board)?;
    let elsewhere = bound.iter().any(|(_, chord)| *chord != of_board.1);
    elsewhere.then(|| format!("{} on the board", of_board.1))
}

/// Where most keys of a group work.
fn place_of(group: Group) -> Option<&'static str> {
    match group {
        Group::Timeline => place(Context::Timeline),
        Group::Compose => place(Context::Composer),
        Group::Runbook => place(Context::Runbook),
        _ => None,
    }
}

fn place(context: Context) -> Option<&'static str> {
    match context {
        Context::Board => Some("on the board"),
        Context::Timeline => Some("in the timeline"),
        Context::Command => Some("in roles and asks"),
        Context::Runbook => Some("in the runbook"),
        Context::Signals => Some("in the signals"),
        Context::Errors => Some("in the errors"),
        Context::Alerts => Some("in the alerts"),
        Context::Updates => Some("in the updates"),
        Context::Update => Some("while an update is written"),
        Context::Composer => Some("while you write"),
        _ => None,
    }
}

/// What a line of the composer can be.
fn grammar(look: &Look<'_>, lines: &mut Vec<Vec<Piece>>) {
    let style = |meaning| look.theme.style(meaning);
    lines.push(vec![Piece::new(
        "What a line can be",
        style(Meaning::Title),
    )]);
    let row = |what: &str, about: &str| {
        vec![
            Piece::new(format!("  {} ", pad_right(what, KEYS)), style(Meaning::Key)),
            Piece::new(about, style(Meaning::Text)),
        ]
    };
    lines.extend(MARKS.iter().map(|(what, about)| row(what, about)));
    for word in WORDS {
        let mut line = row(&format!("/{}", word.name), word.about);
        let example = format!("  {}", word.example);
        line.push(Piece::new(example, style(Meaning::Muted)));
        lines.push(line);
    }
    lines.push(Vec::new());
}
