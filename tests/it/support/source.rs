//! What can be told of the program from its own text: so that a list in a test is whole.

use std::collections::BTreeSet;

/// The variants of a public enum, by their names on the wire (snake case).
pub(crate) fn variants(source: &str, name: &str) -> BTreeSet<String> {
    let head = format!("pub enum {name} {{");
    let (_, body) = source.split_once(&head).expect(name);
    let (body, _) = body.split_once("\n}\n").expect(name);
    let names = body.lines().filter_map(|line| {
        let name = line.strip_prefix("    ")?.split([' ', '(', ',']).next()?;
        name.starts_with(char::is_uppercase).then(|| snake(name))
    });
    let names: BTreeSet<String> = names.collect();
    assert!(!names.is_empty(), "{name}");
    names
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
