//! Everything that the console knows. Changed by `update` only, read by `view`.

use super::chart::Signs;
use super::clipboard::Clipboard;
use super::follow::Follow;
use super::keymap::{Key, Keymap};
use super::layout::{self, Layout, Places, Watched, Wish};
use super::notices::Notices;
use super::overlays::{Editor, Kept, Overlay, Place, Running};
use super::panes::{
    Cx, Focus, Look, alerts, command, composer, errors, runbook, signals, situation, timeline,
    updates,
};
use super::past::Past;
use super::reading::Reading;
use super::templates::Template;
use super::text::Zone;
use super::theme::{Appearance, Theme};
use crate::client::{Client, Pane, Room, Sight, Travel};
use crate::incident::{
    Audience, CommandId, IncidentId, Person, Role, RunbookText, Seq, ShellBlock, StepRef,
    Timestamp, UpdateId,
};
use crate::run::Patterns;
use crate::updates::Templates;
use chrono::TimeDelta;
use ratatui::layout::Rect;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Makes the id of a command, from the time at which it is written.
pub type Ids = Box<dyn FnMut(Timestamp) -> CommandId + Send>;

/// Everything that the console knows.
pub struct App {
    /// The shared state, and the own commands on top of it.
    pub client: Client,
    /// What is on the screen.
    pub screen: Screen,
    /// What is laid over it; keys go to the last.
    pub overlays: Vec<Overlay>,
    /// How things are shown and which keys do what.
    pub prefs: Prefs,
    /// The keys of a chord that has begun.
    pub keys: Vec<Key>,
    /// What was said at the foot of the screen.
    pub notices: Notices,
    /// The time of the message that is worked on, or of the frame that is drawn.
    pub now: Timestamp,
    /// The size of the screen.
    pub size: Rect,
    /// What is written here and on its way.
    pub writing: Writing,
    /// What this person was called for.
    pub calls: super::update::Calls,
    /// What this person has seen, here and before.
    pub visits: super::update::Visits,
    /// The part of a log that is read for them.
    pub reading: Option<Reading>,
    /// Commands that are run on this machine.
    pub run: RunHere,
}

/// Commands that are run on this machine: at most one at a time.
#[derive(Debug, Default)]
pub struct RunHere {
    /// What may be run, and how; nothing may where there is none.
    pub allowed: Option<Allowed>,
    /// The one that runs, or has ended and is not sent yet.
    pub now: Option<Box<Running>>,
}

/// What may be run on this machine, as its person has configured it.
#[derive(Debug)]
pub struct Allowed {
    /// Any command of an attached runbook, once it was confirmed.
    pub any: bool,
    /// Runbooks as they read here: what is the same in the server's may be run.
    pub trusted: Vec<RunbookText>,
    /// What is taken out of commands and of what they print.
    pub patterns: Patterns,
    /// Where they run.
    pub place: Place,
    /// How long one may take.
    pub limit: TimeDelta,
}

impl Allowed {
    /// Whether this block reads the same in a runbook of that name that is trusted.
    #[must_use]
    pub fn trusts(&self, of: &StepRef, block: &ShellBlock) -> bool {
        let mut same = self.trusted.iter().filter(|own| own.name == of.runbook);
        same.any(|own| own.steps.iter().any(|step| step.blocks.contains(block)))
    }
}

/// What is written here and on its way.
pub struct Writing {
    /// Lines of the composer, to give back the words of a refused one. Bounded by the client's
    /// outbox: every line here is a pending command.
    pub lines: BTreeMap<CommandId, String>,
    /// The command that declares a new incident, which is gone to once it has its name.
    pub opening: Option<CommandId>,
    /// Drafts of updates on their way, to give one back that is refused. Bounded as the lines.
    pub updates: BTreeMap<CommandId, Kept>,
    /// An update that is being posted: it is sent by hand once it is in the log.
    pub posting: Option<(CommandId, Posted)>,
    /// The lines that this person sent, while no composer has them.
    pub history: composer::History,
    /// Whose lines these are; nobody's before the server has said who this is.
    pub history_of: Option<Person>,
    /// Makes command ids.
    pub ids: Ids,
}

/// What is posted: which update, for whom, and its words.
pub type Posted = (UpdateId, Audience, Arc<str>);

/// What is on the screen.
pub enum Screen {
    /// All incidents.
    Board(Board),
    /// One incident.
    Incident(Box<IncidentScreen>),
}

/// The board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Board {
    /// The incident that the cursor is on. By name, so that it stays when others come.
    pub cursor: Option<IncidentId>,
}

/// One incident on the screen.
pub struct IncidentScreen {
    /// Which.
    pub id: IncidentId,
    /// Where keys go.
    pub focus: Focus,
    /// The pane that has, or last had, the focus: what is shown where only one fits.
    pub pane: Focus,
    /// The timeline.
    pub timeline: timeline::State,
    /// Roles and asks.
    pub command: command::State,
    /// The runbook.
    pub runbook: runbook::State,
    /// Alerts, pinned entries, milestones, links.
    pub situation: situation::State,
    /// Numbers that are watched live.
    pub signals: signals::State,
    /// Errors in the code.
    pub errors: errors::State,
    /// Alerts of the monitors.
    pub alerts: alerts::State,
    /// Updates.
    pub updates: updates::State,
    /// The update that is being written, also while its window is closed.
    pub editor: Option<Box<Editor>>,
    /// What was kept of it on disk.
    pub update_draft: Draft,
    /// Which of the panes beside the incident has, or last had, the focus.
    pub beside: Focus,
    /// The composer.
    pub composer: composer::State,
    /// What the timeline is searched for; empty: nothing.
    pub looking: String,
    /// The entry to go to once the incident's state is here.
    pub wanted: Option<Seq>,
    /// What was told to the others about this person.
    pub presence: Presence,
    /// What was kept of the composer's text.
    pub draft: Draft,
    /// What is kept of now while the past is shown.
    pub past: Option<Past>,
    /// The entry that the cursor goes to once the moment that is gone to is here.
    pub led_to: Option<Seq>,
    /// Whether this person follows whoever is in command.
    pub follow: Follow,
    /// What those who follow were told last of what this person looks at, and when.
    pub sight: Option<(Sight, Timestamp)>,
}

/// What the others are told: at most twice a second, and typing ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Presence {
    /// What was said last, and when.
    pub said: Option<(Pane, bool, Timestamp)>,
    /// The last time that something was typed.
    pub typed_at: Option<Timestamp>,
}

/// What is kept on disk of the composer's text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The text that was handed over to be kept.
    pub kept: String,
    /// Since when another one waits.
    pub since: Option<Timestamp>,
    /// Whose draft was looked for on disk; nobody's before the server has said who this is.
    pub of: Option<Person>,
}

/// How things are shown and which keys do what.
pub struct Prefs {
    /// The themes that can be chosen.
    pub themes: Vec<Theme>,
    /// Which one is in use.
    pub theme: usize,
    /// Which ones fit the terminal's background, while the user has chosen none.
    pub automatic: Option<Automatic>,
    /// Which keys do what.
    pub keymap: Keymap,
    /// The viewer's own zone.
    pub home: Zone,
    /// Times are shown in UTC instead.
    pub utc: bool,
    /// What a person needs in front of them.
    pub layout: Layout,
    /// Only the focused pane is shown.
    pub zoomed: bool,
    /// Why nothing can be written here; absent where it can.
    pub read_only: Option<String>,
    /// This screen hangs on a wall and nobody operates it, while its layout is the wall's.
    pub duty: Option<Duty>,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// What charts are drawn with.
    pub charts: Signs,
    /// Texts for frequent entries.
    pub templates: Arc<[Template]>,
    /// Roles beyond those that are always there, as the configuration has them.
    pub extra_roles: Vec<Role>,
    /// How long somebody may have a role before a handover is suggested; zero: for ever.
    pub handover_after: TimeDelta,
    /// Templates of updates.
    pub update_templates: Templates,
    /// Whether the terminal takes text for the clipboard.
    pub clipboard: Clipboard,
}

/// What a screen does that nobody operates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Duty {
    /// It chooses the incident by itself; else one was named.
    pub picks: bool,
    /// How long each open incident is shown; absent: the one that matters most stays.
    pub rotate: Option<chrono::TimeDelta>,
    /// When a server that wanted no more of it is asked again.
    pub again_at: Option<Timestamp>,
    /// The incident that is followed and not shown yet, and when the server was asked for it last.
    pub ahead: Option<(IncidentId, Timestamp)>,
}

/// The themes of a dark and of a light background, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Automatic {
    /// On a dark one.
    pub dark: usize,
    /// On a light one.
    pub light: usize,
}

impl Prefs {
    /// The terminal's background is known: the theme follows it, unless the user has chosen one.
    pub fn follow(&mut self, background: Appearance) {
        if let Some(automatic) = self.automatic {
            self.theme = match background {
                Appearance::Dark => automatic.dark,
                Appearance::Light => automatic.light,
            };
        }
    }

    /// The zone that times are shown in.
    #[must_use]
    pub fn zone(&self) -> Zone {
        if self.utc { Zone::Utc } else { self.home }
    }

    /// The theme in use.
    #[must_use]
    pub fn theme(&self) -> &Theme {
        static PLAIN: std::sync::LazyLock<Theme> = std::sync::LazyLock::new(Theme::plain);
        self.themes.get(self.theme).unwrap_or(&PLAIN)
    }
}

impl IncidentScreen {
    /// The screen of an incident that is opened now.
    #[must_use]
    pub fn new(id: IncidentId) -> Self {
        Self {
            id,
            focus: Focus::Timeline,
            pane: Focus::Timeline,
            timeline: timeline::State::default(),
            command: command::State::default(),
            runbook: runbook::State::default(),
            situation: situation::State::default(),
            signals: signals::State::default(),
            errors: errors::State::default(),
            alerts: alerts::State::default(),
            updates: updates::State::default(),
            editor: None,
            update_draft: Draft::default(),
            beside: Focus::Signals,
            composer: composer::State::default(),
            looking: String::new(),
            wanted: None,
            presence: Presence::default(),
            draft: Draft::default(),
            past: None,
            led_to: None,
            follow: Follow::default(),
            sight: None,
        }
    }
}

impl App {
    /// The console before anything was heard: the board, nothing over it.
    #[must_use]
    pub fn new(client: Client, prefs: Prefs, now: Timestamp, ids: Ids) -> Self {
        Self {
            client,
            screen: Screen::Board(Board::default()),
            overlays: Vec::new(),
            prefs,
            keys: Vec::new(),
            notices: Notices::default(),
            now,
            size: Rect::default(),
            writing: Writing {
                lines: BTreeMap::new(),
                opening: None,
                updates: BTreeMap::new(),
                posting: None,
                history: composer::History::default(),
                history_of: None,
                ids,
            },
            calls: super::update::Calls::default(),
            visits: super::update::Visits::default(),
            reading: None,
            run: RunHere::default(),
        }
    }

    /// The incident on the screen as it is shown, now or in the past, if it is one and its state is
    /// here.
    #[must_use]
    pub fn open(&self) -> Option<(&IncidentScreen, &Room)> {
        let (screen, room) = self.live()?;
        Some((screen, room.past().map_or(room, Travel::room)))
    }

    /// The incident on the screen as it is now, whatever moment is shown.
    #[must_use]
    pub fn live(&self) -> Option<(&IncidentScreen, &Room)> {
        match &self.screen {
            Screen::Incident(screen) => {
                let room = self.client.room(screen.id)?;
                room.shown().exists().then_some((&**screen, room))
            }
            Screen::Board(_) => None,
        }
    }

    /// The moment of the past that is shown; nothing while now is.
    #[must_use]
    pub fn past(&self) -> Option<&Travel> {
        self.live()?.1.past()
    }

    /// How fast the past is played; nothing while it is not.
    #[must_use]
    pub fn playing(&self) -> Option<u32> {
        let (screen, room) = self.live()?;
        let past = screen.past.as_ref().filter(|_| room.past().is_some())?;
        past.clock.map(|_| past.speed)
    }

    /// The time now by the server's clock, by which things are recorded.
    #[must_use]
    pub fn server_now(&self) -> Timestamp {
        let there = self.now.checked_add_signed(self.client.skew());
        there.unwrap_or(self.now)
    }

    /// The time that the panes show: now, or the moment of the past.
    #[must_use]
    pub fn moment(&self) -> Timestamp {
        self.past().map_or(self.now, Travel::at)
    }

    /// Where everything of the incident's screen stands.
    #[must_use]
    pub fn places(&self) -> Places {
        let Screen::Incident(screen) = &self.screen else {
            return Places::default();
        };
        let attached = self.open().map(|(_, room)| &*room.shown().runbooks);
        let attached = attached.unwrap_or_default();
        layout::incident(
            self.size,
            Wish {
                layout: self.prefs.layout,
                pane: screen.pane,
                beside: screen.beside,
                zoomed: self.prefs.zoomed,
                composer_rows: screen.composer.height(
                    layout::composer_inside(self.size).width,
                    layout::composer_most(screen.focus, self.size.height),
                ),
                runbooks: attached.len(),
                runbook_right: screen.runbook.stands_right(attached),
                watched: self.watched(),
            },
        )
    }

    /// What is watched beside the incident.
    #[must_use]
    pub fn watched(&self) -> Watched {
        let live = self.client.live();
        Watched {
            signals: live.watches(&signals::KINDS),
            errors: live.watches(&errors::KINDS),
            alerts: live.watches(&alerts::KINDS),
        }
    }

    /// The panes that can be reached, in the order of the tabs.
    #[must_use]
    pub fn reachable(&self) -> Vec<Focus> {
        layout::reachable(self.prefs.layout, self.watched())
    }

    /// How things are drawn.
    #[must_use]
    pub fn look(&self, focused: bool) -> Look<'_> {
        Look {
            theme: self.prefs.theme(),
            keymap: &self.prefs.keymap,
            zone: self.prefs.zone(),
            now: self.moment(),
            focused,
            ascii: self.prefs.ascii,
            charts: self.prefs.charts,
        }
    }

    /// What the pane may read; nothing while the incident's state is not here.
    #[must_use]
    pub fn cx(&self, focus: Focus) -> Option<Cx<'_>> {
        let (_, room) = self.open()?;
        let frame = self.places().pane(focus).unwrap_or_default();
        Some(self.cx_in(room, focus, frame))
    }

    /// The same, where the place is known already.
    #[must_use]
    pub fn cx_in<'a>(&'a self, room: &'a Room, focus: Focus, frame: Rect) -> Cx<'a> {
        let looked_at = match &self.screen {
            Screen::Incident(screen) => screen.timeline.looked_at(room.timeline()),
            Screen::Board(_) => None,
        };
        // What is written goes to now, whatever is shown.
        let writes = focus == Focus::Composer;
        let live = self.live().filter(|_| writes).map(|(_, room)| room);
        Cx {
            room: live.unwrap_or(room),
            live: self.client.live(),
            looked_at,
            me: self.client.me(),
            now: if writes { self.now } else { self.moment() },
            zone: self.prefs.zone(),
            area: match focus {
                Focus::Composer => layout::composer_inside(frame),
                _ => layout::inside(frame),
            },
            read_only: self.why_read_only().is_some() || (!writes && self.past().is_some()),
            handover_after: self.prefs.handover_after,
        }
    }

    /// The incident's screen to change, and what its pane may read.
    pub fn split(&mut self, focus: Focus) -> Option<(&mut IncidentScreen, Cx<'_>)> {
        let frame = self.places().pane(focus).unwrap_or_default();
        let read_only = self.why_read_only().is_some();
        let handover_after = self.prefs.handover_after;
        let zone = self.prefs.zone();
        let Screen::Incident(screen) = &mut self.screen else {
            return None;
        };
        let room = self.client.room(screen.id)?;
        if !room.shown().exists() {
            return None;
        }
        // What is written goes to now, whatever is shown.
        let past = room.past().filter(|_| focus != Focus::Composer);
        let (room, now) = past.map_or((room, self.now), |past| (past.room(), past.at()));
        let looked_at = screen.timeline.looked_at(room.timeline());
        let cx = Cx {
            room,
            live: self.client.live(),
            looked_at,
            me: self.client.me(),
            now,
            zone,
            area: match focus {
                Focus::Composer => layout::composer_inside(frame),
                _ => layout::inside(frame),
            },
            read_only: read_only || past.is_some(),
            handover_after,
        };
        Some((screen, cx))
    }

    /// Whether this is a wall that nobody operates: no key writes there, and none moves anything.
    #[must_use]
    pub fn on_duty(&self) -> bool {
        self.prefs.duty.is_some() && self.prefs.layout == Layout::Wall
    }

    /// Whether this person may write, as far as is known here: why not, otherwise.
    #[must_use]
    pub fn why_read_only(&self) -> Option<String> {
        if let Some(why) = &self.prefs.read_only {
            return Some(why.clone());
        }
        self.client.me().filter(|me| !me.level.writes()).map(|me| {
            format!(
                "Your access level is {}: it reads, and does not write. Ask an admin for a \
                     responder's token.",
                me.level
            )
        })
    }
}
