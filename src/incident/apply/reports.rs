//! The newest report is kept whole in the state: it is what somebody who joins reads first.

use crate::incident::limits::REPORT_BYTES;
use crate::incident::{Entry, EntryKind, Incident, Seq, What};

/// Keeps a report in the place of the one before. A private one does not take the place of one
/// that everyone may read.
pub(super) fn keep(incident: &mut Incident, entry: &Entry) {
    if entry.kind == EntryKind::Report {
        let private = entry.marks.private;
        let reports = &mut incident.reports;
        reports.retain(|report| report.marks.private != private);
        reports.push(entry.clone());
        reports.iter_mut().for_each(cut);
    }
}

fn cut(report: &mut Entry) {
    if report.text.len() > REPORT_BYTES {
        let end = report.text.floor_char_boundary(REPORT_BYTES);
        report.text = format!("{}…", report.text.get(..end).unwrap_or_default()).into();
    }
}

/// Works a correction in.
pub(super) fn correct(incident: &mut Incident, seq: Seq, target: Seq, what: &What) {
    let mut reports = incident.reports.iter_mut();
    if let Some(report) = reports.find(|report| report.seq == target) {
        report.correct(seq, what);
        cut(report);
    }
}

impl Incident {
    /// The newest report that still stands, as far as it is kept (its first [`REPORT_BYTES`]).
    #[must_use]
    pub fn last_report(&self) -> Option<&Entry> {
        let standing = self.reports.iter();
        standing
            .filter(|report| report.marks.retracted.is_none())
            .max_by_key(|report| report.seq)
    }
}
