//! `$EDITOR`, for a long text: the only other program that gets the terminal.

use std::io::Write as _;
use std::process::Command;

/// The longest text that is taken back, in bytes.
const EDITED_BYTES: usize = 256 * 1024;

/// The user's editor: `$VISUAL`, else `$EDITOR`, else `vi`.
#[must_use]
pub fn chosen() -> String {
    ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|command| !command.trim().is_empty())
        .unwrap_or_else(|| "vi".to_owned())
}

/// Opens the editor on the text and waits for its end; answers the text that it left. Blocks, so it
/// has a thread of its own.
///
/// # Errors
/// When the editor cannot be started, fails, or leaves something that is no text: a sentence for
/// the user. The text in the composer stays as it was then.
pub fn edit(command: &str, text: &str) -> Result<String, String> {
    let kept = "The text stays as it was.";
    let failed = |what: &str, error: std::io::Error| format!("{what}: {error}. {kept}");
    let mut file = tempfile::Builder::new()
        .prefix("warroom-")
        .suffix(".md")
        .tempfile()
        .map_err(|error| failed("No file could be made for the editor", error))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.flush())
        .map_err(|error| failed("The text could not be handed to the editor", error))?;
    // `$EDITOR` may hold arguments ("code --wait"): the shell takes it apart, as git has it done.
    let status = Command::new("/bin/sh")
        .arg("-c")
        .arg(format!("{command} \"$@\""))
        .arg(command)
        .arg(file.path())
        .status()
        .map_err(|error| failed(&format!("`{command}` could not be started"), error))?;
    if !status.success() {
        return Err(format!("`{command}` ended with {status}. {kept}"));
    }
    let edited = std::fs::read(file.path())
        .map_err(|error| failed("What the editor left could not be read", error))?;
    if edited.len() > EDITED_BYTES {
        return Err(format!(
            "The editor left {} bytes; {EDITED_BYTES} is the most. {kept}",
            edited.len()
        ));
    }
    String::from_utf8(edited)
        .map(|text| text.trim_end().to_owned())
        .map_err(|_| format!("What the editor left is not UTF-8 text. {kept}"))
}

#[cfg(test)]
mod tests {
    use super::edit;

    #[test]
    fn the_text_goes_there_and_back() {
        assert_eq!(edit("true", "as it was\n").unwrap(), "as it was");
        assert_eq!(edit("sed -i s/was/is/", "as it was").unwrap(), "as it is");
        assert!(edit("false", "x").unwrap_err().contains("stays as it was"));
        assert!(edit("/no/such/editor", "x").is_err());
    }
}
