//! Files and folders that are their owner's alone: journals, drafts, outboxes and logs hold private
//! notes.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

/// How a file is opened that only its owner reads, should it be made by that.
#[must_use]
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder and those above it, for this user alone. One that is there is left as it is.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir)
}

/// Takes everyone else's rights to a file away, and logs that: an earlier program, a copy or an
/// unpacked archive may have left it open. A file that is not there is passed over. Where this user
/// may not (the file is another's), that is logged, and the file is used all the same.
pub fn tighten(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What is in the way of looking is in the way of opening too, and is told there.
        let Ok(file) = std::fs::metadata(path) else {
            return;
        };
        let mut permissions = file.permissions();
        let mode = permissions.mode() & 0o777;
        if !file.is_file() || mode & 0o077 == 0 {
            return;
        }
        let was = format!("{mode:o}");
        permissions.set_mode(mode & 0o700);
        match std::fs::set_permissions(path, permissions) {
            Ok(()) => {
                tracing::warn!(path = %path.display(), was, "others could read this file: now its owner alone can");
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), was, %error, "others can read this file, and that cannot be changed");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_its_owners_alone_and_what_was_open_is_closed() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("deep/er");
        make_private_dir(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&home.path().join("deep")), 0o700);
        let file = folder.join("file");
        private().write(true).create(true).open(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
        for (before, after) in [
            (0o644, 0o600),
            (0o660, 0o600),
            (0o440, 0o400),
            (0o600, 0o600),
        ] {
            fs::set_permissions(&file, fs::Permissions::from_mode(before)).unwrap();
            tighten(&file);
            assert_eq!(mode(&file), after, "{before:o}");
        }
    }

    #[test]
    fn a_folder_and_what_is_not_there_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        tighten(home.path());
        assert_eq!(mode(home.path()), 0o755);
        tighten(&home.path().join("nowhere"));
    }
}
