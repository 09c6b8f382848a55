//! What a style can stand for: the one table of meanings.

/// Makes the enum, its names, its fallbacks and its glyphs from one table, so that a meaning is
/// one row and cannot be half added.
macro_rules! meanings {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal => $fallback:ident, $glyph:literal $ascii:literal;)+) => {
        /// What a style stands for. Panes ask for a meaning; only a theme knows colours.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Meaning {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Meaning {
            /// Every meaning, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// Its name in a theme file, in kebab-case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The meaning whose style it takes when a theme has no row for it. Following these
            /// always ends at [`Meaning::Text`].
            #[must_use]
            pub const fn fallback(self) -> Self {
                match self { $(Self::$variant => Self::$fallback,)+ }
            }

            /// The sign that says the same without colour, one cell wide; a space where the
            /// meaning needs none.
            #[must_use]
            pub const fn glyph(self) -> &'static str {
                match self { $(Self::$variant => $glyph,)+ }
            }

            /// The sign for terminals that draw ASCII only, one cell wide.
            #[must_use]
            pub const fn ascii_glyph(self) -> &'static str {
                match self { $(Self::$variant => $ascii,)+ }
            }
        }
    };
}

meanings! {
    /// What is read. Everything falls back to it in the end.
    Text "text" => Text, " " " ";
    /// What may be overlooked: hints, the time column, what is done.
    Muted "muted" => Text, " " " ";
    /// What should be read first.
    Strong "strong" => Text, " " " ";
    /// The one accent colour.
    Accent "accent" => Strong, " " " ";
    /// The frame of a pane.
    Border "border" => Muted, " " " ";
    /// The frame of the pane that keys go to.
    BorderFocused "border-focused" => Accent, " " " ";
    /// The name of a pane.
    Title "title" => Strong, " " " ";
    /// The row that the cursor is on, in the pane that keys go to.
    Selection "selection" => Strong, "›" ">";
    /// The row that the cursor is on, in a pane that keys do not go to.
    SelectionFaint "selection-faint" => Text, " " " ";
    /// The cell where text is typed.
    Cursor "cursor" => Selection, " " " ";
    /// What a search or a picker matched.
    Match "match" => Accent, " " " ";
    /// An address.
    Link "link" => Accent, "⇗" "^";
    /// A command, a path, a piece of code.
    Code "code" => Text, " " " ";
    /// A `#tag`.
    Tag "tag" => Muted, "#" "#";
    /// A person's name.
    Person "person" => Strong, "@" "@";
    /// The viewer's own name.
    Me "me" => Person, "@" "@";
    /// The name of a key in a hint.
    Key "key" => Accent, " " " ";
    /// The time column.
    Time "time" => Muted, " " " ";
    /// What stands in an empty field.
    Placeholder "placeholder" => Muted, " " " ";
    /// The line at the head of the screen.
    Header "header" => Text, " " " ";
    /// The line at the foot of the screen.
    Footer "footer" => Muted, " " " ";
    /// A line drawn from numbers.
    Graph "graph" => Accent, " " " ";

    /// SEV1, critical.
    Sev1 "sev1" => Danger, "▲" "!";
    /// SEV2, high.
    Sev2 "sev2" => Warning, "▲" "!";
    /// SEV3, moderate.
    Sev3 "sev3" => Info, "△" "-";
    /// SEV4, low.
    Sev4 "sev4" => Muted, "▽" ".";
    /// No severity was set yet.
    SevUnset "sev-unset" => Warning, "?" "?";
    /// A drill, not the real thing.
    Drill "drill" => Info, "◇" "D";

    /// As it should be.
    Good "good" => Text, "✓" "+";
    /// Needs a look.
    Warning "warning" => Strong, "!" "!";
    /// Needs a hand, now.
    Danger "danger" => Strong, "✗" "x";
    /// Good to know.
    Info "info" => Text, "i" "i";
    /// Written here and not yet answered by the server.
    Pending "pending" => Muted, "…" "~";
    /// Live: what is shown is now.
    Live "live" => Good, "●" "*";
    /// May be out of date.
    Stale "stale" => Warning, "◌" "o";
    /// Past its time.
    Overdue "overdue" => Danger, "!" "!";
    /// A role that nobody holds.
    Vacant "vacant" => Danger, "○" "o";
    /// Not shown to spectators.
    Private "private" => Muted, "⊘" "P";
    /// Pinned.
    Pinned "pinned" => Accent, "★" "^";
    /// Corrected later.
    Amended "amended" => Muted, "~" "~";
    /// Taken back.
    Retracted "retracted" => Muted, "−" "-";

    /// A line that somebody wrote.
    Note "note" => Text, "·" "-";
    /// A decision.
    Decision "decision" => Accent, "◆" "D";
    /// Something that was found to be so.
    Finding "finding" => Text, "◉" "F";
    /// Something that may be so.
    Hypothesis "hypothesis" => Text, "◔" "H";
    /// What users feel.
    Impact "impact" => Warning, "◈" "I";
    /// Something done to the system.
    ActionTaken "action-taken" => Strong, "»" ">";
    /// A command that was run, and what it printed.
    CommandRun "command-run" => Code, "$" "$";
    /// An update for the inside or the outside.
    Update "update" => Info, "◂" "U";
    /// Something a monitor said.
    Alert "alert" => Warning, "▴" "A";
    /// An alert that fires.
    Firing "firing" => Danger, "▴" "A";
    /// An alert that stopped.
    AlertResolved "alert-resolved" => Good, "▿" "v";
    /// A role changed hands.
    Role "role" => Muted, "●" "*";
    /// The status changed.
    Status "status" => Strong, "●" "*";
    /// The severity changed.
    Severity "severity" => Strong, "▲" "!";
    /// A task for one person with a clock.
    Ask "ask" => Text, "→" ">";
    /// Something about a runbook.
    Runbook "runbook" => Muted, "≡" "=";
    /// A line that came from a chat.
    Chat "chat" => Text, "❝" "\"";
    /// What was to be seen, pinned with its numbers.
    Evidence "evidence" => Info, "∿" "%";
    /// What a system outside was asked, and what it answered.
    Outside "outside" => Muted, "⇄" "&";
    /// Something this version does not know.
    Unknown "unknown" => Muted, "?" "?";

    /// A step that nobody began.
    StepOpen "step-open" => Text, "☐" " ";
    /// A step that is being done.
    StepDoing "step-doing" => Accent, "▸" ">";
    /// A step that is done.
    StepDone "step-done" => Good, "✓" "x";
    /// A step that was left out.
    StepSkipped "step-skipped" => Muted, "↷" "-";
    /// A step that did not work.
    StepFailed "step-failed" => Danger, "✗" "!";
}

impl Meaning {
    /// Its place in [`Meaning::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The meaning of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|meaning| meaning.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::text::cells;

    #[test]
    fn rows_are_sound() {
        for (at, &meaning) in Meaning::ALL.iter().enumerate() {
            let name = meaning.name();
            assert_eq!(meaning.index(), at);
            assert_eq!(Meaning::by_name(name), Some(meaning), "{name} twice");
            let spelled: String = format!("{meaning:?}").to_lowercase();
            assert_eq!(name.replace('-', ""), spelled);
            assert_eq!(cells(meaning.glyph()), 1, "{name}");
            assert!(
                meaning.ascii_glyph().is_ascii() && meaning.ascii_glyph().len() == 1,
                "{name}"
            );
        }
    }

    #[test]
    fn fallbacks_end_at_text() {
        for &meaning in Meaning::ALL {
            let mut at = meaning;
            for _ in 0..Meaning::COUNT {
                at = at.fallback();
            }
            assert_eq!(at, Meaning::Text, "{}", meaning.name());
        }
    }
}
