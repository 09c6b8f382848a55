//! What the header says that someone has to do something about.

use super::super::paint::{Piece, glyph, width};
use crate::console::panes::Look;
use crate::console::text::{countdown, truncate, visible_line};
use crate::console::theme::Meaning;
use crate::incident::{Ask, Audience, Incident, Person, Proposal, Role, UpdateState};
use ratatui::style::{Modifier, Style};

/// The cells of a header that a name may take.
const NAME_CELLS: usize = 12;

/// What someone has to do something about, in as many words as there is room for. That nobody
/// commands is always said. What falls away first: how late things are, a role on its way between
/// others, then all but the most urgent of what this person is wanted for, then the overdue asks of
/// others; the countdown to the next update goes last. `easy` is the room that leaves the title its
/// words: how late things are, and a role between others, are not worth a word of it. `room` is all
/// there is.
pub(super) fn alarms(
    shown: &Incident,
    me: Option<&Person>,
    look: &Look<'_>,
    (easy, room): (usize, usize),
) -> Vec<Piece> {
    let vacancy = vacancy(shown, look);
    let due = due(shown, look, true);
    let short_due = due_in_short(shown, look);
    let mine = me.is_some_and(|me| shown.offered_to(me, look.now).is_some());
    let (offered, passing) = match offered(shown, me, look) {
        said if mine => (said, Vec::new()),
        said => (Vec::new(), said),
    };
    // The most urgent first.
    let mut wanted = vec![
        proposed(shown, me, look),
        offered,
        consent(shown, me, look),
        asked(shown, me, look),
        to_approve(shown, me, look, true),
    ];
    wanted.retain(|said| !said.is_empty());
    let all = wanted.concat();
    if wanted.len() == 1 && !to_approve(shown, me, look, true).is_empty() {
        wanted = vec![to_approve(shown, me, look, false)];
    }
    let first = first_of(&wanted, look);
    let overdue = |words| overdue(shown, look, words);
    let (full, fewer, bare) = (
        overdue(Words::All),
        overdue(Words::Fewer),
        overdue(Words::Bare),
    );
    let forms: [&[Vec<Piece>]; 10] = [
        &[passing.clone(), all.clone(), full, due.clone()],
        &[passing.clone(), all.clone(), fewer.clone(), due],
        &[passing, all.clone(), fewer.clone(), short_due.clone()],
        &[all.clone(), fewer, short_due.clone()],
        &[all, bare.clone(), short_due.clone()],
        &[first.clone(), bare.clone(), short_due.clone()],
        &[first, short_due.clone()],
        &[bare.clone(), short_due.clone()],
        &[bare],
        &[short_due],
    ];
    // How many of them must leave the title its words.
    let easily = 3;
    let said = forms.map(|form| [&vacancy[..], &form.concat()].concat());
    let fits =
        |(n, form): &(usize, &Vec<Piece>)| width(form) <= if *n < easily { easy } else { room };
    let fitting = said.iter().enumerate().find(fits);
    fitting.map_or_else(|| vacancy.clone(), |(_, form)| form.clone())
}

/// The most urgent of what this person is wanted for, and how much more there is.
fn first_of(wanted: &[Vec<Piece>], look: &Look<'_>) -> Vec<Piece> {
    let mut said = wanted.first().cloned().unwrap_or_default();
    if let more @ 1.. = wanted.len().saturating_sub(1) {
        let style = look.theme.style(Meaning::Me).add_modifier(Modifier::BOLD);
        said.push(Piece::new(format!("+{more} "), style));
    }
    said
}

/// The next update in as few words as can be: how late it is may be left out, how long there is may
/// not.
fn due_in_short(shown: &Incident, look: &Look<'_>) -> Vec<Piece> {
    let late = shown.next_promise().is_some_and(|(_, at)| at <= look.now);
    let mut said = due(shown, look, false);
    said.truncate(if late { 1 } else { usize::MAX });
    said
}

fn due(shown: &Incident, look: &Look<'_>, in_full: bool) -> Vec<Piece> {
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
    } else if in_full {
        (format!(" next {whose}update in "), Meaning::Muted)
    } else {
        (format!(" {whose}update "), Meaning::Muted)
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

/// A dangerous command that waits for this person's consent.
fn consent(shown: &Incident, me: Option<&Person>, look: &Look<'_>) -> Vec<Piece> {
    let Some(of) = me.and_then(|me| shown.consents_for(me, look.now).next()) else {
        return Vec::new();
    };
    let style = look.theme.style(Meaning::Me).add_modifier(Modifier::BOLD);
    let left = countdown(of.expires_at - look.now).text;
    let (sign, by) = (glyph(look, Meaning::Warning), name_of(&of.by));
    vec![Piece::new(
        format!(" {sign} {by} asks consent {left} "),
        style,
    )]
}

/// An update that waits for this person's approval, who commands.
fn to_approve(shown: &Incident, me: Option<&Person>, look: &Look<'_>, in_full: bool) -> Vec<Piece> {
    let waits = shown
        .open_updates()
        .find(|update| update.state == UpdateState::Submitted);
    let Some(update) = waits.filter(|_| me.is_some_and(|me| shown.is_in_command(me))) else {
        return Vec::new();
    };
    let style = look.theme.style(Meaning::Me).add_modifier(Modifier::BOLD);
    let sign = glyph(look, Meaning::Warning);
    let word = if in_full { "update " } else { "" };
    let said = format!(" {sign} approve {word}{} ", update.id);
    vec![Piece::new(said, style)]
}

/// How much is said of the asks that are overdue.
#[derive(Clone, Copy, PartialEq, Eq)]
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
