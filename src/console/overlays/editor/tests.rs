use super::*;

fn editor(text: &str) -> Editor {
    let kept = Kept {
        update: None,
        seen: 0,
        audience: Audience::External,
        stage: Stage::Investigating,
        minutes: Some(20),
        text: text.to_owned(),
        template: Arc::from("template"),
    };
    Editor::new(IncidentId(1), kept)
}

fn press(editor: &mut Editor, code: KeyCode, modifiers: KeyModifiers) {
    editor.key(KeyEvent::new(code, modifiers), (12, 3));
}

#[test]
fn rows_stay_where_they_are_while_the_cursor_is_in_them() {
    let none = KeyModifiers::NONE;
    let mut editor = editor("1\n2\n3\n4\n5\n6");
    let (up, down) = (KeyCode::Up, KeyCode::Down);
    let mut firsts = Vec::new();
    for code in [up, up, up, down, down, down, down] {
        press(&mut editor, code, none);
        firsts.push(editor.top);
    }
    assert_eq!(firsts, [3, 3, 2, 2, 2, 3, 3]);
}

#[test]
fn the_cursor_goes_by_the_rows_that_are_drawn() {
    let none = KeyModifiers::NONE;
    let mut editor = editor("決済が落ちた orders are lost\nx\nwe look into it");
    let before = |editor: &Editor| editor.text()[..editor.cursor_byte()].to_owned();
    // The column of the end, over a short row, and into a row of the same line.
    press(&mut editor, KeyCode::Up, none);
    assert!(before(&editor).ends_with("x\nwe"), "{}", before(&editor));
    press(&mut editor, KeyCode::Up, none);
    assert!(before(&editor).ends_with("lost\nx"), "{}", before(&editor));
    press(&mut editor, KeyCode::Up, none);
    assert!(before(&editor).ends_with("are lo"), "{}", before(&editor));
    press(&mut editor, KeyCode::Home, none);
    press(&mut editor, KeyCode::Up, none);
    press(&mut editor, KeyCode::End, none);
    assert!(
        before(&editor).ends_with("orders are"),
        "{}",
        before(&editor)
    );
    press(&mut editor, KeyCode::End, none);
    assert!(before(&editor).ends_with("lost"), "{}", before(&editor));
    press(&mut editor, KeyCode::Char('a'), KeyModifiers::CONTROL);
    assert_eq!(before(&editor), "");
    press(&mut editor, KeyCode::Up, none);
    editor.insert("So: ");
    assert!(editor.text().starts_with("So: 決済"));
}

#[test]
fn lines_are_written_moved_over_taken_away_and_brought_back() {
    let (none, ctrl) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
    let mut editor = editor("決済が落ちた");
    press(&mut editor, KeyCode::Enter, none);
    for c in "two 👍 words".chars() {
        press(&mut editor, KeyCode::Char(c), none);
    }
    assert_eq!(editor.text(), "決済が落ちた\ntwo 👍 words");
    press(&mut editor, KeyCode::Left, ctrl);
    press(&mut editor, KeyCode::Delete, ctrl);
    press(&mut editor, KeyCode::Home, none);
    press(&mut editor, KeyCode::Backspace, none);
    assert_eq!(editor.text(), "決済が落ちたtwo 👍 ");
    assert_eq!(editor.cursor_byte(), "決済が落ちた".len());
    press(&mut editor, KeyCode::Char('z'), ctrl);
    press(&mut editor, KeyCode::Char('z'), ctrl);
    assert_eq!(editor.text(), "決済が落ちた\ntwo 👍 words");
    press(&mut editor, KeyCode::Up, none);
    editor.insert("a\r\nb\u{1b}[2J");
    assert_eq!(editor.text().lines().count(), 3);
    assert!(!editor.text().contains('\u{1b}'), "{}", editor.text());
}

#[test]
fn a_template_takes_the_place_of_the_words_and_undo_brings_them_back() {
    let mut editor = editor("mine");
    assert!(!editor.is_untouched() && editor.kept().is_some());
    editor.fill(&Arc::from("We look.\nNext {{next}}."));
    assert_eq!(editor.text(), "We look.\nNext {{next}}.");
    assert!(editor.is_untouched() && editor.kept().is_none());
    for _ in 0..2 {
        press(&mut editor, KeyCode::Char('z'), KeyModifiers::CONTROL);
    }
    assert_eq!(editor.text(), "mine");
}

#[test]
fn the_next_one_is_promised_to_the_minute() {
    let mut editor = editor("x");
    let now: Timestamp = "2026-11-24T14:02:11Z".parse().unwrap();
    let shown = |editor: &Editor| {
        editor
            .next_at(now)
            .map(|at| at.format("%H:%M:%S").to_string())
    };
    assert_eq!(shown(&editor).as_deref(), Some("14:23:00"));
    for _ in 0..4 {
        editor.shift_next(false);
    }
    assert_eq!(shown(&editor), None);
    editor.shift_next(true);
    assert_eq!(shown(&editor).as_deref(), Some("14:08:00"));
}

#[test]
fn it_is_bounded_and_says_so() {
    let mut editor = editor("x");
    editor.insert(&"y".repeat(limits::NOTE_BYTES));
    assert_eq!(editor.text(), "x");
    assert!(editor.wrong.is_some());
}
