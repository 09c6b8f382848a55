use super::*;

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn person(name: &str) -> Person {
    name.parse().expect("a name")
}

#[test]
fn a_token_opens_until_it_is_revoked_and_then_nothing_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = TokenStore::new(folder.path());
    assert_eq!(store.check(None, true), Ok(Grant::Loopback));
    assert_eq!(store.check(None, false), Err(Denied::NotLoopback));

    // Another store on the same file, as the command line has it.
    let other = TokenStore::new(folder.path());
    let words = other
        .create(&person("maya"), Level::Responder, now())
        .expect("made");
    assert!(words.starts_with(TOKEN_PREFIX) && words.len() == 67);
    let granted = store.check(Some(&words), false).expect("granted");
    assert!(matches!(
        &granted,
        Grant::Token {
            level: Level::Responder,
            ..
        }
    ));
    assert_eq!(store.check(None, true), Err(Denied::Missing));
    assert_eq!(store.check(Some("wr_00"), true), Err(Denied::Wrong));
    assert_eq!(store.standing(&Grant::Loopback), Standing::Ended);

    other.revoke(&person("Maya"), now()).expect("revoked");
    assert_eq!(store.check(Some(&words), true), Err(Denied::Revoked));
    assert_eq!(store.standing(&granted), Standing::Ended);
    assert_eq!(store.check(None, true), Err(Denied::Missing));
    assert!(matches!(
        other.revoke(&person("maya"), now()),
        Err(TokensError::Unknown(_))
    ));
}

#[test]
fn the_file_is_private_and_holds_no_words() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let store = TokenStore::new(folder.path());
    let words = store
        .create(&person("bo"), Level::Admin, now())
        .expect("made");
    let path = folder.path().join("tokens.json");
    let mode = std::fs::metadata(&path)
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).expect("read");
    assert!(!text.contains(&words[TOKEN_PREFIX.len()..]));
    assert!(matches!(
        store.create(&person("bo"), Level::Admin, now()),
        Err(TokensError::Exists(_))
    ));
    assert!(matches!(
        store.create(&person("warroom"), Level::Admin, now()),
        Err(TokensError::Reserved(_))
    ));
}

#[test]
fn a_broken_file_lets_nobody_in() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("tokens.json"), "{\"tokens\": [{").expect("written");
    let store = TokenStore::new(folder.path());
    assert_eq!(store.check(None, true), Err(Denied::Unreadable));
    assert!(store.any().is_err());
}
