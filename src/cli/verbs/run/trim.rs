//! Which lines of an output are kept.

use crate::console::text::visible_block;
use crate::error::Failure;
use crate::incident::{CommandRun, Printed};
use std::io::{IsTerminal as _, Write as _};

/// Lines by their numbers from 1, or the last ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lines {
    Ranges(Vec<(u64, u64)>),
    Last(u64),
}

impl Lines {
    /// Only these lines of what is kept.
    pub(super) fn of(&self, printed: &Printed) -> Printed {
        let count = printed.kept_lines().count() as u64;
        match self {
            Self::Ranges(ranges) => {
                printed.trimmed(|no| ranges.iter().any(|(from, to)| (*from..=*to).contains(&no)))
            }
            Self::Last(last) => printed.trimmed(|no| no + last > count),
        }
    }
}

/// Reads `10-40,55`, or `-20` for the last twenty.
///
/// # Errors
/// When it is neither.
pub(super) fn lines(text: &str) -> Result<Lines, Failure> {
    let wrong = || {
        Failure::usage(format!("'{text}' names no lines."))
            .instead("Write them as 10-40,55, or -20 for the last twenty.")
    };
    if let Some(last) = text.strip_prefix('-') {
        return last.parse().map(Lines::Last).map_err(|_| wrong());
    }
    let range = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
    };
    let ranges: Option<Vec<_>> = text.split(',').map(range).collect();
    let ranges = ranges.filter(|ranges| ranges.iter().all(|(from, to)| *from >= 1 && from <= to));
    ranges.map(Lines::Ranges).ok_or_else(wrong)
}

/// Shows the lines with their numbers and asks which are kept.
///
/// # Errors
/// When there is nobody to be asked, or they say that nothing is to be sent.
pub(super) fn asked(run: &CommandRun) -> Result<Printed, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(
            "Nobody can be asked which lines to keep, so nothing was sent.",
        )
        .instead("Name them: --trim=10-40, or leave --trim out."));
    }
    let mut err = std::io::stderr().lock();
    for (no, line) in run.printed.kept_lines().enumerate() {
        let _heard = writeln!(err, "{:>5}  {}", no + 1, visible_block(line));
    }
    loop {
        let _heard = write!(
            err,
            "Lines to keep, as 10-40,55 or -20 (Enter: all, none: only how it ended, q: send nothing): "
        );
        let _heard = err.flush();
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        match answer.trim() {
            "q" => return Err(cancelled()),
            _ if !matches!(read, Ok(1..)) => return Err(cancelled()),
            "" => return Ok(run.printed.clone()),
            "none" => return Ok(run.printed.trimmed(|_| false)),
            words => match lines(words) {
                Ok(keep) => return Ok(keep.of(&run.printed)),
                Err(wrong) => {
                    let _heard = err.write_all(wrong.report().as_bytes());
                }
            },
        }
    }
}

fn cancelled() -> Failure {
    Failure::refused("It was run, and nothing was sent.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_people_write_them() {
        assert_eq!(
            lines("10-40,55").unwrap(),
            Lines::Ranges(vec![(10, 40), (55, 55)])
        );
        assert_eq!(lines("-20").unwrap(), Lines::Last(20));
        for bad in ["", "0", "5-2", "a", "1,,2", "--2", "1-"] {
            assert!(lines(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_last_lines_are_the_last() {
        let text = crate::incident::Part::Text {
            text: "a\nb\nc\n".into(),
        };
        let printed = Printed {
            parts: vec![text],
            ..Printed::default()
        };
        let kept = |lines: Lines| lines.of(&printed).kept_lines().collect::<String>();
        assert_eq!(kept(Lines::Last(2)), "bc");
        assert_eq!(kept(Lines::Last(9)), "abc");
        assert_eq!(kept(Lines::Ranges(vec![(2, 2)])), "b");
    }
}
