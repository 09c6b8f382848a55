//! The words of an entry: follow-up work apart, and paragraphs as they were meant.

/// What begins a line of follow-up work inside an entry.
const FOLLOW_UPS: [&str; 6] = [
    "[action item]",
    "action item:",
    "[todo]",
    "todo:",
    "[follow-up]",
    "follow-up:",
];

/// The lines without follow-up work, and that work with its place.
pub(super) fn without_follow_ups(lines: &[String]) -> (Vec<&str>, Vec<(usize, String)>) {
    let (mut kept, mut follow_ups) = (Vec::new(), Vec::new());
    let mut open: Option<(usize, Vec<&str>)> = None;
    for (offset, line) in lines.iter().enumerate() {
        let text = line.trim_start().trim_start_matches(['-', '*', '>', ' ']);
        let begins = FOLLOW_UPS.iter().find_map(|sign| {
            let head = text.get(..sign.len())?;
            head.eq_ignore_ascii_case(sign).then(|| &text[sign.len()..])
        });
        if let Some(rest) = begins {
            follow_ups.extend(open.take().map(work));
            open = Some((offset, vec![rest]));
            continue;
        }
        match &mut open {
            Some((_, words)) if !line.trim().is_empty() && !is_list(line) => words.push(line),
            _ => {
                follow_ups.extend(open.take().map(work));
                kept.push(line.as_str());
            }
        }
    }
    follow_ups.extend(open.take().map(work));
    follow_ups.retain(|(_, text)| !text.is_empty());
    (kept, follow_ups)
}

fn work((offset, words): (usize, Vec<&str>)) -> (usize, String) {
    let words: Vec<&str> = words.iter().map(|line| line.trim()).collect();
    (offset, words.join(" ").trim().to_owned())
}

fn is_list(line: &str) -> bool {
    let text = line.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.starts_with(['-', '*', '+', '|', '>'])
        || (digits > 0 && text[digits..].starts_with(['.', ')']))
}

/// The words as paragraphs: lines that were only broken for their width are one again; lists,
/// tables and code keep theirs.
pub(super) fn flowing(lines: &[&str]) -> String {
    let mut out: Vec<String> = Vec::new();
    let (mut fenced, mut joins) = (false, false);
    for line in lines {
        let fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        let own = fenced || fence || is_list(line) || line.starts_with("    ");
        fenced ^= fence;
        if line.trim().is_empty() && !fenced {
            if out.last().is_some_and(|last| !last.is_empty()) {
                out.push(String::new());
            }
            joins = false;
            continue;
        }
        match out.last_mut() {
            Some(last) if joins && !own => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => out.push(if own {
                (*line).to_owned()
            } else {
                line.trim().to_owned()
            }),
        }
        // A list's item goes on in the next line, unless that is one of its own.
        joins = !fenced && !fence && !line.starts_with("    ");
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    let first = out.iter().position(|line| !line.is_empty()).unwrap_or(0);
    out.split_off(first).join("\n")
}
