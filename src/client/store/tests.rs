use super::*;
use crate::incident::{Command, Intent, NewNote, Timestamp};

fn owner(name: &str) -> Owner {
    Owner::new("ws://localhost:1", name.parse().ok(), None)
}

fn note(n: u128) -> Pending {
    Pending {
        command: Command {
            id: CommandId(Uuid::from_u128(n)),
            written_at: Timestamp::UNIX_EPOCH,
            intent: Intent::Note(NewNote::plain(format!("line {n}"))),
        },
        incident: Some(crate::incident::IncidentId(1)),
        sent: false,
    }
}

/// Lets a console die: the lock goes, the file stays.
fn die(store: Store) -> PathBuf {
    let path = store.path.clone();
    let copy = fs::read(&path).unwrap();
    drop(store);
    fs::write(&path, copy).unwrap();
    path
}

#[test]
fn what_a_dead_console_left_is_taken_over_once_and_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut dead = Store::open(dir.path(), owner("lee")).unwrap();
    let lines: Vec<Pending> = (1..=20).map(note).collect();
    dead.put(&lines).unwrap();
    dead.forget(&[lines[3].command.id]).unwrap();
    let path = die(dead);

    let mut one = Store::open(dir.path(), owner("lee")).unwrap();
    let mut two = Store::open(dir.path(), owner("lee")).unwrap();
    let adopted = one.adopt();
    let ids: Vec<u128> = adopted
        .pending
        .iter()
        .map(|p| p.command.id.0.as_u128())
        .collect();
    assert_eq!(ids, (1..=20).filter(|n| *n != 4).collect::<Vec<_>>());
    assert!(adopted.notices.is_empty(), "{:?}", adopted.notices);
    assert!(!path.exists());
    assert!(
        two.adopt().pending.is_empty(),
        "the one that lives keeps its own"
    );

    // The one that took over dies too: they are in its file.
    die(one);
    assert_eq!(two.adopt().pending.len(), 19);
}

#[test]
fn another_persons_lines_stay() {
    let dir = tempfile::tempdir().unwrap();
    let mut dead = Store::open(dir.path(), owner("lee")).unwrap();
    dead.put(&[note(1)]).unwrap();
    let path = die(dead);
    let mut other = Store::open(dir.path(), owner("bo")).unwrap();
    assert!(other.adopt().pending.is_empty());
    assert!(path.exists());
    // A token that turns out to be lee's.
    let mut token = Store::open(
        dir.path(),
        Owner::new("ws://localhost:1/", None, Some("secret")),
    )
    .unwrap();
    assert!(token.adopt().pending.is_empty());
    token.is_of(&"lee".parse().unwrap()).unwrap();
    assert_eq!(token.adopt().pending.len(), 1);
    assert!(!fs::read_to_string(&token.path).unwrap().contains("secret"));
}

#[test]
fn a_torn_last_line_is_passed_over_and_a_damaged_one_is_kept_aside() {
    let dir = tempfile::tempdir().unwrap();
    let mut dead = Store::open(dir.path(), owner("lee")).unwrap();
    dead.put(&[note(1), note(2), note(3)]).unwrap();
    let path = die(dead);
    let text = fs::read_to_string(&path).unwrap();
    let torn = text.trim_end().strip_suffix('}').unwrap().to_owned();
    fs::write(&path, torn.replacen("\"line 1\"", "\"line 1", 1)).unwrap();

    let mut store = Store::open(dir.path(), owner("lee")).unwrap();
    let adopted = store.adopt();
    assert_eq!(adopted.pending, vec![note(2)]);
    assert_eq!(adopted.notices.len(), 1);
    let bad = fs::read_to_string(path.with_extension("bad")).unwrap();
    assert!(bad.contains("line 1"), "{bad}");
}

#[test]
fn a_file_that_is_no_outbox_is_set_aside_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.outbox");
    fs::write(&path, "\u{0}\u{1}garbage\nmore").unwrap();
    let mut store = Store::open(dir.path(), owner("lee")).unwrap();
    let adopted = store.adopt();
    assert_eq!(adopted.notices.len(), 1);
    assert!(path.with_extension("bad").exists());
    assert!(store.adopt().notices.is_empty());
}

#[test]
fn an_emptied_outbox_is_short_again_and_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), owner("lee")).unwrap();
    let empty = store.bytes;
    for n in 1..=50 {
        store.put(&[note(n)]).unwrap();
    }
    let ids: Vec<CommandId> = (1..=50).map(|n| note(n).command.id).collect();
    store.forget(&ids).unwrap();
    assert_eq!(fs::metadata(&store.path).unwrap().len(), empty);
    let mut other = Store::open(dir.path(), owner("lee")).unwrap();
    assert!(
        other.adopt().pending.is_empty(),
        "still locked after it was written anew"
    );
    assert!(store.path.exists());
    let path = store.path.clone();
    drop(store);
    assert!(!path.exists());
}
