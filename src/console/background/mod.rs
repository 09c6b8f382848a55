//! Whether the terminal's background is dark or light: told by the environment, or asked of the
//! terminal (OSC 11).
//!
//! The answer comes among the keys, and the library that reads them takes it for keys: `alt+]`,
//! `1`, `1`, `;` and so on. [`Probe`] takes it out again, however late it comes, so that it is
//! never typed into the composer. A terminal that answers nothing costs [`FIRST_FRAME_WAITS`] once.

mod answer;

use super::theme::Appearance;
use answer::{Fit, fit};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;
use tokio::time::Instant;

/// The question. It ends with a BEL: the few terminals that do not know OSC swallow that best.
pub const QUESTION: &str = "\x1b]11;?\x07";

/// How long the first frame waits for the answer: longer than a terminal on this machine needs, and
/// short enough that the frame is there within 30 ms all the same. Beyond it the screen begins dark,
/// and changes when the answer comes.
const FIRST_FRAME_WAITS: Duration = Duration::from_millis(15);

/// How long keys that may be the beginning of the answer are held back. An answer comes in one
/// piece, or nearly; someone who presses Esc does not notice this.
const HELD_FOR: Duration = Duration::from_millis(40);

/// How long the console stays at its end for an answer that is still under way, so that it is not
/// typed into the shell: only when it was asked for this lately.
const ANSWER_WITHIN: Duration = Duration::from_millis(300);

/// What `COLORFGBG` says, which some terminals set: `foreground;background`, each a number of the
/// terminal's own 16 colours, sometimes with a third part between them.
#[must_use]
pub fn from_environment(colorfgbg: Option<&str>) -> Option<Appearance> {
    let (_, background) = colorfgbg?.rsplit_once(';')?;
    match background.trim().parse::<u8>().ok()? {
        7 | 9..=15 => Some(Appearance::Light),
        0..=6 | 8 => Some(Appearance::Dark),
        _ => None,
    }
}

/// Takes the terminal's answer out of what it sends.
#[derive(Debug, Default)]
pub struct Probe {
    /// When it was asked; nothing: it was not, or it has answered.
    asked: Option<Instant>,
    /// Whether the first frame waits for the answer.
    awaited: bool,
    /// What may be the beginning of the answer, and since when the last of it is here.
    held: Vec<KeyEvent>,
    held_at: Option<Instant>,
}

/// What came of an event.
#[derive(Debug, PartialEq, Eq)]
pub enum Passed {
    /// These are to be taken in, in order; there may be none yet.
    On(Vec<Event>),
    /// The answer is complete.
    Answer(Appearance),
}

impl Probe {
    /// The terminal was asked now. `awaited`: the first frame waits for the answer, a moment.
    #[must_use]
    pub fn asked(now: Instant, awaited: bool) -> Self {
        Self {
            asked: Some(now),
            awaited,
            ..Self::default()
        }
    }

    /// Until when the first frame waits; nothing: it does not.
    #[must_use]
    pub fn first_frame_at(&self) -> Option<Instant> {
        let asked = self.asked.filter(|_| self.awaited)?;
        Some(asked + FIRST_FRAME_WAITS)
    }

    /// When what is held back is to be let go.
    #[must_use]
    pub fn release_at(&self) -> Option<Instant> {
        self.held_at.map(|at| at + HELD_FOR)
    }

    /// Until when the console stays at its end for an answer that may still come.
    #[must_use]
    pub fn stay_until(&self) -> Option<Instant> {
        self.asked.map(|at| at + ANSWER_WITHIN)
    }

    /// Takes in what the terminal sent.
    pub fn take(&mut self, event: Event, now: Instant) -> Passed {
        if self.asked.is_none() {
            return Passed::On(vec![event]);
        }
        if let Event::Key(key) = &event
            && bytes(*key).is_some()
        {
            self.held.push(*key);
            match fit(&self.held_text()) {
                Fit::Whole(answer) => {
                    *self = Self::default();
                    return Passed::Answer(answer);
                }
                Fit::Beginning => {
                    self.held_at = Some(now);
                    return Passed::On(Vec::new());
                }
                Fit::No => {
                    // the last key may begin it anew
                    let last = self.held.pop();
                    let mut passed = self.release();
                    self.held.extend(last);
                    match fit(&self.held_text()) {
                        Fit::Beginning => self.held_at = Some(now),
                        _ => passed.extend(self.release()),
                    }
                    return Passed::On(passed);
                }
            }
        }
        let mut passed = self.release();
        passed.push(event);
        Passed::On(passed)
    }

    /// Lets go of what is held back: it was typed.
    pub fn release(&mut self) -> Vec<Event> {
        self.held_at = None;
        std::mem::take(&mut self.held)
            .into_iter()
            .map(Event::Key)
            .collect()
    }

    fn held_text(&self) -> String {
        self.held.iter().filter_map(|key| bytes(*key)).collect()
    }
}

/// What a terminal sends for a key that may be part of the answer.
fn bytes(key: KeyEvent) -> Option<String> {
    let plain = key.modifiers - KeyModifiers::SHIFT;
    match key.code {
        KeyCode::Esc if plain.is_empty() => Some("\x1b".to_owned()),
        KeyCode::Char('g') if plain == KeyModifiers::CONTROL => Some("\x07".to_owned()),
        KeyCode::Char(c) if plain.is_empty() => Some(c.to_string()),
        KeyCode::Char(c) if plain == KeyModifiers::ALT => Some(format!("\x1b{c}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_the_background() {
        let cases = [
            (Some("15;0"), Some(Appearance::Dark)),
            (Some("0;15"), Some(Appearance::Light)),
            (Some("0;default;7"), Some(Appearance::Light)),
            (Some("7;8"), Some(Appearance::Dark)),
            (Some("0;default"), None),
            (Some("15"), None),
            (Some(""), None),
            (None, None),
        ];
        for (value, appearance) in cases {
            assert_eq!(from_environment(value), appearance, "{value:?}");
        }
    }

    fn key(c: char) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
    }

    fn with(c: char, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
    }

    /// The events that the library makes of an answer.
    fn answer(text: &str) -> Vec<Event> {
        let mut events = vec![with(']', KeyModifiers::ALT)];
        events.extend(text.chars().map(|c| match c {
            '\x07' => with('g', KeyModifiers::CONTROL),
            '\\' => with('\\', KeyModifiers::ALT),
            'A'..='F' => with(c, KeyModifiers::SHIFT),
            c => key(c),
        }));
        events
    }

    fn fed(probe: &mut Probe, events: Vec<Event>) -> (Vec<Event>, Option<Appearance>) {
        let (mut on, mut found) = (Vec::new(), None);
        for event in events {
            match probe.take(event, Instant::now()) {
                Passed::On(events) => on.extend(events),
                Passed::Answer(appearance) => found = Some(appearance),
            }
        }
        (on, found)
    }

    #[test]
    fn an_answer_is_taken_out_of_the_keys_around_it() {
        for (text, appearance) in [
            ("11;rgb:ffff/FFFF/ffff\x07", Appearance::Light),
            ("11;rgb:1515/1818/1e1e\\", Appearance::Dark),
            ("11;rgb:ff/fd/f0\\", Appearance::Light),
            ("11;rgba:0000/0000/0000/ffff\x07", Appearance::Dark),
        ] {
            let mut probe = Probe::asked(Instant::now(), true);
            let mut events = vec![key('a'), key('b')];
            events.extend(answer(text));
            events.push(key('c'));
            let (on, found) = fed(&mut probe, events);
            assert_eq!(on, [key('a'), key('b'), key('c')], "{text}");
            assert_eq!(found, Some(appearance), "{text}");
            assert_eq!(probe.first_frame_at(), None);
        }
    }

    #[test]
    fn an_answer_that_was_cut_after_its_escape_is_known_too() {
        let mut probe = Probe::asked(Instant::now(), false);
        let mut events = answer("11;rgb:ffff/ffff/ffff\x07");
        events.splice(0..1, [Event::Key(KeyCode::Esc.into()), key(']')]);
        assert_eq!(fed(&mut probe, events), (vec![], Some(Appearance::Light)));
    }

    #[test]
    fn what_was_typed_comes_through_in_order() {
        let typed = || {
            let mut events = vec![
                Event::Key(KeyCode::Esc.into()),
                Event::Key(KeyCode::Esc.into()),
            ];
            events.extend(answer("11;rgb:f"));
            events.extend([with(']', KeyModifiers::ALT), key('1'), key('x')]);
            events.push(Event::Paste("]11;rgb:".to_owned()));
            events.extend(answer("12;"));
            events.push(Event::Resize(80, 24));
            events
        };
        let mut probe = Probe::asked(Instant::now(), true);
        assert_eq!(fed(&mut probe, typed()), (typed(), None));
        assert_eq!(fed(&mut Probe::default(), typed()), (typed(), None));

        let now = Instant::now();
        assert_eq!(
            probe.take(Event::Key(KeyCode::Esc.into()), now),
            Passed::On(vec![])
        );
        assert_eq!(probe.release_at(), Some(now + HELD_FOR));
        assert_eq!(probe.release(), [Event::Key(KeyCode::Esc.into())]);
        assert_eq!(probe.release_at(), None);
    }
}
