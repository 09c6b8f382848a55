//! What the header says that someone has to do something about.

use super::super::paint::{Piece, glyph, width};
use crate::console::panes::Look;
use crate::console::text::{countdown, truncate, visible_line};
use crate::console::theme::Meaning;
use crate::incident::{Ask, Audience, Incident, Person, Proposal, Role, UpdateState};
use ratatui::style::{Modifier, Style};

/// The cells of a header that a name may take.
const NAME_CELLS: usize = 12;

/// What someone has to do something about, in as many words as there is room for. `easy` is the
/// room that leaves the title its words, `room` all there is: what only one other person has to do
/// with, and how late an ask is, are not worth a word of the title. Then what waits for nobody here
/// goes first. That nobody commands is always said.
pub(super) fn alarms(
    shown: &Incident,
    me: Option<&Person>,
    look: &Look<'_>,
    (easy, room): (usize, usize),
) -> Vec<Piece> {
    let vacancy = vacancy(shown, look);
    let due = due(shown, look);
    // How late it is may be left out, how long there is may not.
    let late = shown.next_promise().is_some_and(|(_, at)| at <= look.now);
    let short_due: Vec<Piece> = due.iter().take(usize::from(late)).cloned().collect();
    let mine = me.is_some_and(|me| shown.offered_to(me, look.now).is_some());
    let offered = offered(shown, me, look);
    let to_me = if mine { offered.clone() } else { Vec::new() };
    let proposed = proposed(shown, me, look);
    let asked = asked(shown, me, look);
    let approve = to_approve(shown, me, look);
    let overdue = |words| overdue(shown, look, words);
    let none = Vec::new();
    let said = |offered: &[Piece], rest: [&[Piece]; 5]| -> Vec<Piece> {
        let rest = rest.concat();
        [&vacancy[..], offered, &rest].concat()
    };
    let (full, short) = (overdue(Words::All), overdue(Words::Fewer));
    let bare = overdue(Words::Bare);
    let easily = [
        said(&offered, [&proposed, &asked, &approve, &full, &due]),
        said(&offered, [&proposed, &asked, &approve, &short, &due]),
        said(&to_me, [&proposed, &asked, &approve, &short, &due]),
    ];
    let narrowly = [
        said(&to_me, [&proposed, &asked, &approve, &short, &due]),
        said(&to_me, [&proposed, &asked, &approve, &bare, &short_due]),
        said(&to_me, [&proposed, &asked, &none, &bare, &short_due]),
        said(&to_me, [&proposed, &none, &none, &bare, &short_due]),
        said(&none, [&proposed, &none, &none, &bare, &short_due]),
        said(&none, [&none, &none, &none, &bare, &short_due]),
        said(&none, [&none, &none, &none, &none, &short_due]),
    ];
    let fits = |form: &Vec<Piece>, room: usize| width(form) <= room;
    let fitting = easily.into_iter().find(|form| fits(form, easy));
    fitting
        .or_else(|| narrowly.into_iter().find(|form| fits(form, room)))
        .unwrap_or(vacancy)
}

fn due(shown: &Incident, look: &Look<'_>) -> Vec<Piece> {
    let Some((audience, at)) = shown.next_promise().filter(|_| shown.status.is_live()) else {
        return Vec::new();
    };
    // Whose it is is said where that is not the organisation's own people.
    let whose = match audience {
        Audience::Internal => String::new(),
        other => format!("{other} "),
    };
    let left = countdown(at - look.now);
    let (word, meaning) = if left.late {
        let sign = glyph(look, Meaning::Overdue);
        (format!(" {sign} {whose}update OVERDUE "), Meaning::Overdue)
    } else {
        (format!(" next {whose}update in "), Meaning::Muted)
    };
    let number = if left.late {
        Meaning::Overdue
    } else {
        Meaning::Text
    };
    vec![
        Piece::new(word, look.theme.style(meaning)),
        Piece::new(left.text, look.theme.style(number)),
        Piece::new(" ", look.theme.style(Meaning::Muted)),
    ]
}

/// What is put to the room and this person has said nothing to: its window is short.
fn proposed(shown: &Incident, me: Option<&Person>, look: &Look<'_>) -> Vec<Piece> {
    let silent = |proposal: &&Proposal| {
        let spoke = me.is_none_or(|me| proposal.by == *me || proposal.stances.contains_key(me));
        proposal.hears(look.now) && !spoke
    };
    let Some(proposal) = shown.proposals.iter().find(silent) else {
        return Vec::new();
    };
    let style = look
        .theme
        .style(Meaning::Decision)
        .add_modifier(Modifier::BOLD);
    let left = countdown(proposal.closes_at - look.now).text;
    let (sign, by) = (glyph(look, Meaning::Decision), name_of(&proposal.by));
    vec![Piece::new(format!(" {sign} {by} proposes {left} "), style)]
}

/// A role on its way: to this person, which is loud, or from one to another.
fn offered(shown: &Incident, me: Option<&Person>, look: &Look<'_>) -> Vec<Piece> {
    let mine = me.and_then(|me| shown.offered_to(me, look.now));
    let any = || {
        let mut open = shown.open_handovers();
        open.find(|handover| handover.stands(look.now))
    };
    let Some(handover) = mine.or_else(any) else {
        return Vec::new();
    };
    let left = countdown(handover.expires_at - look.now).text;
    let (sign, role) = (
        glyph(look, Meaning::Role),
        visible_line(handover.role.short()),
    );
    if mine.is_some() {
        let style = look.theme.style(Meaning::Me).add_modifier(Modifier::BOLD);
        let by = name_of(&handover.by);
        return vec![Piece::new(
            format!(" {sign} {by} offers you {role} {left} "),
            style,
        )];
    }
    let to = name_of(&handover.to);
    let said = format!(" {sign} {role} → {to} {left} ");
    vec![Piece::new(said, look.theme.style(Meaning::Muted))]
}

/// What this person is asked and has not acknowledged: said whatever is on the screen.
fn asked(shown: &Incident, me: Option<&Person>, look: &Look<'_>) -> Vec<Piece> {
    let waits = |ask: &&Ask| me.is_some_and(|me| ask.waits_for(me));
    let Some(ask) = shown.asks.iter().find(waits) else {
        return Vec::new();
    };
    let style = look.theme.style(Meaning::Me).add_modifier(Modifier::BOLD);
    let said = format!(
        " {} {} asks you ",
        glyph(look, Meaning::Ask),
        name_of(&ask.by)
    );
    vec![Piece::new(said, style)]
}

/// An update that waits for this person's approval, who commands.
fn to_approve(shown: &Incident, me: Option<&Person>, look: &Look<'_>) -> Vec<Piece> {
    let waits = shown
        .open_updates()
        .find(|update| update.state == UpdateState::Submitted);
    let Some(update) = waits.filter(|_| me.is_some_and(|me| shown.is_in_command(me))) else {
        return Vec::new();
    };
    let style = look.theme.style(Meaning::Me).add_modifier(Modifier::BOLD);
    let sign = glyph(look, Meaning::Warning);
    let said = format!(" {sign} approve update {} ", update.id);
    vec![Piece::new(said, style)]
}

/// How much is said of what is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    All,
    /// Not how late.
    Fewer,
    /// Who, or how many.
    Bare,
}

/// The asks that are overdue: everyone sees them, on every screen.
fn overdue(shown: &Incident, look: &Look<'_>, words: Words) -> Vec<Piece> {
    let overdue = shown.overdue_asks(look.now);
    let said = match *overdue {
        [] => return Vec::new(),
        [ask] if words == Words::All => {
            let late = countdown(ask.due_at - look.now).text;
            format!("{} OVERDUE {late}", name_of(&ask.to))
        }
        [ask] => format!("{} OVERDUE", name_of(&ask.to)),
        _ if words == Words::Bare => format!("{} OVERDUE", overdue.len()),
        _ => format!("{} asks OVERDUE", overdue.len()),
    };
    let sign = glyph(look, Meaning::Overdue);
    let style = look.theme.style(Meaning::Overdue);
    vec![Piece::new(format!(" {sign} {said} "), style)]
}

/// A name in as much of a header as it may take.
fn name_of(person: &Person) -> String {
    truncate(&visible_line(person.as_str()), NAME_CELLS).into_owned()
}

/// Nobody commands: shouted on every screen.
fn vacancy(shown: &Incident, look: &Look<'_>) -> Vec<Piece> {
    let vacant = shown
        .vacancies()
        .any(|role| *role == Role::IncidentCommander);
    if !vacant {
        return Vec::new();
    }
    let style = look
        .theme
        .style(Meaning::Vacant)
        .add_modifier(Modifier::BOLD | Modifier::REVERSED);
    vec![
        Piece::new(" ", Style::new()),
        Piece::new(
            format!(" {} IC VACANT ", glyph(look, Meaning::Vacant)),
            style,
        ),
        Piece::new(" ", Style::new()),
    ]
}

/// The other roles that nobody has: said where the pane of roles may not be on the screen.
pub(super) fn other_vacancies(shown: &Incident, look: &Look<'_>) -> Vec<Piece> {
    let vacant: Vec<&str> = shown
        .vacancies()
        .filter(|role| **role != Role::IncidentCommander)
        .map(Role::short)
        .collect();
    if vacant.is_empty() {
        return Vec::new();
    }
    let sign = glyph(look, Meaning::Vacant);
    let said = format!(" {sign} {} vacant ", vacant.join(", "));
    vec![Piece::new(said, look.theme.style(Meaning::Vacant))]
}
