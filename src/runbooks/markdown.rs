//! A markdown runbook, read into steps.
//!
//! List items are steps. Where a section has no list, each of its paragraphs is one, so that a
//! runbook of prose can be worked through too. A code block belongs to the step before it. What
//! stands under headings that explain (meaning, impact) and before the first heading is the
//! preface.

use super::commands;
use super::steps::{Block, steps};
use crate::incident::{RunbookText, ShellBlock};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;

/// Reads a runbook. Anything is a runbook: text without any structure becomes one step, or none
/// when there is no text.
#[must_use]
pub fn parse(name: &str, source: &str) -> RunbookText {
    let source = source.replace("\r\n", "\n");
    let (front_title, body) = front_matter(&source);
    let body = without_shortcodes(body);
    let mut reader = Reader {
        blocks: Vec::new(),
        ..Reader::default()
    };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    for event in Parser::new_ext(&body, options) {
        reader.take(event);
    }
    reader.end_text();
    let heading = reader.title.filter(|title| !title.is_empty());
    let title = heading.or(front_title).unwrap_or_else(|| name.to_owned());
    let (preface, steps) = steps(reader.blocks);
    RunbookText {
        name: name.into(),
        title: title.into(),
        preface: preface.into(),
        steps,
    }
}

/// The `title:` of a block between `---` lines at the top, and the text behind it.
fn front_matter(source: &str) -> (Option<String>, &str) {
    let source = source.trim_start_matches('\u{feff}');
    let inside = source
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---"));
    let Some((matter, rest)) = inside else {
        return (None, source);
    };
    let title = matter.lines().find_map(|line| line.strip_prefix("title:"));
    let title = title.map(|t| t.trim().trim_matches(['"', '\'']).to_owned());
    (
        title.filter(|t| !t.is_empty()),
        rest.split_once('\n').map_or("", |(_, body)| body),
    )
}

/// The text with the site generator's references (`{{< ref "./Other.md" >}}`) replaced by what
/// they refer to: many published runbooks hold them, and they are no markdown.
fn without_shortcodes(body: &str) -> Cow<'_, str> {
    if !body.contains("{{<") {
        return Cow::Borrowed(body);
    }
    let mut kept = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, (inside, after))) = rest
        .split_once("{{<")
        .and_then(|(b, more)| Some((b, more.split_once(">}}")?)))
    {
        kept.push_str(before);
        kept.push_str(inside.split('"').nth(1).unwrap_or_default());
        rest = after;
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// Collects blocks from the parser's events.
#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    title: Option<String>,
    text: String,
    commands: Vec<String>,
    depth: u8,
    in_item: bool,
    heading: Option<u8>,
    code: Option<(commands::Language, bool, String)>,
    link: Option<String>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((.., code)) => code.push_str(&text),
                None => self.text.push_str(&text),
            },
            Event::Code(code) => {
                self.text.push_str(&code);
                if self.heading.is_none() {
                    self.commands.extend(commands::inline(&code));
                }
            }
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::TaskListMarker(_) | Event::Rule => {}
            // Markup for a browser says nothing to a reader of text.
            Event::Html(_) | Event::InlineHtml(_) => {}
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text.push_str(&text);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.end_text();
                self.heading = Some(level_number(level));
            }
            Tag::List(_) => {
                self.end_text();
                self.depth = self.depth.saturating_add(1);
            }
            Tag::Item => {
                self.end_text();
                self.in_item = true;
            }
            Tag::Paragraph if !self.text.is_empty() => self.end_text(),
            Tag::CodeBlock(kind) => {
                self.end_text();
                let (language, danger) = match kind {
                    CodeBlockKind::Fenced(info) => {
                        (commands::Language::of(&info), commands::is_dangerous(&info))
                    }
                    CodeBlockKind::Indented => (commands::Language::Unknown, false),
                };
                self.code = Some((language, danger, String::new()));
            }
            Tag::Link { dest_url, .. } if dest_url.starts_with("http") => {
                self.link = Some(dest_url.to_string());
            }
            Tag::Table(_) => self.end_text(),
            Tag::TableRow => self.text.push('\n'),
            Tag::TableCell if !self.text.is_empty() && !self.text.ends_with('\n') => {
                self.text.push_str(" | ");
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item => self.end_text(),
            TagEnd::Table => {
                let text = tidy(&std::mem::take(&mut self.text));
                self.blocks.push(Block::Table {
                    lists: self.depth,
                    text,
                    commands: std::mem::take(&mut self.commands),
                });
            }
            TagEnd::List(_) => {
                self.end_text();
                self.depth = self.depth.saturating_sub(1);
                self.in_item = false;
            }
            TagEnd::CodeBlock => {
                if let Some((language, danger, code)) = self.code.take() {
                    let commands = commands::block(language, &code);
                    let is_shell = language == commands::Language::Shell && !commands.is_empty();
                    let block = is_shell.then(|| ShellBlock {
                        script: commands.join("\n").into(),
                        danger,
                    });
                    self.blocks.push(Block::Code {
                        lists: self.depth,
                        commands,
                        block,
                    });
                }
            }
            TagEnd::Link => {
                if let Some(url) = self.link.take()
                    && !self.text.ends_with(&url)
                {
                    self.text.push_str(" (");
                    self.text.push_str(&url);
                    self.text.push(')');
                }
            }
            _ => {}
        }
    }

    /// Makes a block of the text so far.
    fn end_text(&mut self) {
        let text = tidy(&std::mem::take(&mut self.text));
        let commands = std::mem::take(&mut self.commands);
        let heading = self.heading.take();
        if text.is_empty() {
            return;
        }
        self.blocks.push(match heading {
            Some(1) if self.title.is_none() => {
                self.title = Some(text);
                return;
            }
            Some(level) => Block::Heading { level, text },
            None if self.in_item => {
                // A second paragraph of one item is more about it, not another item.
                self.in_item = false;
                Block::Item {
                    depth: self.depth.saturating_sub(1),
                    text,
                    commands,
                }
            }
            None => Block::Paragraph {
                lists: self.depth,
                text,
                commands,
            },
        });
    }
}

fn level_number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// One line a paragraph, without control characters and doubled spaces.
fn tidy(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let kept: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    kept.join("\n")
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::limits;

    const CHECKOUT: &str = "---\ntitle: Checkout 5xx\n---\n\n# Checkout answers 5xx\n\nThe shop \
        cannot be paid in.\n\n## Meaning\n\nToo many errors.\n\n## Diagnosis\n\nLook here first:\n\n\
        1. Open the [dashboard](https://g.example/d/1).\n2. Check pods via `kubectl get pods`:\n   \
        - those in `eu-west`\n   - the others\n\n   ```shell\n   $ kubectl logs -f \\\n     checkout\n   \
        some output\n   ```\n\nAsk the team.\n\n## Mitigation\n\nRoll back.\n\n```\nhelm rollback \
        checkout\n# wait\n```\n\nThen watch it.\n";

    fn titles(runbook: &RunbookText) -> Vec<&str> {
        runbook.steps.iter().map(|step| &*step.title).collect()
    }

    #[test]
    fn lists_prose_and_code_become_steps() {
        let runbook = parse("checkout", CHECKOUT);
        assert_eq!(&*runbook.title, "Checkout answers 5xx");
        assert_eq!(
            &*runbook.preface,
            "The shop cannot be paid in.\nToo many errors."
        );
        assert_eq!(
            titles(&runbook),
            [
                "Look here first:",
                "Open the dashboard (https://g.example/d/1).",
                "Check pods via kubectl get pods:",
                "those in eu-west",
                "the others",
                "Roll back.",
                "Then watch it.",
            ]
        );
        let commands = |step: usize| -> Vec<&str> {
            let commands = &runbook.steps[step].commands;
            commands.iter().map(|command| &**command).collect()
        };
        let depths: Vec<u8> = runbook.steps.iter().map(|step| step.depth).collect();
        assert_eq!(depths, [0, 0, 0, 1, 1, 0, 0]);
        // The block of code and the line below the list are about the item that they stand in or
        // behind, not about the last of the list within it.
        assert_eq!(
            commands(2),
            ["kubectl get pods", "kubectl logs -f \\\n  checkout"]
        );
        assert_eq!(&*runbook.steps[2].detail, "Ask the team.");
        assert!(commands(4).is_empty() && runbook.steps[4].detail.is_empty());
        assert_eq!(commands(5), ["helm rollback checkout"]);
        assert_eq!(&*runbook.steps[5].section, "Mitigation");
    }

    #[test]
    fn odd_files_are_read_all_the_same() {
        assert!(parse("x", "").steps.is_empty());
        assert_eq!(&*parse("x", "").title, "x");
        assert_eq!(titles(&parse("x", "just do it")), ["just do it"]);
        assert_eq!(&*parse("x", "just do it").preface, "");
        assert_eq!(
            titles(&parse("x", "# T\n\n- [ ] one\n- [x] two")),
            ["one", "two"]
        );
        let unclosed = parse("x", "---\ntitle: y\n\n## Do\n\n- one");
        assert_eq!(titles(&unclosed).last(), Some(&"one"));
        let escape = parse("x", "## Do\n\n- a\u{1b}[31mb\u{7}");
        assert_eq!(titles(&escape), ["a[31mb"]);
        let long = parse("x", &format!("## Do\n\n- {}", "字".repeat(300)));
        assert!(long.steps[0].title.len() < 260 && !long.steps[0].detail.is_empty());
    }

    #[test]
    fn every_real_runbook_can_be_worked_through() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/runbooks");
        if !root.is_dir() {
            eprintln!("SKIPPED: the real runbooks are not here (../shared/data/runbooks)");
            return;
        }
        let mut seen = 0;
        for folder in std::fs::read_dir(root).unwrap() {
            for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                let runbook = parse(&name, &std::fs::read_to_string(&path).unwrap());
                assert!(!runbook.steps.is_empty(), "{name} has no step");
                assert!(runbook.steps.len() < limits::STEPS_PER_RUNBOOK, "{name}");
                for step in &runbook.steps {
                    assert!(!step.title.trim().is_empty(), "{name}: an empty step");
                    assert!(!step.title.contains("]("), "{name}: {}", step.title);
                    assert!(!step.title.contains("**"), "{name}: {}", step.title);
                    assert!(
                        !step.title.chars().any(char::is_control),
                        "{name}: {}",
                        step.title
                    );
                }
                seen += 1;
            }
        }
        assert!(seen > 50, "only {seen} runbooks");
    }
}
