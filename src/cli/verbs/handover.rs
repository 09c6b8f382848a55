//! `warroom handover`: a role goes from one person to another: offered, briefed, accepted.

use crate::cli::args::Again;
use crate::cli::context::{Context, command_id};
use crate::cli::session::{self, Session};
use crate::cli::shapes;
use crate::client::Room;
use crate::console::brief::{Part, Said, Weight, parts};
use crate::console::overlays::brief::ACCEPT;
use crate::console::text::{countdown, pad_right};
use crate::error::Failure;
use crate::incident::{
    AnswerOffer, Handover, HandoverState, Incident, IncidentId, Intent, OfferAnswer, OfferRole,
    Person, Role, brief,
};
use clap::{Args, Subcommand};
use std::io::{BufRead as _, IsTerminal as _};

/// What `handover` takes.
#[derive(Debug, Args)]
#[command(
    after_help = "The holder keeps the role until the one who is offered it has read the brief \
                        and accepts."
)]
pub struct HandoverArgs {
    /// The incident, such as INC-42
    incident: IncidentId,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the offers, which is what it does without a word too
    List,
    /// Offer a role to someone
    Offer {
        /// ic, deputy, ops, comms, scribe or another by name
        role: Role,
        /// Who is offered it
        person: Person,
        /// How long the offer stands, in minutes: 1 to 120
        #[arg(long, value_name = "MINUTES")]
        minutes: Option<u32>,
        /// What they should know beyond the brief
        words: Vec<String>,
        #[command(flatten)]
        again: Again,
    },
    /// Print the brief
    Brief,
    /// Read the brief and take over the role that you are offered
    Accept {
        /// Which role, where you are offered several
        #[arg(long)]
        role: Option<Role>,
        /// Take it over without being asked again, once the brief is printed
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        again: Again,
    },
    /// Do not take it over
    Decline {
        /// Why
        reason: String,
        /// Which role, where you are offered several
        #[arg(long)]
        role: Option<Role>,
        #[command(flatten)]
        again: Again,
    },
    /// Take the offer of a role back
    Withdraw {
        /// Which role
        role: Role,
        /// Why
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        again: Again,
    },
}

/// Offers, answers or lists.
///
/// # Errors
/// When it was refused, not agreed to, or the server cannot be reached.
pub async fn run(args: HandoverArgs, cx: &Context) -> Result<(), Failure> {
    let mut session = cx.session().await?;
    let incident = args.incident;
    session.join(incident).await?;
    let state = state(&session, incident)?;
    let (intent, again, done) = match args.what {
        None | Some(What::List) => {
            session.close().await;
            return list(&state, cx);
        }
        Some(What::Brief) => {
            session.hear_who_is_here(incident).await?;
            let said = print(&session, &state, None, cx);
            session.close().await;
            return said;
        }
        Some(What::Offer {
            role,
            person,
            minutes,
            words,
            again,
        }) => {
            let done = format!("{role} is offered to {person}");
            let words = (!words.is_empty()).then(|| words.join(" ").into());
            let offer = OfferRole {
                role,
                to: person,
                minutes,
                words,
            };
            (Intent::OfferRole(offer), again, done)
        }
        Some(What::Accept { role, yes, again }) => {
            let offer = mine(&session, &state, role.as_ref())?;
            briefed(&mut session, &state, &offer, yes, cx).await?;
            let done = format!("you have {} now, from {}", offer.role, offer.from);
            (answer(&offer, OfferAnswer::Accept, None), again, done)
        }
        Some(What::Decline {
            reason,
            role,
            again,
        }) => {
            let offer = mine(&session, &state, role.as_ref())?;
            let done = format!("declined {}", offer.role);
            (
                answer(&offer, OfferAnswer::Decline, Some(reason)),
                again,
                done,
            )
        }
        Some(What::Withdraw {
            role,
            reason,
            again,
        }) => {
            let offer = state.offer_of(&role).ok_or_else(|| {
                Failure::refused(format!("{role} is offered to nobody."))
                    .means("Nothing was withdrawn.")
            })?;
            let done = format!("the offer of {role} is withdrawn");
            (answer(offer, OfferAnswer::Withdraw, reason), again, done)
        }
    };
    let receipt = session
        .submit(command_id(again), Some(incident), intent)
        .await?;
    session.close().await;
    cx.print_receipt(&receipt, &done)
}

fn state(session: &Session, id: IncidentId) -> Result<Incident, Failure> {
    let room = session.client().room(id);
    room.map(|room| room.confirmed().clone())
        .ok_or_else(|| Failure::internal("The incident's state did not come."))
}

fn answer(offer: &Handover, answer: OfferAnswer, reason: Option<String>) -> Intent {
    Intent::AnswerOffer(AnswerOffer {
        handover: offer.id,
        answer,
        reason: reason.map(Into::into),
    })
}

/// The offer to whoever asks: of that role, or the only one.
fn mine(session: &Session, state: &Incident, role: Option<&Role>) -> Result<Handover, Failure> {
    let me = session.client().me().map(|me| me.person.clone());
    let offers: Vec<&Handover> = state
        .open_handovers()
        .filter(|offer| Some(&offer.to) == me.as_ref())
        .filter(|offer| role.is_none_or(|role| offer.role == *role))
        .collect();
    match *offers {
        [one] => Ok(one.clone()),
        [] => Err(Failure::refused("You are offered no such role.")
            .means("Nothing changes hands.")
            .instead("See what is offered with `warroom handover INC`.")),
        _ => Err(Failure::usage("You are offered several roles.").instead("Name one with --role.")),
    }
}

/// Prints the brief, asks whether it was read where somebody can answer, and has that recorded.
async fn briefed(
    session: &mut Session,
    state: &Incident,
    offer: &Handover,
    yes: bool,
    cx: &Context,
) -> Result<(), Failure> {
    if !yes {
        somebody_answers(offer)?;
    }
    // For a script the receipt alone is printed: what it reads is `handover INC brief`.
    if !cx.global.json {
        session.hear_who_is_here(state.id).await?;
        print(session, state, Some(offer), cx)?;
    }
    if !yes {
        agreed(offer)?;
    }
    if offer.state == HandoverState::Briefed {
        return Ok(());
    }
    let read = answer(offer, OfferAnswer::Briefed, None);
    let id = command_id(Again::default());
    session.submit(id, Some(state.id), read).await.map(drop)
}

fn not_accepted(offer: &Handover, what: String) -> Failure {
    Failure::refused(what)
        .means(format!("{} keeps {}.", offer.from, offer.role))
        .instead("Run it again, and type accept; or give --yes, once you have read the brief.")
}

fn somebody_answers(offer: &Handover) -> Result<(), Failure> {
    if std::io::stdin().is_terminal() {
        return Ok(());
    }
    let what = "Nobody is here to say that the brief was read.";
    Err(not_accepted(offer, what.to_owned()))
}

/// The word that takes it over is typed, as on the screen.
fn agreed(offer: &Handover) -> Result<(), Failure> {
    let role = &offer.role;
    let stdin = std::io::stdin();
    let mut typed = String::new();
    ask(&format!(
        "You take over {role} from {}? Type {ACCEPT}: ",
        offer.from
    ));
    let read = stdin.lock().read_line(&mut typed);
    match read {
        Ok(_) if typed.trim().eq_ignore_ascii_case(ACCEPT) => Ok(()),
        _ => Err(not_accepted(offer, format!("{role} was not accepted."))),
    }
}

/// A question goes to standard error: what is printed may be piped on.
fn ask(question: &str) {
    use std::io::Write as _;
    let mut err = std::io::stderr().lock();
    let _unheard = err.write_all(question.as_bytes());
    let _unheard = err.flush();
}

fn print(
    session: &Session,
    state: &Incident,
    offer: Option<&Handover>,
    cx: &Context,
) -> Result<(), Failure> {
    let here = session.client().room(state.id).map(Room::here);
    let here = here.unwrap_or_default().iter().map(|here| &here.person);
    let page = brief(state, session::now(), here, offer.map(|offer| offer.id));
    let mut all = parts(&page, state, cx.zone());
    if let Some((offer, words)) = offer.and_then(|offer| Some((offer, offer.words.as_ref()?))) {
        let said = Said {
            head: offer.by.to_string(),
            text: words.to_string(),
            weight: Weight::Usual,
        };
        let lines = vec![said];
        let title = "Said with the offer";
        all.insert(0, Part { title, lines });
    }
    let mut out = cx.out();
    if cx.global.json {
        out.json(&shapes::brief(state, &all))?;
        return out.flush();
    }
    for part in all {
        out.line(part.title)?;
        for line in part.lines {
            let mark = if line.weight == Weight::Alarm {
                "!"
            } else {
                " "
            };
            let head = pad_right(&line.head, 12);
            out.line(format_args!("{mark} {head} {}", line.text))?;
        }
    }
    out.flush()
}

fn list(state: &Incident, cx: &Context) -> Result<(), Failure> {
    let mut out = cx.out();
    if cx.global.json {
        for handover in &state.handovers {
            out.json(&shapes::handover(handover))?;
        }
        return out.flush();
    }
    if state.handovers.is_empty() {
        out.line("No role was offered to anyone.")?;
        return out.flush();
    }
    let rows: Vec<Vec<String>> = state.handovers.iter().map(row).collect();
    let heads = ["HANDOVER", "ROLE", "FROM", "TO", "STATE", "REASON"];
    out.table(&heads, &rows)?;
    out.flush()
}

fn row(of: &Handover) -> Vec<String> {
    let state = if of.state.is_open() {
        let left = countdown(of.expires_at - session::now());
        format!("{} {}", of.state.name(), left.text)
    } else {
        of.state.name().to_owned()
    };
    let reason = of.end.as_ref().and_then(|end| end.reason.as_deref());
    vec![
        of.id.to_string(),
        of.role.to_string(),
        of.from.to_string(),
        of.to.to_string(),
        state,
        reason.unwrap_or("-").to_owned(),
    ]
}
