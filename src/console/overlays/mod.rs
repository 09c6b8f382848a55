//! What is laid over the screen: one enum, kept as a stack.

pub mod brief;
pub mod editor;
pub mod form;
pub mod gaps;
pub mod line;
pub mod members;
pub mod picker;
pub mod prompt;
pub mod reader;
pub mod review;
pub mod run;
pub mod stroke;

pub use brief::Brief;
pub use editor::{Editor, Kept};
pub use form::{Field, Form, read_moment};
pub use gaps::{Fill, Gaps};
pub use line::{Edit, LineEdit};
pub use members::Members;
pub use picker::{Choice, Item, Picker, Wait};
pub use prompt::{Prompt, Search};
pub use reader::{Page, Reader, Results};
pub use review::{Review, Then as ReviewThen};
pub use run::{Place, Review as RunReview, RunForm, Running};
pub use stroke::{Answer, Move, Stroke};

use super::panes::Confirm;

/// Something laid over the screen. Keys go to the one on top.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// A list to choose from; the palette is one.
    Picker(Picker),
    /// The form that declares an incident.
    Form(Box<Form>),
    /// A yes or no.
    Confirm(Confirm),
    /// One line of text.
    Prompt(Prompt),
    /// The search in the timeline, in the last rows.
    Search(Search),
    /// The brief of an incident.
    Brief(Box<Brief>),
    /// A text to read.
    Reader(Reader),
    /// What the server found.
    Results(Results),
    /// Stretches in which nobody wrote.
    Gaps(Gaps),
    /// A group of alerts, each on a line.
    Members(Box<Members>),
    /// The editor of an update, which the incident's screen has.
    Update,
    /// An update to be read word for word.
    Review(Box<Review>),
    /// A command of a runbook that is made ready.
    RunForm(Box<RunForm>),
    /// The command that runs, or what it printed, which is not sent yet.
    Running,
}

impl Overlay {
    /// Whether text that is typed goes into it.
    #[must_use]
    pub fn takes_text(&self) -> bool {
        matches!(
            self,
            Self::Picker(_)
                | Self::Form(_)
                | Self::Prompt(_)
                | Self::Search(_)
                | Self::Brief(_)
                | Self::Update
                | Self::RunForm(_)
        )
    }
}
