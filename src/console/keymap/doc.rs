//! The key table of the docs, written from the table of actions.

use super::action::{Action, Group};
use super::map::Keymap;
use std::fmt::Write as _;

/// All actions with their keys, as markdown.
#[must_use]
pub fn markdown_table(keymap: &Keymap) -> String {
    let mut page = String::from(
        "# Keys\n\nEvery action, with the keys that do it and where. Each is also in the palette \
         (`:`) by its name.\nA keymap file changes any of them: see \
         [configuration](configuration.md). This page is written from the\nprogram's own table; a \
         test fails when it is stale (`WARROOM_BLESS=1 cargo test keys` writes it anew).\n",
    );
    for group in Group::ALL {
        let _ = write!(
            page,
            "\n## {}\n\n| keys | action | what it does |\n|---|---|---|\n",
            group.title()
        );
        for action in Action::ALL.iter().filter(|action| action.group() == group) {
            let rows = keymap.rows().filter(|(_, _, a)| a == action);
            let keys: Vec<String> = rows
                .map(|(context, keys, _)| {
                    format!("`{}` ({})", keys.replace('|', "\\|"), context.name())
                })
                .collect();
            let _ = writeln!(
                page,
                "| {} | `{}` | {} |",
                keys.join(", "),
                action.name(),
                action.doc()
            );
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_docs_name_the_keys() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
        let now = markdown_table(&Keymap::default());
        if std::env::var_os("WARROOM_BLESS").is_some() {
            std::fs::write(&path, &now).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            now,
            "docs/keys.md is stale"
        );
    }
}
