//! The one loop: it waits for the terminal, the client's driver, a signal or the next deadline,
//! hands each to `update`, does what comes out, and draws when something changed.
//!
//! **Invariant**: nothing ticks. The loop sleeps until something happens, or until the moment that
//! [`update::next_wake`] names: the next second only while a running clock is on the screen.
//! **Invariant**: the loop never waits for the disk, the driver's queue or the editor.

mod end;
mod hang_up;
mod input;
mod pace;
mod runs;
mod signals;

use super::app::App;
use super::background::{self, Passed, Probe};
use super::drafts::Drafts;
use super::effect::Effect;
use super::history::{Done, Kept};
use super::memory::Memories;
use super::msg::Msg;
use super::ring::Ring;
use super::runner::{Happened, Runner};
use super::terminal::Terminal;
use super::{editor, update, view};
use crate::client;
use crate::client::link::LinkHandle;
use crate::clock::Clock;
use crossterm::event::{Event, KeyEventKind, MouseEventKind};
use hang_up::HangUp;
use input::Input;
use pace::{Change, Pace};
use signals::Signals;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Messages taken in before the next frame is drawn, so that a flood cannot starve the screen.
const BATCH: usize = 256;
/// How long the driver may take to put everything on disk and hang up at the end.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);

/// How the console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user ended it.
    Quit,
    /// A signal ended it.
    Signal,
    /// The terminal is gone.
    TerminalGone,
}

/// Everything around the app that does I/O.
pub(super) struct Runtime {
    pub(super) app: App,
    pub(super) link: LinkHandle,
    pub(super) drafts: Drafts,
    pub(super) memories: Memories,
    /// Updates that are being written.
    pub(super) updates: Drafts,
    /// Evidence of commands that is not sent yet.
    pub(super) runs: Drafts,
    pub(super) history: Kept,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether the terminal is asked what its background is.
    pub(super) ask_background: Option<Ask>,
    /// How the person is called.
    pub(super) ring: Ring,
    /// Whether the window's title says what they are asked.
    pub(super) titled: bool,
    /// Runs commands.
    pub(super) runner: Runner,
}

/// The terminal is asked what its background is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    /// Nothing else is known of it, so that the first frame waits a moment.
    pub(super) awaited: bool,
}

/// What the loop holds while it runs.
struct Loop {
    app: App,
    drafts: Drafts,
    memories: Memories,
    updates: Drafts,
    runs: Drafts,
    history: Kept,
    clock: Arc<dyn Clock>,
    terminal: Terminal,
    /// Absent while the editor has the terminal.
    events: Option<Input>,
    hang_up: HangUp,
    probe: Probe,
    editor: Option<JoinHandle<Result<String, String>>>,
    /// Effects that the driver has not taken yet. Bounded by what one batch of messages makes and
    /// by the client's outbox, whose bound refuses further commands.
    outgoing: VecDeque<client::Effect>,
    wants_retry: bool,
    /// What happened since the last frame; absent: nothing.
    changed: Option<Change>,
    pace: Pace,
    ring: Ring,
    titled: bool,
    runner: Runner,
    exit: Option<Exit>,
}

/// What ended one wait.
enum Woken {
    Event(Option<io::Result<Event>>),
    Input(Option<client::Input>),
    Room,
    Signal,
    Edited(Result<String, String>),
    Saved(Result<(), String>),
    History(Done),
    Remembered,
    Run(Happened),
    Deadline,
}

impl Runtime {
    /// Runs the console until it ends, gives the terminal back, and lets the driver finish.
    pub(super) async fn run(self, first: Vec<Effect>) -> io::Result<Exit> {
        let Self {
            app,
            mut link,
            drafts,
            memories,
            updates,
            runs,
            history,
            clock,
            ask_background,
            ring,
            titled,
            runner,
        } = self;
        let mut signals = Signals::watch()?;
        let mut terminal = Terminal::take()?;
        let mut probe = Probe::default();
        if let Some(ask) = ask_background {
            terminal.send(background::QUESTION)?;
            probe = Probe::asked(Instant::now(), ask.awaited);
        }
        let (width, height) = terminal.size()?;
        let mut state = Loop {
            app,
            drafts,
            memories,
            updates,
            runs,
            history,
            clock,
            terminal,
            events: Some(Input::start()),
            hang_up: HangUp::watch(),
            probe,
            editor: None,
            outgoing: VecDeque::new(),
            wants_retry: false,
            changed: Some(Change::ByHand),
            pace: Pace::default(),
            ring,
            titled,
            runner,
            exit: None,
        };
        state.perform(first);
        state.take_in(Msg::Resized(width, height));
        let exit = loop {
            if let Some(exit) = state.exit {
                break exit;
            }
            state.draw_when_due();
            state.turn(&mut link, &mut signals).await;
        };
        state.finish(link).await;
        Ok(exit)
    }
}

/// Who changed something.
fn change(msg: &Msg) -> Change {
    match msg {
        Msg::Key(_) | Msg::Paste(_) | Msg::Mouse(_) | Msg::Resized(..) | Msg::Edited(_) => {
            Change::ByHand
        }
        _ => Change::Elsewhere,
    }
}

impl Loop {
    /// Waits for one thing, then takes in everything else that is there already.
    async fn turn(&mut self, link: &mut LinkHandle, signals: &mut Signals) {
        match self.wait(link, signals).await {
            Woken::Event(event) => self.event(event),
            Woken::Input(input) => self.input(input),
            Woken::Room => {
                if let Some(effect) = self.outgoing.pop_front() {
                    match link.effects.try_send(effect) {
                        Ok(()) => {}
                        Err(TrySendError::Full(effect)) => self.outgoing.push_front(effect),
                        Err(TrySendError::Closed(_)) => self.driver_gone(),
                    }
                }
            }
            Woken::Signal => self.exit = Some(Exit::Signal),
            Woken::Edited(text) => self.edited(text),
            Woken::Saved(outcome) => {
                if let Err(why) = outcome {
                    self.take_in(Msg::Trouble(why));
                }
            }
            Woken::History(done) => self.history_done(done),
            Woken::Remembered => {}
            Woken::Run(Happened::Printed { shown, bytes }) => {
                self.take_in(Msg::RunPrinted { shown, bytes });
            }
            Woken::Run(Happened::SoFar(run)) => self.take_in(Msg::RunSoFar(run)),
            Woken::Run(Happened::Ended(ended)) => self.take_in(Msg::RunEnded(ended)),
            Woken::Deadline => {
                if self
                    .probe
                    .release_at()
                    .is_some_and(|at| at <= Instant::now())
                {
                    self.typed_after_all();
                }
                if update::next_wake(&self.app).is_some_and(|at| at <= self.clock.now()) {
                    self.take_in(Msg::Woke);
                }
            }
        }
        for _ in 0..BATCH {
            if self.exit.is_some() {
                break;
            }
            let event = self.events.as_mut().and_then(Input::ready);
            let input = link.inputs.try_recv().ok();
            match (event, input) {
                (None, None) => break,
                (event, input) => {
                    if event.is_some() {
                        self.event(event);
                    }
                    if input.is_some() {
                        self.input(input);
                    }
                }
            }
        }
        if std::mem::take(&mut self.wants_retry) {
            link.retry_now();
        }
    }

    /// Every branch is cancel-safe: a stream's next, a channel's recv and reserve, a signal, a join
    /// handle by reference, a sleep.
    async fn wait(&mut self, link: &mut LinkHandle, signals: &mut Signals) -> Woken {
        let deadline = self.deadline();
        let next_event = async {
            match &mut self.events {
                Some(events) => events.next().await,
                None => std::future::pending().await,
            }
        };
        let edited = async {
            match &mut self.editor {
                Some(editor) => editor.await.unwrap_or_else(|error| {
                    Err(format!("The editor could not be waited for: {error}."))
                }),
                None => std::future::pending().await,
            }
        };
        let sleep = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = next_event => Woken::Event(event),
            () = self.hang_up.comes() => Woken::Event(None),
            input = link.inputs.recv(), if !link.inputs.is_closed() || !link.inputs.is_empty() => {
                Woken::Input(input)
            }
            room = link.effects.reserve(), if !self.outgoing.is_empty() => {
                drop(room);
                Woken::Room
            }
            () = signals.next() => Woken::Signal,
            text = edited => Woken::Edited(text),
            outcome = self.drafts.saved(), if self.drafts.is_busy() => Woken::Saved(outcome),
            outcome = self.updates.saved(), if self.updates.is_busy() => Woken::Saved(outcome),
            outcome = self.runs.saved(), if self.runs.is_busy() => Woken::Saved(outcome),
            done = self.history.done(), if self.history.is_busy() => Woken::History(done),
            () = self.memories.saved(), if self.memories.is_busy() => Woken::Remembered,
            happened = self.runner.happens(), if self.runner.is_busy() => Woken::Run(happened),
            () = sleep => Woken::Deadline,
        }
    }

    /// When the loop must go on without anything happening: the frame that waits for its turn, or
    /// the moment that the app waits for.
    fn deadline(&self) -> Option<Instant> {
        let changed = self.changed.filter(|_| self.editor.is_none());
        let frame = changed.and_then(|change| self.frame_due(change));
        let wake = update::next_wake(&self.app).map(|at| {
            let left = (at - self.clock.now()).to_std().unwrap_or_default();
            Instant::now() + left
        });
        let held = self.probe.release_at();
        [frame, wake, held].into_iter().flatten().min()
    }

    fn event(&mut self, event: Option<io::Result<Event>>) {
        match event {
            Some(Ok(event)) => match self.probe.take(event, Instant::now()) {
                Passed::On(events) => events.into_iter().for_each(|event| self.pass_on(event)),
                Passed::Answer(background) => self.take_in(Msg::Background(background)),
            },
            Some(Err(_)) | None => self.exit = Some(Exit::TerminalGone),
        }
    }

    /// What was held back as the beginning of the terminal's answer was typed.
    fn typed_after_all(&mut self) {
        for event in self.probe.release() {
            self.pass_on(event);
        }
    }

    fn pass_on(&mut self, event: Event) {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                self.take_in(Msg::Key(key));
            }
            Event::Paste(text) => self.take_in(Msg::Paste(text)),
            Event::Mouse(mouse) => {
                // Terminals report every cell that the pointer passes; nothing here follows it.
                if !matches!(
                    mouse.kind,
                    MouseEventKind::Moved | MouseEventKind::Drag(_) | MouseEventKind::Up(_)
                ) {
                    self.take_in(Msg::Mouse(mouse));
                }
            }
            Event::Resize(width, height) => self.take_in(Msg::Resized(width, height)),
            Event::FocusGained => self.take_in(Msg::Watched(true)),
            Event::FocusLost => self.take_in(Msg::Watched(false)),
            Event::Key(_) => {}
        }
    }

    fn input(&mut self, input: Option<client::Input>) {
        match input {
            Some(input) => self.take_in(Msg::Client(input)),
            None => self.driver_gone(),
        }
    }

    /// The driver ends only when it is told to; should it end otherwise, the user must know.
    fn driver_gone(&mut self) {
        self.outgoing.clear();
        self.take_in(Msg::Trouble(
            "The connection's task has ended, so nothing can be sent. What you wrote is in the \
             outbox on disk; start warroom again."
                .to_owned(),
        ));
    }

    fn take_in(&mut self, msg: Msg) {
        let now = self.clock.now();
        self.changed = self.changed.max(Some(change(&msg)));
        let effects = update::update(&mut self.app, now, msg);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Client(effect) => self.outgoing.push_back(effect),
                Effect::RetryLink => self.wants_retry = true,
                Effect::Copy(text) => {
                    if self.terminal.copy(&text).is_err() {
                        self.exit = Some(Exit::TerminalGone);
                    }
                }
                Effect::Edit(text) => self.edit(text),
                Effect::SaveDraft { of, text } => self.drafts.save(of, text),
                Effect::SaveUpdate { of, text } => self.updates.save(of, text),
                Effect::LoadUpdate(of) => {
                    if let Some(text) = self.updates.load(&of) {
                        self.take_in(Msg::UpdateDraft {
                            incident: of.1,
                            text,
                        });
                    }
                }
                Effect::AddToDraft { of, text } => self.drafts.add(of, &text),
                Effect::SaveRun { of, text } => self.save_run(of, text),
                Effect::LoadRun(of) => self.load_run(&of),
                Effect::LoadDraft(of) => {
                    if let Some(text) = self.drafts.load(&of) {
                        self.take_in(Msg::Draft {
                            incident: of.1,
                            text,
                        });
                    }
                }
                Effect::SaveMemory { person, memory } => self.memories.save(person, memory),
                Effect::LoadMemory(person) => {
                    let memory = self.memories.load(&person);
                    self.take_in(Msg::Memory { person, memory });
                }
                Effect::KeepLine { person, line } => self.history.keep(person, line),
                Effect::LoadHistory(person) => self.history.load(person),
                Effect::Ring(call) => {
                    if self.terminal.send(&self.ring.bytes(&call)).is_err() {
                        self.exit = Some(Exit::TerminalGone);
                    }
                }
                Effect::Title(title) => {
                    if self.titled && self.terminal.title(title).is_err() {
                        self.exit = Some(Exit::TerminalGone);
                    }
                }
                Effect::StartRun(start) => self.runner.start(start),
                Effect::StopRun => self.runner.stop(),
                Effect::Redraw => {
                    if self.terminal.resume().is_err() {
                        self.exit = Some(Exit::TerminalGone);
                    }
                }
                Effect::Quit => self.exit = Some(Exit::Quit),
            }
        }
    }

    fn history_done(&mut self, done: Done) {
        match done {
            Done::Read {
                person,
                lines,
                notice,
            } => {
                self.take_in(Msg::History { person, lines });
                if let Some(notice) = notice {
                    self.take_in(Msg::Trouble(notice));
                }
            }
            Done::Added => {}
            Done::Trouble(why) => self.take_in(Msg::Trouble(why)),
        }
    }

    /// What reads the terminal must be gone before the editor reads it.
    fn edit(&mut self, text: String) {
        if self.editor.is_some() {
            return;
        }
        let events = self.events.take();
        self.terminal.suspend();
        self.editor = Some(tokio::spawn(async move {
            if let Some(events) = events {
                events.stop().await;
            }
            let edited = move || editor::edit(&editor::chosen(), &text);
            let edited = tokio::task::spawn_blocking(edited).await;
            edited.unwrap_or_else(|error| {
                Err(format!("The editor could not be waited for: {error}."))
            })
        }));
    }

    fn edited(&mut self, text: Result<String, String>) {
        self.editor = None;
        if self.terminal.resume().is_err() {
            self.exit = Some(Exit::TerminalGone);
            return;
        }
        self.events = Some(Input::start());
        self.take_in(Msg::Edited(text));
        if let Ok((width, height)) = self.terminal.size() {
            self.take_in(Msg::Resized(width, height));
        }
    }

    /// When what changed may be drawn: at once, where there is no such moment.
    fn frame_due(&self, change: Change) -> Option<Instant> {
        let due = self.pace.due(change);
        due.or_else(|| self.probe.first_frame_at())
    }

    fn draw_when_due(&mut self) {
        let Some(change) = self.changed else {
            return;
        };
        let early = self.frame_due(change).is_some_and(|at| at > Instant::now());
        if early || self.editor.is_some() || self.exit.is_some() {
            return;
        }
        self.app.set_now(self.clock.now());
        let app = &self.app;
        if self.terminal.draw(|frame| view::view(app, frame)).is_err() {
            self.exit = Some(Exit::TerminalGone);
        }
        self.changed = None;
        self.pace.drawn(Instant::now());
    }
}
