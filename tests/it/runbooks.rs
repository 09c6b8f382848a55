//! Runbooks, from their files to what an incident attaches.

use std::fmt::Write;
use std::path::Path;
use warroom::incident::{Runbook, RunbookText};
use warroom::runbooks::Library;

fn library() -> Library {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/runbooks");
    Library::new(vec![folder])
}

fn shown(text: &RunbookText) -> String {
    let mut out = format!("{} · {}\n", text.name, text.title);
    for line in text.preface.lines() {
        writeln!(out, "  {line}").unwrap();
    }
    let mut section = "";
    for step in Runbook::from(text).steps {
        if *step.text.section != *section {
            writeln!(out, "## {}", step.text.section).unwrap();
        }
        let indent = "  ".repeat(step.text.depth.into());
        writeln!(out, "{indent}[ ] {} {}", step.no.0, step.text.title).unwrap();
        for line in step.text.detail.lines() {
            writeln!(out, "{indent}    {line}").unwrap();
        }
        for command in &step.text.commands {
            let command = command.replace('\n', &format!("\n{indent}      "));
            writeln!(out, "{indent}    $ {command}").unwrap();
        }
        section = text.steps[step.no.0 as usize - 1].section.as_ref();
    }
    out
}

#[test]
fn each_kind_of_document_becomes_a_checklist() {
    let (runbooks, problems) = library().all();
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(runbooks.len(), 4);
    for runbook in runbooks {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../fixtures/runbooks");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(&*runbook.name, shown(&runbook)));
    }
}

#[test]
fn a_runbook_is_found_by_the_name_of_its_alert_in_any_folder() {
    let found = library().find("diskfull").unwrap().unwrap();
    assert_eq!(&*found.name, "DiskFull");
    assert_eq!(&*found.title, "Disk full");
    assert!(library().find("node/DiskFull").unwrap().is_none());
    assert!(library().find("").unwrap().is_none());
}
