//! A command that a responder ran on their own machine, and what it printed.

use super::{Hash, Seq, StepNo, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::sync::Arc;

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum RunEnd {
    /// By itself, with this exit code.
    Exited {
        /// Zero is success.
        code: i32,
    },
    /// A signal killed it that warroom did not send.
    Killed {
        /// Its name, as `SIGKILL`.
        signal: Arc<str>,
    },
    /// Its time was over, and its whole process group was killed.
    TimedOut {
        /// How much time it had, in seconds.
        seconds: u64,
    },
    /// Whoever ran it stopped it.
    Stopped,
    /// It halted itself, and nobody here could have let it go on: it was killed.
    Suspended {
        /// The signal that stopped it, as `SIGSTOP`.
        signal: Arc<str>,
    },
    /// A later version ended it in a way that this one does not know.
    #[serde(other)]
    Unknown,
}

impl RunEnd {
    /// It did what it should, as far as its exit code says.
    #[must_use]
    pub fn is_success(&self) -> bool {
        *self == Self::Exited { code: 0 }
    }

    /// In a few words: `exit 0`, `killed by SIGSEGV`, `stopped after 5 s: out of time`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Exited { code } => format!("exit {code}"),
            Self::Killed { signal } => format!("killed by {signal}"),
            Self::TimedOut { seconds } => format!("killed: over its time limit of {seconds} s"),
            Self::Stopped => "stopped by hand".to_owned(),
            Self::Suspended { signal } => {
                format!("killed: it halted and would not have gone on ({signal})")
            }
            Self::Unknown => "ended in an unknown way".to_owned(),
        }
    }
}

/// A piece of what a command printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// As it was printed, with secrets taken out.
    Text {
        /// The words; whole lines but where the text was cut.
        text: Arc<str>,
    },
    /// The middle, which was too long to be kept.
    Cut {
        /// How much, in bytes.
        bytes: u64,
    },
    /// Lines that the writer left out.
    Trimmed {
        /// How many.
        lines: u64,
    },
}

/// What a command printed, on both of its outputs, in the order in which it came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Printed {
    /// What is kept of it, in order.
    pub parts: Vec<Part>,
    /// All that it printed, in bytes.
    pub bytes: u64,
    /// All that it printed, in lines.
    pub lines: u64,
    /// SHA-256 of all that it printed. Where secrets were taken out it is of what was left, as the
    /// hash of a short secret would give the secret away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Hash>,
    /// How many secrets were taken out, by pattern, before it left the machine.
    pub redacted: u64,
    /// How many places were no UTF-8 and stand as `�`.
    pub replaced: u64,
    /// Something that it started still ran and held its output when it had ended: what that
    /// printed later is not in here.
    pub goes_on: bool,
}

/// A step of an attached runbook.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepRef {
    /// The runbook.
    pub runbook: Arc<str>,
    /// The step.
    pub step: StepNo,
}

/// A command that was run, with what it printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRun {
    /// The command as it was shown before it ran, with secrets taken out.
    pub command: Arc<str>,
    /// The machine.
    pub host: Arc<str>,
    /// The directory in which it ran.
    pub directory: Arc<str>,
    /// The machine's user, who may be called otherwise than the writer.
    pub user: Arc<str>,
    /// When it began, by that machine's clock.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// How it ended.
    pub end: RunEnd,
    /// What it printed.
    #[serde(default)]
    pub printed: Printed,
    /// What its runner says about it; may be empty.
    #[serde(default)]
    pub note: Arc<str>,
    /// The step that it was run for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepRef>,
    /// The consent that it needed: the event that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Seq>,
    /// Never shown to a spectator, not even that it ran.
    #[serde(default)]
    pub private: bool,
    /// It was marked as dangerous, and was run neither by the Operations Lead nor with a second
    /// person's consent. The server says so: a console that holds to the rule never sends one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unagreed: bool,
    /// What it printed was taken out for this reader. Never stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
}

impl Printed {
    /// The text that is kept, in bytes.
    #[must_use]
    pub fn kept(&self) -> usize {
        let texts = self.parts.iter().map(|part| match part {
            Part::Text { text } => text.len(),
            Part::Cut { .. } | Part::Trimmed { .. } => 0,
        });
        texts.sum()
    }

    /// The lines that are kept, in order, numbered from 1 as [`Printed::trimmed`] counts them.
    pub fn kept_lines(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().flat_map(|part| match part {
            Part::Text { text } => text.lines(),
            Part::Cut { .. } | Part::Trimmed { .. } => "".lines(),
        })
    }

    /// Only these of the kept lines, by their numbers from 1. Where lines were left out that
    /// stands in their place: a reader sees that the writer chose.
    #[must_use]
    pub fn trimmed(&self, keep: impl Fn(u64) -> bool) -> Self {
        let mut parts = Vec::new();
        let mut no = 0;
        for part in &self.parts {
            let Part::Text { text } = part else {
                parts.push(part.clone());
                continue;
            };
            let mut kept = String::new();
            for line in text.split_inclusive('\n') {
                no += 1;
                if keep(no) {
                    kept.push_str(line);
                    continue;
                }
                push_text(&mut parts, &mut kept);
                match parts.last_mut() {
                    Some(Part::Trimmed { lines }) => *lines += 1,
                    _ => parts.push(Part::Trimmed { lines: 1 }),
                }
            }
            push_text(&mut parts, &mut kept);
        }
        Self {
            parts,
            ..self.clone()
        }
    }

    /// The whole as lines for a reader; what is missing is said in brackets where it is missing.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            let begins = out.is_empty() || out.ends_with('\n');
            let gap = if begins { "" } else { "\n" };
            let _always = match part {
                Part::Text { text } => write!(out, "{text}"),
                Part::Cut { bytes } => writeln!(out, "{gap}[… {bytes} bytes left out …]"),
                Part::Trimmed { lines } => {
                    writeln!(out, "{gap}[… {lines} lines left out by the writer …]")
                }
            };
        }
        out
    }

    /// Cuts the texts to `bytes` in all, from the front; says how much is missing.
    pub(super) fn shorten(&mut self, bytes: usize) {
        let mut left = bytes;
        let mut cut = 0;
        self.parts.retain_mut(|part| {
            match part {
                Part::Text { text } if cut == 0 => {
                    let end = text.floor_char_boundary(left.min(text.len()));
                    cut += (text.len() - end) as u64;
                    left -= end;
                    if end < text.len() {
                        *text = text.get(..end).unwrap_or_default().into();
                    }
                    return !text.is_empty();
                }
                // Behind the cut nothing is kept: it is counted in.
                Part::Text { text } => cut += text.len() as u64,
                Part::Cut { bytes } if cut > 0 => cut += *bytes,
                Part::Cut { .. } | Part::Trimmed { .. } => return cut == 0,
            }
            false
        });
        if cut > 0 {
            self.parts.push(Part::Cut { bytes: cut });
        }
    }
}

fn push_text(parts: &mut Vec<Part>, text: &mut String) {
    if !text.is_empty() {
        let text: Arc<str> = std::mem::take(text).into();
        parts.push(Part::Text { text });
    }
}

impl CommandRun {
    /// The run as a spectator may see it: that it ran and how it ended, not what it printed.
    #[must_use]
    pub fn withheld(&self) -> Self {
        Self {
            printed: Printed {
                bytes: self.printed.bytes,
                lines: self.printed.lines,
                ..Printed::default()
            },
            note: Arc::from(""),
            withheld: true,
            ..self.clone()
        }
    }

    /// The run in one line: `$ kubectl get pods · exit 0 · 1.2 s · 14 lines`, and the note.
    #[must_use]
    pub fn line(&self) -> String {
        let command = self.command.split_whitespace().collect::<Vec<_>>();
        let mut line = format!("$ {} · {}", command.join(" "), self.end.words());
        let _always = write!(line, " · {}", seconds(self.millis));
        let lines = self.printed.lines;
        let _always = match lines {
            0 => write!(line, " · printed nothing"),
            1 => write!(line, " · 1 line"),
            _ => write!(line, " · {lines} lines"),
        };
        if self.unagreed {
            line.push_str(
                " · DANGEROUS, and neither the Operations Lead nor a second person agreed",
            );
        }
        if !self.note.is_empty() {
            let _always = write!(line, " · {}", self.note);
        }
        line
    }

    /// What must be said about the output beside it, each a short piece; empty when there is
    /// nothing to be said.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.withheld {
            remarks.push("what it printed is not shown to spectators".to_owned());
            return remarks;
        }
        match self.printed.redacted {
            0 => {}
            1 => remarks.push("1 secret taken out".to_owned()),
            many => remarks.push(format!("{many} secrets taken out")),
        }
        match self.printed.replaced {
            0 => {}
            1 => remarks.push("1 place was no UTF-8".to_owned()),
            many => remarks.push(format!("{many} places were no UTF-8")),
        }
        if self.printed.goes_on {
            remarks.push("something that it started goes on".to_owned());
        }
        remarks
    }

    /// Where and as whom it ran: `lee@build-1:/srv/app`.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}@{}:{}", self.user, self.host, self.directory)
    }
}

/// `0.4 s`, `12 s`, `3 m 20 s`.
fn seconds(millis: u64) -> String {
    match millis {
        0..10_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        10_000..120_000 => format!("{} s", millis / 1_000),
        _ => format!("{} m {} s", millis / 60_000, millis % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text { text: text.into() }
    }

    fn printed(parts: &[Part]) -> Printed {
        Printed {
            parts: parts.to_vec(),
            ..Printed::default()
        }
    }

    #[test]
    fn what_the_writer_leaves_out_is_said_where_it_was() {
        let whole = printed(&[text("a\nb\nc\n"), Part::Cut { bytes: 9 }, text("d\ne")]);
        let some = whole.trimmed(|no| no == 2 || no == 5);
        let left_out = |lines| Part::Trimmed { lines };
        let expected = [
            left_out(1),
            text("b\n"),
            left_out(1),
            Part::Cut { bytes: 9 },
            left_out(1),
            text("e"),
        ];
        assert_eq!(some.parts, expected);
        assert_eq!(whole.trimmed(|_| true), whole);
        assert_eq!(
            whole.kept_lines().collect::<Vec<_>>(),
            ["a", "b", "c", "d", "e"]
        );
        assert_eq!(some.kept_lines().collect::<Vec<_>>(), ["b", "e"]);
        assert_eq!(
            printed(&[text("x"), Part::Cut { bytes: 9 }, text("y")]).shown(),
            "x\n[… 9 bytes left out …]\ny"
        );
    }

    #[test]
    fn what_is_cut_is_counted() {
        let mut short = printed(&[text("grün"), Part::Cut { bytes: 9 }, text("rot")]);
        short.shorten(3);
        assert_eq!(short.parts, [text("gr"), Part::Cut { bytes: 15 }]);
        let mut fits = printed(&[text("abc"), Part::Cut { bytes: 9 }]);
        fits.shorten(3);
        assert_eq!(fits.parts, [text("abc"), Part::Cut { bytes: 9 }]);
    }

    #[test]
    fn lengths_are_short() {
        for (millis, words) in [
            (0, "0.0 s"),
            (1_290, "1.2 s"),
            (12_900, "12 s"),
            (200_000, "3 m 20 s"),
        ] {
            assert_eq!(seconds(millis), words);
        }
    }
}
