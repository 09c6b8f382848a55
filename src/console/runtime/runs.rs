//! The evidence of commands, put away on disk: one console has it at a time.

use super::Loop;
use crate::console::drafts::Of;
use crate::console::msg::Msg;

impl Loop {
    /// It is this console's from now on; with nothing left of it, nobody's.
    pub(super) fn save_run(&mut self, of: Of, text: String) {
        if text.is_empty() {
            self.runs.let_go(&of);
        } else {
            let _mine = self.runs.hold(&of);
        }
        self.runs.save(of, text);
    }

    /// What an earlier console left is laid before its person; not what another one still has.
    pub(super) fn load_run(&mut self, of: &Of) {
        let Some(text) = self.runs.load(of) else {
            return;
        };
        if !self.runs.hold(of) {
            return;
        }
        self.take_in(Msg::RunFound {
            incident: of.1,
            text,
        });
    }
}
