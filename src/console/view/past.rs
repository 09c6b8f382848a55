//! What says that the screen shows the past: in words, with a sign, and not by colour alone.

use super::paint::{self, Piece};
use crate::client::Travel;
use crate::console::app::App;
use crate::console::keymap::{Action, Context};
use crate::console::panes::Look;
use crate::console::text::{age, cells};
use crate::console::theme::Meaning;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// The band of the header: `◀ PAST 14:02:11 UTC · 38 min ago · 12 new since · n now`, as much of it
/// as there is room for. Nothing while now is shown.
#[must_use]
pub fn band(app: &App, look: &Look<'_>, room: usize) -> Option<Vec<Piece>> {
    let past = app.past()?;
    let key = look.keymap.hint(Action::ReturnToNow, &[Context::Past]);
    // Each part with how soon it goes where the room is short: what leads back goes last.
    let mut parts = vec![(0, head(app, past, look))];
    if app.client.recording().is_some() {
        parts.push((1, format!("{key} end")));
    } else {
        parts.push((3, format!("{} ago", age(app.server_now() - past.at()))));
        if past.new_since() > 0 {
            parts.push((4, format!("{} new since", past.new_since())));
        }
        parts.extend(following(app).map(|said| (2, said)));
        parts.push((1, format!("{key} now")));
    }
    if past.is_under_way() {
        parts.push((5, "on the way".to_owned()));
    }
    let said = |parts: &[(u8, String)]| {
        let words: Vec<&str> = parts.iter().map(|(_, part)| part.as_str()).collect();
        format!(" {} ", words.join(" · "))
    };
    while parts.len() > 1 && cells(&said(&parts)) > room {
        let first = parts.iter().map(|(soon, _)| *soon).max().unwrap_or(0);
        parts.retain(|(soon, _)| *soon != first);
    }
    let style = look.theme.style(Meaning::Warning);
    let style = style.add_modifier(Modifier::REVERSED | Modifier::BOLD);
    Some(vec![Piece::new(said(&parts), style)])
}

fn head(app: &App, past: &Travel, look: &Look<'_>) -> String {
    let playing = app.playing();
    let sign = match (playing, look.ascii) {
        (Some(_), false) => "▶",
        (Some(_), true) => ">",
        (None, false) => "◀",
        (None, true) => "<",
    };
    let word = if app.client.recording().is_some() {
        "RECORDING"
    } else {
        "PAST"
    };
    let at = look.zone.hms(past.at());
    let zone = look.zone.name(past.at());
    let speed = playing.map(|speed| format!(" {speed}×"));
    let speed = speed.unwrap_or_default();
    let speed = if look.ascii {
        speed.replace('×', "x")
    } else {
        speed
    };
    let day = look.zone.date(past.at());
    let today = look.zone.date(app.server_now()) == day;
    let day = if today {
        String::new()
    } else {
        format!("{day} ")
    };
    format!("{sign} {word} {day}{at} {zone}{speed}")
}

/// Who follows whom, and what whoever leads has open, for the header: nothing where nobody follows.
#[must_use]
pub fn following(app: &App) -> Option<String> {
    let (screen, room) = app.live()?;
    if let Some(said) = screen.follow.said() {
        return Some(said);
    }
    let leads = room.leads();
    let me = app.client.me().map(|me| &me.person);
    let mine = leads.leader.is_some() && leads.leader.as_ref() == me;
    (mine && leads.followers > 0).then(|| format!("{} follow you", leads.followers))
}

/// Says at the composer that what is written goes to now.
pub fn at_composer(app: &App, area: Rect, buf: &mut Buffer) {
    if app.past().is_none() || area.is_empty() || app.client.recording().is_some() {
        return;
    }
    let look = app.look(false);
    let sign = if look.ascii { "->" } else { "→" };
    let style = look.theme.style(Meaning::Warning);
    let piece = Piece::new(format!(" {sign} writes to now "), style);
    let last = area.height.saturating_sub(1);
    paint::right(&[piece], paint::row(area, last), buf);
}

/// What stands in a pane of live numbers while the past is shown.
pub fn not_kept(look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let text = "Live numbers are of now and are not kept. What was pinned then stands in the \
                timeline as evidence.";
    let style = look.theme.style(Meaning::Placeholder);
    let lines = crate::console::text::wrap(text, usize::from(area.width));
    for (line, at) in lines.into_iter().zip(0..area.height) {
        paint::left(&[Piece::new(line, style)], paint::row(area, at), buf);
    }
}
