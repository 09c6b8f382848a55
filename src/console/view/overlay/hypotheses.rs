//! What may be so, each with all that was said of it.

use super::super::paint::{Piece, glyph};
use crate::console::app::App;
use crate::console::brief::ground;
use crate::console::panes::Look;
use crate::console::text::{visible_block, wrap};
use crate::console::theme::Meaning;
use crate::incident::{Hypothesis, HypothesisState, Verdict};

/// The lines of the list: those that are open first, in the order in which they were written.
pub(super) fn lines(app: &App, look: &Look<'_>, width: usize) -> Vec<Vec<Piece>> {
    let style = |meaning| look.theme.style(meaning);
    let Some((_, room)) = app.open() else {
        return Vec::new();
    };
    let mut held: Vec<&Hypothesis> = room.shown().hypotheses.iter().collect();
    held.sort_by_key(|held| (held.state() == HypothesisState::RuledOut, held.seq));
    let mut all = Vec::new();
    for of in held {
        if !all.is_empty() {
            all.push(Vec::new());
        }
        one(of, look, width, &mut all);
    }
    if all.is_empty() {
        let said = "Nobody has supposed anything. Write one with /hypothesis in the composer.";
        all.push(vec![Piece::new(said, style(Meaning::Placeholder))]);
    }
    all
}

fn one(of: &Hypothesis, look: &Look<'_>, width: usize, all: &mut Vec<Vec<Piece>>) {
    let style = |meaning| look.theme.style(meaning);
    let (meaning, text) = match of.state() {
        HypothesisState::Open => (Meaning::Strong, Meaning::Text),
        HypothesisState::Supported => (Meaning::Good, Meaning::Text),
        HypothesisState::RuledOut => (Meaning::Muted, Meaning::Muted),
    };
    let private = if of.private { " · private" } else { "" };
    all.push(vec![
        Piece::new(format!("{} ", of.name()), style(Meaning::Accent)),
        Piece::new(of.state().title(), style(meaning)),
        Piece::new(
            format!(" · {} {}{private}", look.zone.hms(of.at), of.by),
            style(Meaning::Muted),
        ),
    ]);
    for words in wrap(&visible_block(&of.text), width.saturating_sub(3).max(1)) {
        all.push(vec![Piece::new(format!("   {words}"), style(text))]);
    }
    for said in &of.judgements {
        let (sign, verdict) = match said.verdict {
            Verdict::Supported => (Meaning::Good, "for it"),
            Verdict::RuledOut => (Meaning::Danger, "against it"),
            Verdict::Reopened => (Meaning::Muted, "open again"),
        };
        let why = match (said.verdict, said.evidence, said.reason.as_deref()) {
            (Verdict::Reopened, None, None) => String::new(),
            (_, evidence, reason) => format!(": {}", ground(evidence, reason)),
        };
        let line = format!("{verdict}, {} {}{why}", look.zone.hms(said.at), said.by);
        for (words, at) in wrap(&visible_block(&line), width.saturating_sub(5).max(1))
            .into_iter()
            .zip(0..)
        {
            let sign_text = if at == 0 { glyph(look, sign) } else { " " };
            all.push(vec![
                Piece::new(format!("   {sign_text} "), style(sign)),
                Piece::new(words, style(Meaning::Muted)),
            ]);
        }
    }
}
