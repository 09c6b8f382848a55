//! The machine's clock is set back while the console runs.
//!
//! **Invariant**: no moment that something is timed from lies after now. Else what waits for some
//! time to have gone by since then, such as the draft that is to be kept, would wait for as long as
//! the clock was set back.

use super::app::{App, Screen};
use crate::incident::Timestamp;
use chrono::TimeDelta;

impl App {
    /// The time goes on, or was set back.
    pub fn set_now(&mut self, now: Timestamp) {
        if now < self.now {
            self.move_back(self.now - now);
        }
        self.now = now;
    }

    /// Moves everything that is timed back with the clock: it has as long to go as it had.
    fn move_back(&mut self, by: TimeDelta) {
        self.notices.move_back(by);
        if let Some(duty) = &mut self.prefs.duty {
            back(duty.again_at.as_mut(), by);
        }
        let Screen::Incident(screen) = &mut self.screen else {
            return;
        };
        back(screen.draft.since.as_mut(), by);
        back(screen.update_draft.since.as_mut(), by);
        back(screen.presence.typed_at.as_mut(), by);
        back(screen.presence.said.as_mut().map(|(_, _, at)| at), by);
        back(screen.sight.as_mut().map(|(_, at)| at), by);
        if let Some(clock) = screen.past.as_mut().and_then(|past| past.clock.as_mut()) {
            clock.move_back(by);
        }
    }
}

fn back(at: Option<&mut Timestamp>, by: TimeDelta) {
    if let Some(at) = at {
        *at -= by;
    }
}

#[cfg(test)]
mod tests {
    use crate::console::effect::Effect;
    use crate::console::msg::Msg;
    use crate::console::testing::{Bench, usual};
    use chrono::TimeDelta;

    fn keeps_the_draft(effects: &[Effect]) -> bool {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::SaveDraft { .. }))
    }

    #[test]
    fn what_is_typed_is_kept_also_when_the_clock_was_set_back_meanwhile() {
        let mut bench = Bench::on(120, 40, &usual());
        bench.keys("i");
        assert!(!keeps_the_draft(&bench.typed("pods restart")));
        bench.now -= TimeDelta::hours(1);
        assert!(
            !keeps_the_draft(&bench.tell(Msg::Woke)),
            "not sooner either"
        );
        bench.now += TimeDelta::milliseconds(300);
        assert!(keeps_the_draft(&bench.tell(Msg::Woke)));
    }

    #[test]
    fn a_notice_goes_when_it_would_have_gone() {
        let mut bench = Bench::on(120, 40, &usual());
        bench.tell(Msg::Trouble("the printer is out of paper".to_owned()));
        assert!(bench.screen().contains("out of paper"));
        bench.now -= TimeDelta::hours(1);
        bench.tell(Msg::Woke);
        assert!(bench.screen().contains("out of paper"));
        bench.wait(TimeDelta::minutes(1));
        assert!(!bench.screen().contains("out of paper"));
    }
}
