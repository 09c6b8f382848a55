//! From the pieces of a document to a preface and steps.

use super::plan::plan;
use crate::incident::{ShellBlock, StepText, limits};
use std::sync::Arc;

/// Sections that explain and hold nothing to do, by the convention of the runbooks that come with
/// Prometheus' alerts (Meaning, Impact, Diagnosis, Mitigation).
const EXPLAINING: [&str; 6] = [
    "meaning",
    "impact",
    "summary",
    "description",
    "overview",
    "background",
];
/// The longest title of a step, in bytes: three lines of a pane. What goes beyond is its detail.
const STEP_TITLE_BYTES: usize = 240;
/// Deeper lists are shown at this depth; more indent would leave no room for the words.
const DEPTH_MAX: u8 = 5;

/// A piece of the document. `lists` says in how many lists it stands.
pub(super) enum Block {
    /// A heading; the level is 1 to 6.
    Heading { level: u8, text: String },
    /// A paragraph that does not begin a list item.
    Paragraph {
        lists: u8,
        text: String,
        commands: Vec<String>,
    },
    /// A list item, with the depth of its list from 0.
    Item {
        depth: u8,
        text: String,
        commands: Vec<String>,
    },
    /// A table, a row a line.
    Table {
        lists: u8,
        text: String,
        commands: Vec<String>,
    },
    /// A code block.
    Code {
        lists: u8,
        commands: Vec<String>,
        /// The whole, where it is one of shell.
        block: Option<ShellBlock>,
    },
}

/// The preface and the steps, from the blocks in order. A document that has nothing but a few
/// words before its first heading has those as its steps: whoever attached it can tick off that
/// they were read and followed.
pub(super) fn steps(blocks: Vec<Block>) -> (String, Vec<StepText>) {
    let mut maker = Maker::default();
    let mut rest = blocks.into_iter().peekable();
    while let Some(block) = rest.next() {
        let list_follows = matches!(rest.peek(), Some(Block::Item { .. }));
        maker.take(block, list_follows);
    }
    let Maker {
        mut preface,
        mut steps,
        intro,
        ..
    } = maker;
    if steps.is_empty() && !intro.is_empty() {
        preface.drain(..intro.len());
        steps = intro;
    }
    let preface = preface.join("\n");
    (cut(&preface, PREFACE_BYTES).to_owned(), bounded(steps))
}

/// The longest preface, in bytes: an eighth of what a runbook may have.
const PREFACE_BYTES: usize = limits::RUNBOOK_BYTES / 8;

#[derive(Default)]
struct Maker {
    /// The headings above, outermost first, with their levels.
    path: Vec<(u8, String)>,
    preface: Vec<String>,
    steps: Vec<StepText>,
    /// The paragraphs before the first heading, as the steps that they may have to be. They are
    /// the first of the preface, too.
    intro: Vec<StepText>,
    /// A list was seen below this heading.
    lists_here: bool,
    /// The heading is one that explains.
    explains: bool,
}

impl Maker {
    fn take(&mut self, block: Block, list_follows: bool) {
        let is_intro = self.path.is_empty();
        match block {
            Block::Heading { level, text } => {
                self.path.retain(|(above, _)| *above < level);
                self.path.push((level, text));
                self.explains = self.path.iter().any(|(_, text)| is_explaining(text));
                self.lists_here = false;
            }
            Block::Paragraph { text, commands, .. } if is_intro && self.steps.is_empty() => {
                self.intro.push(step(&self.path, 0, &text, commands));
                self.preface.push(text);
            }
            Block::Paragraph { text, .. } | Block::Table { text, .. } if self.explains => {
                self.preface.push(text);
            }
            Block::Item { text, .. } if self.explains => self.preface.push(format!("- {text}")),
            Block::Code { commands, .. } if self.explains => self.preface.extend(commands),
            Block::Paragraph {
                lists,
                text,
                commands,
            } => {
                // A line that introduces a list is about the list; a line after one, about what
                // stands before it.
                let introduces = lists == 0 && list_follows && text.ends_with(':');
                let joins = self.lists_here && !introduces;
                let _step = self.more(lists, joins, &text, commands);
            }
            Block::Table {
                lists,
                text,
                commands,
            } => {
                let _step = self.more(lists, true, &text, commands);
            }
            Block::Item {
                depth,
                text,
                commands,
            } => {
                self.lists_here = true;
                self.steps.push(step(&self.path, depth, &text, commands));
            }
            Block::Code { commands, .. } if commands.is_empty() => {}
            Block::Code {
                lists,
                commands,
                block,
            } => {
                let step = match self.intro.last_mut() {
                    Some(last) if is_intro && self.steps.is_empty() => {
                        add_detail(last, "", commands);
                        Some(last)
                    }
                    _ => self.more(lists, true, "", commands),
                };
                if let Some(step) = step {
                    step.blocks.extend(block);
                }
            }
        }
    }

    /// More about the step that it stands in or behind, when it `joins` and there is one below
    /// the same heading; else a step of its own.
    fn more(
        &mut self,
        lists: u8,
        joins: bool,
        text: &str,
        commands: Vec<String>,
    ) -> Option<&mut StepText> {
        let section = section(&self.path);
        let depth = lists.saturating_sub(1);
        let before = self
            .steps
            .iter()
            .rposition(|step| *step.section == *section && step.depth <= depth);
        if let Some(at) = before.filter(|_| joins) {
            let step = self.steps.get_mut(at)?;
            add_detail(step, text, commands);
            return Some(step);
        }
        let text = if text.is_empty() { "Run" } else { text };
        self.steps.push(step(&self.path, 0, text, commands));
        self.steps.last_mut()
    }
}

fn is_explaining(heading: &str) -> bool {
    EXPLAINING.contains(&&*heading.trim().to_lowercase())
}

fn section(path: &[(u8, String)]) -> String {
    let names: Vec<&str> = path.iter().map(|(_, text)| text.as_str()).collect();
    names.join(" › ")
}

fn step(path: &[(u8, String)], depth: u8, text: &str, commands: Vec<String>) -> StepText {
    let (title, detail) = title_and_detail(text);
    let (words, plan) = plan(&title);
    StepText {
        section: section(path).into(),
        title: words.into(),
        detail: detail.into(),
        plan,
        commands: commands.into_iter().map(Arc::from).collect(),
        depth: depth.min(DEPTH_MAX),
        blocks: Vec::new(),
    }
}

/// The first line, when it is short enough; else its sentences that fit, or its words that fit.
fn title_and_detail(text: &str) -> (String, String) {
    let (first, more) = text.split_once('\n').unwrap_or((text, ""));
    if first.len() <= STEP_TITLE_BYTES {
        return (first.to_owned(), more.to_owned());
    }
    let fits = cut(first, STEP_TITLE_BYTES);
    let sentence = fits.rfind(". ").map(|at| at + 1);
    let (at, mark) = match sentence.or_else(|| fits.rfind(' ')) {
        Some(at) if Some(at) == sentence => (at, ""),
        Some(at) => (at, "…"),
        None => (fits.len(), "…"),
    };
    let (title, over) = first.split_at(at);
    let detail = format!("{}\n{more}", over.trim_start());
    (format!("{title}{mark}"), detail.trim_end().to_owned())
}

fn add_detail(last: &mut StepText, text: &str, commands: Vec<String>) {
    let kept = [&*last.detail, text];
    let kept: Vec<&str> = kept.into_iter().filter(|text| !text.is_empty()).collect();
    last.detail = kept.join("\n").into();
    last.commands.extend(commands.into_iter().map(Arc::from));
}

/// The steps that an incident takes; a last one says how many more the file has, so that nobody
/// takes the end of the list for the end of the work.
fn bounded(mut steps: Vec<StepText>) -> Vec<StepText> {
    let mut left = limits::RUNBOOK_BYTES - PREFACE_BYTES;
    let mut fits = 0;
    for step in &steps {
        let commands = step.commands.iter().map(|command| command.len());
        let scripts = step.blocks.iter().map(|block| block.script.len());
        let commands: usize = commands.chain(scripts).sum();
        let size = step.section.len() + step.title.len() + step.detail.len() + commands;
        match left.checked_sub(size) {
            Some(rest) if fits < limits::STEPS_PER_RUNBOOK => left = rest,
            _ => break,
        }
        fits += 1;
    }
    if fits < steps.len() {
        let kept = fits.min(limits::STEPS_PER_RUNBOOK - 1);
        let more = steps.len() - kept;
        steps.truncate(kept);
        let title = format!("Go on in the file: it has {more} more steps than can be shown here.");
        steps.push(step(&[], 0, &title, Vec::new()));
    }
    steps
}

fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes.min(text.len()))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_between_sentences_or_words() {
        let (title, detail) = title_and_detail(&"One sentence here. ".repeat(20));
        assert!(
            title.ends_with("here.") && title.len() <= STEP_TITLE_BYTES,
            "{title}"
        );
        assert!(detail.starts_with("One sentence"), "{detail}");
        let (title, detail) = title_and_detail(&"word ".repeat(100));
        assert!(title.ends_with("word…"), "{title}");
        assert!(detail.starts_with("word "), "{detail}");
        let (title, detail) = title_and_detail(&"字".repeat(300));
        assert!(title.ends_with("字…") && detail.starts_with('字'));
        assert_eq!(title_and_detail("a\nb\nc"), ("a".into(), "b\nc".into()));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let item = |text: String| Block::Item {
            depth: 0,
            text,
            commands: Vec::new(),
        };
        let many = (0..1_000).map(|n| item(n.to_string())).collect();
        let (_, steps) = steps(many);
        assert_eq!(steps.len(), limits::STEPS_PER_RUNBOOK);
        assert!(steps.last().unwrap().title.contains("701 more steps"));

        let large = (0..20).map(|_| item("x".repeat(30_000))).collect();
        let (_, steps) = super::steps(large);
        let bytes: usize = steps.iter().map(|s| s.title.len() + s.detail.len()).sum();
        assert!(bytes <= limits::RUNBOOK_BYTES && steps.len() > 5, "{bytes}");
        assert!(steps.last().unwrap().title.contains("more steps"));
    }
}
