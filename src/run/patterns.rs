//! What secrets look like.
//!
//! Too much taken out is a line that reads badly; too little is a password on every screen. Where
//! in doubt these take out.

use regex::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use std::borrow::Cow;
use std::sync::Arc;

/// What stands for a secret.
pub(super) const TAKEN_OUT: &str = "[redacted]";
/// The most patterns that a configuration may add, and the most bytes of one: each is looked for in
/// every line.
pub const PATTERNS_MAX: usize = 50;
/// The most memory that one pattern may take, in bytes.
const PATTERN_SIZE_MAX: usize = 1024 * 1024;
/// The shortest own secret that is looked for as it is: a shorter one would be found everywhere.
const LITERAL_BYTES_MIN: usize = 8;

/// The words that make a name one of a secret.
const SECRET_NAMES: &str = r"pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key|credentials?|session[_-]?id";

/// The first and last lines of a private key.
const KEYS: &str = "-----(?:BEGIN|END) [^\n]{0,60}PRIVATE KEY";

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPattern(String);

/// A pattern; where it has a group `keep`, that part of the match stays.
#[derive(Debug, Clone)]
struct Pattern {
    regex: Regex,
}

/// What is taken out of a command and of what it prints.
#[derive(Debug, Clone)]
pub struct Patterns {
    all: Arc<[Pattern]>,
    literals: Arc<[String]>,
    names: Regex,
    /// Any of them, looked for in many lines at once; absent where a pattern of one line may mean
    /// something else in many.
    any: Option<RegexSet>,
}

impl Patterns {
    /// The usual ones, and these.
    ///
    /// # Errors
    /// With the first that is no regular expression, matches what is empty, or would take too much
    /// memory.
    pub fn new(own: &[String]) -> Result<Self, BadPattern> {
        if own.len() > PATTERNS_MAX {
            let what = format!("{} patterns; {PATTERNS_MAX} are the most", own.len());
            return Err(BadPattern(what));
        }
        let usual = usual();
        let texts = || usual.iter().chain(own);
        let all = texts().map(|text| pattern(text));
        let all = all.collect::<Result<_, _>>()?;
        let names = format!(
            r#"(?i)(?-u:\b)name["']?\s*[:=]\s*["']?[A-Za-z0-9_.-]*(?:{SECRET_NAMES})[A-Za-z0-9_.-]*["',]*\s*$"#
        );
        let of_one_line = |text: &String| {
            ["\\A", "\\z", "(?-", "(?s"]
                .iter()
                .any(|sign| text.contains(sign))
        };
        let any = RegexSetBuilder::new(texts().chain([&names, &KEYS.to_owned()]))
            .multi_line(true)
            .size_limit(PATTERN_SIZE_MAX * 16)
            .build();
        Ok(Self {
            all,
            literals: Arc::new([]),
            names: regex(&names)?,
            any: any.ok().filter(|_| !own.iter().any(of_one_line)),
        })
    }

    /// Takes these texts out too, wherever they stand: the own access token.
    #[must_use]
    pub fn and_literally(mut self, secrets: impl IntoIterator<Item = String>) -> Self {
        let secrets = secrets.into_iter();
        let long = secrets.filter(|secret| secret.len() >= LITERAL_BYTES_MIN);
        self.literals = self.literals.iter().cloned().chain(long).collect();
        self
    }

    /// The text with secrets taken out, and how many there were. Every line by itself.
    #[must_use]
    pub fn taken_out<'a>(&self, line: &'a str) -> (Cow<'a, str>, u64) {
        let mut text = Cow::Borrowed(line);
        let mut count = 0;
        for literal in self.literals.iter() {
            let found = text.matches(literal.as_str()).count() as u64;
            if found > 0 {
                count += found;
                text = Cow::Owned(text.replace(literal.as_str(), TAKEN_OUT));
            }
        }
        for pattern in self.all.iter() {
            if !pattern.regex.is_match(&text) {
                continue;
            }
            let replaced = pattern.regex.replace_all(&text, |found: &Captures<'_>| {
                let whole = found.get(0).map_or("", |whole| whole.as_str());
                let part = |name| found.name(name).map_or("", |part| part.as_str());
                let (keep, rest) = (part("keep"), part("rest"));
                // What was taken out before is not counted twice.
                let secret = whole.get(keep.len()..).unwrap_or_default();
                let bare = TAKEN_OUT.trim_end_matches(']');
                if secret.is_empty() || secret == TAKEN_OUT || secret == bare {
                    return whole.to_owned();
                }
                count += u64::from(!secret.contains(TAKEN_OUT));
                format!("{keep}{TAKEN_OUT}{rest}")
            });
            text = Cow::Owned(replaced.into_owned());
        }
        (text, count)
    }

    /// Whether something may have to be taken out of these lines.
    pub(super) fn may_match(&self, lines: &str) -> bool {
        let literal = self
            .literals
            .iter()
            .any(|secret| lines.contains(secret.as_str()));
        literal || self.any.as_ref().is_none_or(|any| any.is_match(lines))
    }

    /// Whether the line names a secret whose value stands on the next one, as in
    /// `- name: DB_PASSWORD` of a manifest.
    pub(super) fn names_a_secret(&self, line: &str) -> bool {
        self.names.is_match(line)
    }
}

fn pattern(text: &str) -> Result<Pattern, BadPattern> {
    let regex = regex(text)?;
    if regex.is_match("") {
        return Err(BadPattern(
            "it matches where nothing stands, so it would take out everything".to_owned(),
        ));
    }
    Ok(Pattern { regex })
}

fn regex(text: &str) -> Result<Regex, BadPattern> {
    let built = RegexBuilder::new(text).size_limit(PATTERN_SIZE_MAX).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => BadPattern("it would take too much memory".to_owned()),
        other => BadPattern(last_line(&other.to_string())),
    })
}

/// The reason alone: the library's text draws the pattern first.
fn last_line(text: &str) -> String {
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

fn usual() -> Vec<String> {
    // A value: in quotes (also escaped ones, as in JSON within JSON), or to the next separator.
    let value =
        r#"(?:\\+"(?:[^"\\]|\\+[^"\\])*(?:\\+")?|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&"'})\]|<>]+)"#;
    [
        // Headers, to the end of the line or of the quotes that they stand in.
        r#"(?i)(?P<keep>(?-u:\b)(?:proxy-)?authorization["']?\s*[:=]\s*["']?)[^"'\r\n]+"#.to_owned(),
        r#"(?i)(?P<keep>(?-u:\b)(?:set-)?cookie["']?\s*:\s*["']?)[^"'\r\n]+"#.to_owned(),
        r#"(?i)(?P<keep>(?-u:\b)x-[a-z-]*(?:key|token|secret|auth)[a-z-]*["']?\s*:\s*["']?)[^"'\s]+"#
            .to_owned(),
        r"(?i)(?P<keep>(?-u:\b)(?:bearer|basic|digest|negotiate)\s+)[A-Za-z0-9._~+/=-]{6,}".to_owned(),
        // A password in an address, to the last @ before a space.
        r#"(?P<keep>[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"'<>]*:)[^\s"'<>]+(?P<rest>@)"#.to_owned(),
        // A line of its own, as in YAML: the value may have spaces.
        format!(
            r#"(?i)^(?P<keep>\s*(?:-\s+)?["']?[A-Za-z0-9_.-]*(?:{SECRET_NAMES})[A-Za-z0-9_.-]*["']?\s*:\s+)[^\s].*$"#
        ),
        format!(
            r#"(?i)(?P<keep>[A-Za-z0-9_.-]*(?:{SECRET_NAMES})[A-Za-z0-9_.-]*\\*["']?\s*(?:=>|:=|==|=|:)\s*){value}"#
        ),
        // Flags.
        format!(
            r#"(?i)(?P<keep>(?:^|\s)--?[a-z0-9-]*(?:{SECRET_NAMES})[a-z0-9-]*[\s=]+){value}"#
        ),
        r#"(?P<keep>(?:^|\s)(?:-u|--user|--proxy-user)[\s=]+["']?[^\s:"']+:)[^\s"']+"#.to_owned(),
        r#"(?P<keep>(?-u:\b)(?:mysql|mysqldump|mysqladmin|mariadb)(?-u:\b).*?\s-p)[^\s]+"#.to_owned(),
        r#"(?P<keep>(?-u:\b)sshpass\s+-p\s*)[^\s]+"#.to_owned(),
        // What is known by its form.
        r"(?-u:\b)(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?-u:\b)".to_owned(),
        r"(?-u:\b)gh[pousr]_[A-Za-z0-9]{20,}".to_owned(),
        r"(?-u:\b)github_pat_[A-Za-z0-9_]{20,}".to_owned(),
        r"(?-u:\b)glpat-[A-Za-z0-9_-]{16,}".to_owned(),
        r"(?-u:\b)xox[abeoprs]-[A-Za-z0-9-]{8,}".to_owned(),
        r"(?P<keep>(?-u:\b)hooks\.slack\.com/(?:services|workflows)/)[A-Za-z0-9/_-]+".to_owned(),
        r"(?-u:\b)eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?".to_owned(),
        r"(?-u:\b)[sr]k_(?:live|test)_[A-Za-z0-9]{10,}".to_owned(),
        r"(?-u:\b)AIza[0-9A-Za-z_-]{30,}".to_owned(),
        r"(?-u:\b)npm_[A-Za-z0-9]{30,}".to_owned(),
        r"(?-u:\b)glsa_[A-Za-z0-9_]{30,}".to_owned(),
    ]
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(line: &str) -> String {
        Patterns::new(&[]).unwrap().taken_out(line).0.into_owned()
    }

    #[test]
    fn secrets_go_and_what_is_around_them_stays() {
        for (line, left) in [
            (
                "Authorization: Bearer abc.def-ghi",
                "Authorization: [redacted]",
            ),
            (
                "curl -H 'Authorization: Basic dXNlcg==' http://a",
                "curl -H 'Authorization: [redacted]' http://a",
            ),
            ("< set-cookie: sid=1; Path=/", "< set-cookie: [redacted]"),
            ("X-Api-Key: 12345", "X-Api-Key: [redacted]"),
            (
                "postgres://app:p@ss/w@db:5432/x",
                "postgres://app:[redacted]@db:5432/x",
            ),
            ("redis://:hunter2@cache", "redis://:[redacted]@cache"),
            ("password=hunter2 user=bo", "password=[redacted] user=bo"),
            (
                "DB_PASSWORD=\"a b\\\" c\" next",
                "DB_PASSWORD=[redacted] next",
            ),
            (
                "  password: correct horse battery",
                "  password: [redacted]",
            ),
            (
                "{\"api_key\":\"x1\",\"n\":1}",
                "{\"api_key\":[redacted],\"n\":1}",
            ),
            (
                r#"{"m":"{\"token\":\"x1\",\"n\":1}"}"#,
                r#"{"m":"{\"token\":[redacted],\"n\":1}"}"#,
            ),
            (
                "login --password hunter2 now",
                "login --password [redacted] now",
            ),
            (
                "curl -u bo:hunter2 http://a",
                "curl -u bo:[redacted] http://a",
            ),
            (
                "mysql -h db -phunter2 shop",
                "mysql -h db -p[redacted] shop",
            ),
            ("key AKIAIOSFODNN7EXAMPLE.", "key [redacted]."),
            ("ghp_0123456789abcdefghijABCDEFGHIJ", "[redacted]"),
            ("xoxb-123456789012-abcdef", "[redacted]"),
            (
                "sub eyJhbGciOiJI.eyJzdWIiOiIx.sig_x end",
                "sub [redacted] end",
            ),
        ] {
            assert_eq!(out(line), left);
        }
        for same in [
            "pods restart because of OOM",
            "NAME READY STATUS RESTARTS AGE",
            "checkout-7d9f 1/1 Running 0 3d",
            "http://db:5432/path",
            "2026-11-24T14:02:11Z level=error msg=timeout",
            "the token has expired",
        ] {
            assert_eq!(out(same), same);
        }
    }

    #[test]
    fn own_patterns_and_own_secrets_are_taken_out_and_counted() {
        let own = ["cust-[0-9]+".to_owned(), "(?P<keep>ssn )[0-9-]+".to_owned()];
        let patterns = Patterns::new(&own).unwrap();
        let patterns = patterns.and_literally(["wrt-abcdefgh".to_owned(), "x".to_owned()]);
        let (text, count) = patterns.taken_out("cust-1 ssn 12-3 wrt-abcdefgh x token=wrt-abcdefgh");
        assert_eq!(
            text,
            "[redacted] ssn [redacted] [redacted] x token=[redacted]"
        );
        assert_eq!(count, 4);
        let says = |pattern: &str| {
            Patterns::new(&[pattern.to_owned()])
                .unwrap_err()
                .to_string()
        };
        assert!(says("(").contains("unclosed"), "{}", says("("));
        assert!(says("a*").contains("everything"));
        assert!(says("(?:a{1000}){1000}").contains("memory"));
        assert!(Patterns::new(&vec!["a".to_owned(); PATTERNS_MAX + 1]).is_err());
    }
}
