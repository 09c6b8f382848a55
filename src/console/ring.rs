//! How a console calls its person: a bell, the window's title, a notification of the desktop.
//!
//! **Invariant**: nothing but printable text gets into a sequence, whatever somebody wrote: what is
//! asked may hold anything, and a terminal does what it reads.

use super::text::{truncate, visible_line};

/// The most cells of a notification, and of a window's title: more is cut by the desktop anyway.
const CALL_CELLS: usize = 200;

/// How a console calls its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    /// By a bell and the title, and by a notification where the terminal has one.
    Notify(Option<Notification>),
    /// By a bell and the title.
    Bell,
    /// Only on the screen.
    Never,
}

/// The sequence that a terminal takes for a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notification {
    /// `OSC 9 ; text`: iTerm2, kitty, Warp.
    Osc9,
    /// `OSC 777 ; notify ; title ; text`: foot, Ghostty, rxvt-unicode, VTE, WezTerm.
    Osc777,
}

/// What a call says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// A few words: which incident.
    pub title: String,
    /// Who wants what.
    pub text: String,
}

/// What is known of the terminal from its environment.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `TERM`.
    pub term: String,
    /// `TERM_PROGRAM`, or `LC_TERMINAL`, which also comes through ssh.
    pub program: String,
    /// `VTE_VERSION`.
    pub vte_version: Option<u32>,
    /// `TMUX` or `STY` is set: what is between does not let notifications through.
    pub multiplexed: bool,
}

/// The first version of VTE that does not print a sequence which it does not know.
const VTE_QUIET: u32 = 4_600;

impl Environment {
    /// The notification that the terminal has, as far as can be told.
    #[must_use]
    pub fn notification(&self) -> Option<Notification> {
        let inside = ["screen", "tmux"];
        if self.multiplexed || inside.iter().any(|name| self.term.starts_with(name)) {
            return None;
        }
        let named = |names: &[&str]| {
            let program = self.program.to_ascii_lowercase();
            let term = self.term.to_ascii_lowercase();
            names
                .iter()
                .any(|name| program.starts_with(name) || term.contains(name))
        };
        if named(&["foot", "ghostty", "rxvt-unicode", "wezterm"])
            || self.vte_version.is_some_and(|version| version >= VTE_QUIET)
        {
            return Some(Notification::Osc777);
        }
        named(&["iterm", "kitty", "warp"]).then_some(Notification::Osc9)
    }

    /// Whether the terminal has a window with a title. The console of a kernel has none, and older
    /// ones print what they are told.
    #[must_use]
    pub fn has_title(&self) -> bool {
        !matches!(&*self.term, "" | "dumb" | "linux")
    }
}

impl Ring {
    /// The way of that name in the configuration: `auto`, `bell`, `osc9`, `osc777` or `none`.
    #[must_use]
    pub fn by_name(name: &str, terminal: &Environment) -> Option<Self> {
        Some(match name {
            "auto" => Self::Notify(terminal.notification()),
            "bell" => Self::Bell,
            "osc9" => Self::Notify(Some(Notification::Osc9)),
            "osc777" => Self::Notify(Some(Notification::Osc777)),
            "none" => Self::Never,
            _ => return None,
        })
    }

    /// The names, for what is said about a wrong one.
    pub const NAMES: [&'static str; 5] = ["auto", "bell", "osc9", "osc777", "none"];

    /// What the terminal is sent for this call; nothing where it is not to be called.
    #[must_use]
    pub fn bytes(self, call: &Call) -> String {
        let text = clean(&call.text);
        match self {
            Self::Never => String::new(),
            Self::Bell | Self::Notify(None) => "\x07".to_owned(),
            // A message that begins with a digit and `;` is another command to some terminals.
            Self::Notify(Some(Notification::Osc9)) => {
                format!("\x07\x1b]9;warroom {}: {text}\x07", clean(&call.title))
            }
            Self::Notify(Some(Notification::Osc777)) => {
                let title = clean(&call.title).replace(';', ",");
                format!("\x07\x1b]777;notify;warroom {title};{text}\x07")
            }
        }
    }
}

/// What sets the window's title, the one before being kept by the terminal; or gives that back.
#[must_use]
pub fn title_bytes(before: Option<&str>, now: Option<&str>) -> String {
    let set = |title: &str| format!("\x1b]2;{}\x07", clean(title));
    match (before, now) {
        (None, Some(title)) => format!("\x1b[22;2t{}", set(title)),
        (Some(_), Some(title)) => set(title),
        // A terminal that keeps none has its own title for none.
        (Some(_), None) => format!("{}\x1b[23;2t", set("")),
        (None, None) => String::new(),
    }
}

/// On one line, with nothing in it that a terminal does something for, and not endless.
fn clean(text: &str) -> String {
    let shown = visible_line(text);
    let mut shown = truncate(&shown, CALL_CELLS).into_owned();
    // What makes text visible leaves no such character; what a terminal would do is worth a second
    // look.
    shown.retain(|c| !c.is_control());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terminal(term: &str, program: &str) -> Environment {
        Environment {
            term: term.to_owned(),
            program: program.to_owned(),
            ..Environment::default()
        }
    }

    #[test]
    fn a_terminal_is_sent_what_it_can_show() {
        use Notification::{Osc9, Osc777};
        for (term, program, wants) in [
            ("xterm-256color", "iTerm.app", Some(Osc9)),
            ("xterm-256color", "iTerm2", Some(Osc9)),
            ("xterm-kitty", "", Some(Osc9)),
            ("xterm-256color", "WarpTerminal", Some(Osc9)),
            ("foot", "", Some(Osc777)),
            ("xterm-ghostty", "ghostty", Some(Osc777)),
            ("xterm-256color", "WezTerm", Some(Osc777)),
            ("rxvt-unicode-256color", "", Some(Osc777)),
            ("xterm-256color", "Apple_Terminal", None),
            ("linux", "", None),
            ("", "", None),
            ("tmux-256color", "WezTerm", None),
            ("screen.xterm-kitty", "", None),
        ] {
            let found = terminal(term, program).notification();
            assert_eq!(found, wants, "{term} {program}");
        }
        let vte = |vte_version| Environment {
            vte_version,
            ..terminal("xterm-256color", "")
        };
        assert_eq!(vte(Some(7_600)).notification(), Some(Osc777));
        assert_eq!(vte(Some(4_200)).notification(), None);
        let inside = Environment {
            multiplexed: true,
            ..terminal("foot", "")
        };
        assert_eq!(inside.notification(), None);
        assert!(terminal("xterm", "").has_title() && !terminal("linux", "").has_title());
    }

    #[test]
    fn a_choice_goes_before_what_can_be_told() {
        let foot = terminal("foot", "");
        let by = |name| Ring::by_name(name, &foot);
        assert_eq!(by("auto"), Some(Ring::Notify(Some(Notification::Osc777))));
        assert_eq!(by("osc9"), Some(Ring::Notify(Some(Notification::Osc9))));
        assert_eq!(by("bell"), Some(Ring::Bell));
        assert_eq!(by("none"), Some(Ring::Never));
        assert_eq!(by("loud"), None);
        assert!(Ring::NAMES.iter().all(|name| by(name).is_some()));
    }

    #[test]
    fn a_call_is_a_bell_and_a_notification() {
        let call = Call {
            title: "INC-42".to_owned(),
            text: "maya asks you: check; web latency".to_owned(),
        };
        let bytes = |ring: Ring| ring.bytes(&call);
        assert_eq!(bytes(Ring::Never), "");
        assert_eq!(bytes(Ring::Bell), "\x07");
        assert_eq!(bytes(Ring::Notify(None)), "\x07");
        assert_eq!(
            bytes(Ring::Notify(Some(Notification::Osc9))),
            "\x07\x1b]9;warroom INC-42: maya asks you: check; web latency\x07"
        );
        assert_eq!(
            bytes(Ring::Notify(Some(Notification::Osc777))),
            "\x07\x1b]777;notify;warroom INC-42;maya asks you: check; web latency\x07"
        );
        assert_eq!(title_bytes(None, Some("a")), "\x1b[22;2t\x1b]2;a\x07");
        assert_eq!(title_bytes(Some("a"), Some("b")), "\x1b]2;b\x07");
        assert_eq!(title_bytes(Some("b"), None), "\x1b]2;\x07\x1b[23;2t");
        assert_eq!(title_bytes(None, None), "");
    }

    proptest! {
        /// Whatever is asked, the terminal sees one bell, one sequence, and text in it.
        #[test]
        fn no_text_gets_out_of_its_sequence(
            title in "[\\PC\\x00-\\x1f\\x7f-\\u{9f};]{0,40}",
            text in "[\\PC\\x00-\\x1f\\x7f-\\u{9f};]{0,300}",
        ) {
            let call = Call { title, text };
            for kind in [Notification::Osc9, Notification::Osc777] {
                let bytes = Ring::Notify(Some(kind)).bytes(&call);
                let inner = bytes.strip_prefix("\x07\x1b]").unwrap().strip_suffix('\x07').unwrap();
                prop_assert!(!inner.chars().any(char::is_control), "{inner:?}");
                if kind == Notification::Osc777 {
                    let head = inner.splitn(4, ';').collect::<Vec<_>>();
                    prop_assert_eq!(&head[..2], &["777", "notify"]);
                    prop_assert!(head[2].starts_with("warroom "));
                }
            }
            let title = title_bytes(None, Some(&call.text));
            let inner = title.strip_prefix("\x1b[22;2t\x1b]2;").unwrap().strip_suffix('\x07').unwrap();
            prop_assert!(!inner.chars().any(char::is_control), "{inner:?}");
        }
    }
}
