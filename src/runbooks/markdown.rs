//! A markdown runbook, read into steps.
//!
//! List items are steps. Where a section has no list, each of its paragraphs is one, so that a
//! runbook of prose can be worked through too. A code block belongs to the step before it. What
//! stands under headings that explain (meaning, impact) and before the first heading is the
//! preface.

use crate::incident::{RunbookText, StepText, limits};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;
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
/// The longest title of a step, in bytes; what goes beyond is its detail.
const STEP_TITLE_BYTES: usize = 240;

/// Reads a runbook. Anything is a runbook: text without any structure becomes one step, or none
/// when there is no text.
#[must_use]
pub fn parse(name: &str, source: &str) -> RunbookText {
    let (front_title, body) = front_matter(source);
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

/// A piece of the document.
enum Block {
    /// A heading; the level is 1 to 6.
    Heading { level: u8, text: String },
    /// A paragraph outside any list.
    Paragraph { text: String, commands: Vec<String> },
    /// A list item, with the depth of its list.
    Item {
        depth: u8,
        text: String,
        commands: Vec<String>,
    },
    /// A code block: belongs to what stands before it.
    Code(Vec<String>),
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
    code: Option<(bool, String)>,
    link: Option<String>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.text.push_str(&text),
            },
            Event::Code(code) => {
                self.text.push_str(&code);
                if self.heading.is_none() && code.contains(' ') {
                    self.commands
                        .push(code.trim().trim_start_matches("$ ").to_owned());
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
                let output = matches!(&kind, CodeBlockKind::Fenced(info) if is_output(info));
                self.code = Some((output, String::new()));
            }
            Tag::Link { dest_url, .. } if dest_url.starts_with("http") => {
                self.link = Some(dest_url.to_string());
            }
            Tag::TableRow | Tag::TableHead => self.end_text(),
            Tag::TableCell if !self.text.is_empty() => self.text.push_str(" | "),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_)
            | TagEnd::Paragraph
            | TagEnd::Item
            | TagEnd::TableRow
            | TagEnd::TableHead => self.end_text(),
            TagEnd::List(_) => {
                self.end_text();
                self.depth = self.depth.saturating_sub(1);
                self.in_item = self.depth > 0;
            }
            TagEnd::CodeBlock => {
                if let Some((output, code)) = self.code.take() {
                    let commands = if output { Vec::new() } else { commands(&code) };
                    self.blocks.push(Block::Code(commands));
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
            None => Block::Paragraph { text, commands },
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

/// A fenced block that shows what a program prints, or a file, rather than what to type.
fn is_output(info: &str) -> bool {
    let language = info
        .split([' ', ','])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(
        &*language,
        "yaml" | "yml" | "json" | "text" | "txt" | "output" | "log" | "toml" | "ini"
    )
}

/// What to type, from a code block: lines after a `$ ` prompt where there is one (a line that
/// ends in `\` goes on), else every line that is not a comment.
fn commands(code: &str) -> Vec<String> {
    let prompted = code.lines().any(|line| line.trim_start().starts_with("$ "));
    let mut found: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let typed = line.strip_prefix("$ ");
        let text = typed.unwrap_or(line);
        match found.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.push('\n');
                last.push_str(text);
            }
            None if (prompted && typed.is_none()) || text.starts_with('#') => continue,
            None => found.push(text.to_owned()),
        }
        goes_on = line.ends_with('\\');
    }
    found
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

/// The preface and the steps, from the blocks in order.
fn steps(blocks: Vec<Block>) -> (String, Vec<StepText>) {
    let mut path: Vec<(u8, String)> = Vec::new();
    let mut preface: Vec<String> = Vec::new();
    let mut steps: Vec<StepText> = Vec::new();
    let mut lists_here = false;
    let mut explains = true;
    let mut rest = blocks.into_iter().peekable();
    while let Some(block) = rest.next() {
        match block {
            Block::Heading { level, text } => {
                path.retain(|(above, _)| *above < level);
                path.push((level, text));
                explains = explaining(&path);
                lists_here = false;
            }
            Block::Paragraph { text, .. } if explains => preface.push(text),
            Block::Item { text, .. } if explains && !path.is_empty() => {
                preface.push(format!("- {text}"))
            }
            Block::Code(commands) if explains && steps.is_empty() => preface.extend(commands),
            Block::Paragraph { text, commands } => {
                // A line that introduces a list is about the list; a line after one, about its
                // last item.
                let introduces =
                    matches!(rest.peek(), Some(Block::Item { .. })) && text.ends_with(':');
                if lists_here && !introduces {
                    add_detail(&mut steps, &text, commands);
                } else {
                    steps.push(step(&path, 0, &text, commands));
                }
            }
            Block::Item {
                depth,
                text,
                commands,
            } => {
                lists_here = true;
                steps.push(step(&path, depth, &text, commands));
            }
            Block::Code(commands) => match steps.last_mut() {
                Some(last) => last.commands.extend(commands.into_iter().map(Arc::from)),
                None if !commands.is_empty() => steps.push(step(&path, 0, "Run", commands)),
                None => {}
            },
        }
    }
    steps.truncate(limits::STEPS_PER_RUNBOOK);
    (preface.join("\n"), steps)
}

fn explaining(path: &[(u8, String)]) -> bool {
    let says = |text: &str| EXPLAINING.contains(&&*text.trim().to_lowercase());
    path.last().is_some_and(|(_, text)| says(text)) || path.iter().any(|(_, text)| says(text))
}

fn step(path: &[(u8, String)], depth: u8, text: &str, commands: Vec<String>) -> StepText {
    let (first, more) = text.split_once('\n').unwrap_or((text, ""));
    let cut = first.floor_char_boundary(STEP_TITLE_BYTES);
    let (title, over) = first.split_at(cut);
    let detail = [over, more]
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    let title = if over.is_empty() {
        title.to_owned()
    } else {
        format!("{title}…")
    };
    StepText {
        section: path
            .iter()
            .map(|(_, t)| t.as_str())
            .collect::<Vec<_>>()
            .join(" › ")
            .into(),
        title: title.into(),
        detail: detail.into(),
        commands: commands.into_iter().map(Arc::from).collect(),
        depth,
    }
}

fn add_detail(steps: &mut [StepText], text: &str, commands: Vec<String>) {
    if let Some(last) = steps.last_mut() {
        let joined = [&*last.detail, text]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>();
        last.detail = joined.join("\n").into();
        last.commands.extend(commands.into_iter().map(Arc::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let depths: Vec<u8> = runbook.steps.iter().map(|step| step.depth).collect();
        assert_eq!(depths, [0, 0, 0, 1, 1, 0, 0]);
        assert_eq!(&*runbook.steps[2].commands[0], "kubectl get pods");
        assert_eq!(
            &*runbook.steps[4].commands[0],
            "kubectl logs -f \\\ncheckout"
        );
        assert_eq!(&*runbook.steps[4].detail, "Ask the team.");
        assert_eq!(
            runbook.steps[5]
                .commands
                .iter()
                .map(|c| &**c)
                .collect::<Vec<_>>(),
            ["helm rollback checkout"]
        );
        assert_eq!(&*runbook.steps[5].section, "Mitigation");
    }

    #[test]
    fn odd_files_are_read_all_the_same() {
        assert!(parse("x", "").steps.is_empty());
        assert_eq!(&*parse("x", "").title, "x");
        assert_eq!(&*parse("x", "just do it").preface, "just do it");
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
        let many = parse("x", &format!("## Do\n\n{}", "- one\n".repeat(1_000)));
        assert_eq!(many.steps.len(), limits::STEPS_PER_RUNBOOK);
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
                let told = !runbook.preface.is_empty() || !runbook.steps.is_empty();
                assert!(told, "{name} has neither a preface nor a step");
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
