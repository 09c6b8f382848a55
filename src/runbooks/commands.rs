//! What can be copied out of a runbook: the commands in its code blocks and in its sentences.

/// What a fenced block says that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Lines to type, each a command.
    Shell,
    /// One expression, over as many lines as it likes.
    Query,
    /// What a program prints, or a file: nothing to type.
    Output,
    /// It does not say.
    Unknown,
}

impl Language {
    /// Of the words behind the fence.
    pub(super) fn of(info: &str) -> Self {
        let word = info.split([' ', ',', '{']).next().unwrap_or_default();
        match &*word.to_ascii_lowercase() {
            "sh" | "bash" | "zsh" | "fish" | "shell" | "console" | "shell-session" | "terminal"
            | "powershell" => Self::Shell,
            "promql" | "logql" | "sql" | "flux" | "metricsql" | "jq" | "esql" | "kql" => {
                Self::Query
            }
            "yaml" | "yml" | "json" | "text" | "txt" | "output" | "log" | "toml" | "ini"
            | "xml" | "csv" | "diff" => Self::Output,
            _ => Self::Unknown,
        }
    }
}

/// Whether the words behind the fence say that the block is dangerous: ```` ```sh danger ````.
pub(super) fn is_dangerous(info: &str) -> bool {
    let mut words = info.split([' ', ',', '{', '}']);
    words.any(|word| matches!(word, "danger" | "dangerous"))
}

/// The commands of a block of code. Where lines have a `$ ` prompt, only those are commands and
/// the others are what they print; comments, and what stands below the header of a table, are not
/// commands. A command goes on over a `\` at the end of the line and until its brackets and quotes
/// are closed.
pub(super) fn block(language: Language, code: &str) -> Vec<String> {
    let code = clean(code);
    match language {
        Language::Output => Vec::new(),
        Language::Query => whole(&code),
        Language::Unknown if is_one_expression(&code) => whole(&code),
        Language::Shell | Language::Unknown => lines(&code),
    }
}

/// The command in a sentence: several words of which the first can be a program. A metric, a
/// file's name or a label (`long: 1h`) is no command.
pub(super) fn inline(code: &str) -> Option<String> {
    let code = clean(code);
    let code = code.trim();
    let text = code.strip_prefix("$ ").unwrap_or(code);
    let (program, rest) = text.split_once(' ')?;
    let starts = program.starts_with(|c: char| c.is_ascii_lowercase() || matches!(c, '.' | '/'));
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '+');
    let sets = program.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    });
    let compares = rest.starts_with(['=', '<', '>', '*', '+']) || rest.starts_with("- ");
    ((starts && program.chars().all(fits) && !compares) || sets).then(|| text.to_owned())
}

/// Without what would do something to a terminal into which it is pasted.
fn clean(code: &str) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    code.chars().filter(kept).collect()
}

fn whole(code: &str) -> Vec<String> {
    let lines = code.lines().map(str::trim_end);
    let kept: Vec<&str> = lines
        .filter(|line| !is_comment(line) && !line.is_empty())
        .collect();
    if kept.is_empty() {
        return Vec::new();
    }
    vec![kept.join("\n")]
}

/// A query over several lines, in a block that does not say what it holds: a line begins with
/// what cannot begin a command.
fn is_one_expression(code: &str) -> bool {
    const GOES_ON: [&str; 11] = [
        ")", "}", "* ", "/ ", "+ ", "- ", "and ", "or ", "unless ", "on(", "on (",
    ];
    let goes_on = |line: &str| {
        matches!(line, "*" | "/" | "+" | "-") || GOES_ON.iter().any(|with| line.starts_with(with))
    };
    !code.contains("$ ") && code.lines().skip(1).map(str::trim).any(goes_on)
}

fn lines(code: &str) -> Vec<String> {
    let prompted = code.lines().any(|line| line.trim_start().starts_with("$ "));
    let mut found: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in code.lines().map(str::trim_end) {
        if goes_on && let Some(last) = found.last_mut() {
            last.push('\n');
            last.push_str(line.strip_prefix("> ").unwrap_or(line));
            goes_on = is_open(last);
            continue;
        }
        let typed = line.trim_start().strip_prefix("$ ");
        let text = typed.unwrap_or(line.trim_start());
        if text.is_empty() || is_comment(text) || (prompted && typed.is_none()) {
            continue;
        }
        if !prompted && !found.is_empty() && is_header(text) {
            break;
        }
        goes_on = is_open(text);
        found.push(text.to_owned());
    }
    found.dedup();
    found
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// The header of a table that a command printed: several words in capitals, in columns.
fn is_header(line: &str) -> bool {
    let columns = line.split("  ").map(str::trim).filter(|c| !c.is_empty());
    let (mut count, mut capitals) = (0, true);
    for column in columns {
        count += 1;
        capitals &= column.chars().any(char::is_alphabetic)
            && !column
                .chars()
                .any(|c| c.is_lowercase() || matches!(c, '$' | '=' | '|'));
    }
    count >= 2 && capitals
}

/// Whether more must follow: a `\` at the end, or a bracket or a quote that is not closed.
fn is_open(text: &str) -> bool {
    if text.ends_with('\\') {
        return true;
    }
    let mut quote = None;
    let mut depth = 0i32;
    let mut escaped = false;
    for c in text.chars() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('\''), '\'') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(' | '{' | '[') => depth += 1,
            (None, ')' | '}' | ']') => depth -= 1,
            (None, _) => {}
        }
    }
    quote.is_some() || depth > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(code: &str) -> Vec<String> {
        block(Language::Shell, code)
    }

    #[test]
    fn only_what_is_typed_is_a_command() {
        assert_eq!(shell("$ ls -l\ntotal 0\n$ df\n"), ["ls -l", "df"]);
        assert_eq!(shell("ls\n# wait\n\n  df"), ["ls", "df"]);
        assert_eq!(shell("# TODO"), Vec::<String>::new());
        let table = "kubectl get pod\nNAMESPACE   NAME    READY\ndefault     web-0   1/2\n";
        assert_eq!(block(Language::Unknown, table), ["kubectl get pod"]);
        assert_eq!(block(Language::Output, "ls"), Vec::<String>::new());
        assert_eq!(shell("$ exit\n$ exit"), ["exit"]);
    }

    #[test]
    fn a_command_goes_on_until_it_is_whole() {
        assert_eq!(shell("$ a \\\n  b\n$ c"), ["a \\\n  b", "c"]);
        assert_eq!(
            shell("psql -c '\nselect 1\n'\nls"),
            ["psql -c '\nselect 1\n'", "ls"]
        );
        assert_eq!(shell("echo \"it's\"\nls"), ["echo \"it's\"", "ls"]);
        assert_eq!(shell("echo \\'\nls"), ["echo \\'", "ls"]);
        // One that is never closed takes the rest, and nothing is lost.
        assert_eq!(shell("for i in $(seq 3\nls"), ["for i in $(seq 3\nls"]);
    }

    #[test]
    fn a_query_is_one_thing_to_copy() {
        let query = "# failed\nsum(\n  rate(x[5m])\n)\n/\nsum(y)\n";
        let joined = "sum(\n  rate(x[5m])\n)\n/\nsum(y)";
        assert_eq!(block(Language::Query, query), [joined]);
        assert_eq!(block(Language::Unknown, query), [joined]);
        assert_eq!(block(Language::Query, "\n"), Vec::<String>::new());
    }

    #[test]
    fn in_a_sentence_several_words_are_a_command() {
        for command in [
            "kubectl get pods",
            "./run -x",
            "/usr/bin/df -h",
            "NS=web kubectl get po",
        ] {
            assert_eq!(inline(command).as_deref(), Some(command));
        }
        assert_eq!(inline("$ df -h").as_deref(), Some("df -h"));
        for other in [
            "up",
            "long: 1h",
            "Disk Sync Duration",
            "> 0.01",
            "up == 0",
            "a * b",
            "",
        ] {
            assert_eq!(inline(other), None, "{other}");
        }
    }

    #[test]
    fn nothing_that_is_copied_steers_a_terminal() {
        assert_eq!(shell("l\u{1b}[200~s\u{7}\r"), ["l[200~s"]);
        assert_eq!(inline("rm \u{9b}x").as_deref(), Some("rm x"));
    }
}
