//! Rules broken on purpose, to see that the simulation finds it.

use super::real::Real;
use super::run;
use futures_util::future::BoxFuture;
use std::cell::Cell;
use std::sync::{Arc, Once};
use warroom::incident::{CommandId, Incident, IncidentId, Seq, replay};
use warroom::journal::{
    AppendError, FoundEntry, Head, Journal, MemoryJournal, ReadError, ReadFrom, Record, Search,
    Stats,
};

/// A rule that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// An append is answered before it is durable.
    EarlyAnswer,
    /// Which commands were carried out is forgotten when the server is started again.
    ForgottenCommands,
    /// A frame to a session is dropped, and the session is not told.
    LostFrame,
}

impl Break {
    /// The journal that breaks it.
    pub(super) fn journal(self, disk: Arc<MemoryJournal>) -> Arc<dyn Journal> {
        match self {
            Self::LostFrame => disk,
            Self::EarlyAnswer | Self::ForgottenCommands => Arc::new(Broken { disk, how: self }),
        }
    }
}

struct Broken {
    disk: Arc<MemoryJournal>,
    how: Break,
}

impl Journal for Broken {
    fn append(
        &self,
        incident: IncidentId,
        expected: Seq,
        records: Vec<Record>,
    ) -> BoxFuture<'static, Result<(), AppendError>> {
        let durable = self.disk.append(incident, expected, records);
        match self.how {
            Break::EarlyAnswer => Box::pin(std::future::ready(Ok(()))),
            _ => durable,
        }
    }

    fn load_checkpoint(
        &self,
        fold: u32,
        incident: IncidentId,
    ) -> BoxFuture<'static, Result<Option<Box<Incident>>, ReadError>> {
        if self.how != Break::ForgottenCommands {
            return self.disk.load_checkpoint(fold, incident);
        }
        let all = self
            .disk
            .read(incident, ReadFrom::After(Seq::ZERO), u32::MAX);
        Box::pin(async move {
            let records = all.await?;
            let state = replay(incident, records.iter().map(Record::event));
            let mut state = serde_json::to_value(&state).unwrap();
            state["commands"] = serde_json::json!([]);
            Ok(Some(Box::new(serde_json::from_value(state).unwrap())))
        })
    }

    fn stats(&self) -> Stats {
        self.disk.stats()
    }

    fn probe(&self) -> BoxFuture<'static, Result<(), AppendError>> {
        self.disk.probe()
    }

    fn read(
        &self,
        incident: IncidentId,
        from: ReadFrom,
        limit: u32,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        self.disk.read(incident, from, limit)
    }

    fn corrections(
        &self,
        incident: IncidentId,
        first: Seq,
        last: Seq,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        self.disk.corrections(incident, first, last)
    }

    fn heads(&self) -> BoxFuture<'static, Result<Vec<Head>, ReadError>> {
        self.disk.heads()
    }

    fn find_command(
        &self,
        command: CommandId,
    ) -> BoxFuture<'static, Result<Vec<Record>, ReadError>> {
        self.disk.find_command(command)
    }

    fn follow(&self) -> tokio::sync::broadcast::Receiver<Record> {
        self.disk.follow()
    }

    fn search(&self, search: Search) -> BoxFuture<'static, Result<Vec<FoundEntry>, ReadError>> {
        self.disk.search(search)
    }

    fn save_checkpoint(
        &self,
        fold: u32,
        incident: Box<Incident>,
    ) -> BoxFuture<'static, Result<(), AppendError>> {
        self.disk.save_checkpoint(fold, incident)
    }
}

thread_local! {
    /// Whether a panic of this thread is what is looked for.
    static WANTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs it; whether it panicked, which is said nothing of: a thousand reports of what is broken on
/// purpose would bury the one of something else.
fn panics(run: impl FnOnce()) -> bool {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !WANTED.get() {
                before(info);
            }
        }));
    });
    WANTED.set(true);
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    WANTED.set(false);
    ran.is_err()
}

/// How many of the seeds found it, and the first that did.
fn found(broken: Break, seeds: std::ops::Range<u64>) -> (usize, Option<u64>) {
    let finds = |seed: &u64| {
        panics(|| {
            run(*seed, Real::with(*seed, Some(broken)));
        })
    };
    let mut finders = seeds.filter(finds);
    let first = finders.next();
    (usize::from(first.is_some()) + finders.count(), first)
}

/// `WARROOM_BREAK_SEEDS=1000` says how many of so many seeds find each.
#[test]
fn a_rule_that_is_broken_is_found() {
    let many = super::number("WARROOM_BREAK_SEEDS").unwrap_or(20);
    for broken in [
        Break::EarlyAnswer,
        Break::ForgottenCommands,
        Break::LostFrame,
    ] {
        let (times, first) = found(broken, 0..many);
        eprintln!("{broken:?}: found by {times} of {many} seeds, first by {first:?}");
        assert!(times > 0, "{broken:?} was not found by {many} seeds");
    }
}
