//! The form that declares an incident. One line is enough: the title.

use super::line::LineEdit;
use super::stroke::{Answer, Move, Stroke};
use crate::console::text::{Zone, parse_duration};
use crate::incident::{DeclarePrivate, IncidentId, Intent, Kind, Person, Severity, Timestamp};
use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use std::sync::Arc;

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// What is wrong, in one line.
    Title,
    /// 1 to 4, or empty.
    Severity,
    /// The service that is hurt, or empty.
    Service,
    /// When the harm began, or empty.
    Started,
    /// Who alone may see it, or yes for nobody else, or empty.
    Private,
    /// Whether it is practice; only of a new one.
    Drill,
}

impl Field {
    /// In the order on the screen.
    pub const ALL: [Self; 6] = [
        Self::Title,
        Self::Severity,
        Self::Service,
        Self::Started,
        Self::Private,
        Self::Drill,
    ];

    /// What stands before it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Severity => "Severity",
            Self::Service => "Service",
            Self::Started => "Started",
            Self::Private => "Private",
            Self::Drill => "Drill",
        }
    }

    /// What stands in it while it is empty.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Title => "what is wrong, in one line",
            Self::Severity => "1 to 4; may be left open",
            Self::Service => "the service that is hurt; may be left open",
            Self::Started => "14:32 or -20m; may be left open",
            Self::Private => "yes, or @people who see it; left open: everyone",
            Self::Drill => "yes for practice; left open it is real",
        }
    }
}

/// The form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The incident in triage that is declared; absent for a new one.
    pub incident: Option<IncidentId>,
    /// Practice only.
    pub kind: Kind,
    /// The field that is typed in.
    pub field: Field,
    /// What was wrong, until it is changed.
    pub wrong: Option<String>,
    lines: [LineEdit; 6],
    zone: Zone,
}

impl Form {
    /// An empty form. Times are read in `zone`.
    #[must_use]
    pub fn new(kind: Kind, zone: Zone) -> Self {
        Self {
            incident: None,
            kind,
            field: Field::Title,
            wrong: None,
            lines: Default::default(),
            zone,
        }
    }

    /// A form for an incident in triage: what is known is filled in.
    #[must_use]
    pub fn for_triage(mut self, id: IncidentId, title: &str, service: Option<&str>) -> Self {
        self.incident = Some(id);
        self.lines = [
            LineEdit::new(title),
            LineEdit::default(),
            LineEdit::new(service.unwrap_or_default()),
            LineEdit::default(),
            LineEdit::default(),
            LineEdit::default(),
        ];
        self
    }

    /// The fields that it has: what is in triage is real or a drill already.
    #[must_use]
    pub fn fields(&self) -> &'static [Field] {
        let all: &'static [Field] = &Field::ALL;
        match self.incident {
            Some(_) => all.get(..5).unwrap_or(all),
            None => all,
        }
    }

    /// What stands in a field.
    #[must_use]
    pub fn line(&self, field: Field) -> &LineEdit {
        let [title, severity, service, started, private, drill] = &self.lines;
        match field {
            Field::Title => title,
            Field::Severity => severity,
            Field::Service => service,
            Field::Started => started,
            Field::Private => private,
            Field::Drill => drill,
        }
    }

    fn line_mut(&mut self) -> &mut LineEdit {
        let [title, severity, service, started, private, drill] = &mut self.lines;
        match self.field {
            Field::Title => title,
            Field::Severity => severity,
            Field::Service => service,
            Field::Started => started,
            Field::Private => private,
            Field::Drill => drill,
        }
    }

    /// Takes in what reaches it.
    pub fn stroke(&mut self, stroke: Stroke<'_>, now: Timestamp) -> Answer {
        self.wrong = None;
        match stroke {
            Stroke::Text(text) => {
                self.line_mut().insert(text);
            }
            Stroke::Edit(edit) => self.line_mut().edit(edit),
            Stroke::Next | Stroke::Move(Move::Down) => self.step(1),
            Stroke::Previous | Stroke::Move(Move::Up) => self.step(self.fields().len() - 1),
            Stroke::Accept => match self.read(now) {
                Ok(intent) => return Answer::Submit(Box::new(intent)),
                Err((field, why)) => {
                    self.field = field;
                    self.wrong = Some(why);
                }
            },
            Stroke::Cancel => return Answer::Close,
            Stroke::Move(_) | Stroke::Copy | Stroke::Sort | Stroke::Filter | Stroke::Write => {}
        }
        Answer::Stay
    }

    fn step(&mut self, by: usize) {
        let fields = self.fields();
        let at = fields.iter().position(|f| *f == self.field).unwrap_or(0);
        let next = (at + by) % fields.len();
        self.field = fields.get(next).copied().unwrap_or(Field::Title);
    }

    fn read(&self, now: Timestamp) -> Result<Intent, (Field, String)> {
        let filled = |field| {
            let text = self.line(field).text().trim();
            (!text.is_empty()).then_some(text)
        };
        let title = filled(Field::Title).map(Arc::from);
        if title.is_none() && self.incident.is_none() {
            return Err((
                Field::Title,
                "Write in one line what is wrong; the rest may stay open.".to_owned(),
            ));
        }
        let severity = filled(Field::Severity)
            .map(str::parse::<Severity>)
            .transpose()
            .map_err(|error| (Field::Severity, format!("{error}.")))?;
        let started_at = filled(Field::Started)
            .map(|text| read_moment(text, now, self.zone))
            .transpose()
            .map_err(|why| (Field::Started, why))?;
        let kind = match filled(Field::Drill).map(str::to_ascii_lowercase).as_deref() {
            None => self.kind,
            Some("yes" | "y" | "drill") => Kind::Drill,
            Some("no" | "n") => Kind::Real,
            Some(_) => {
                let why = "Write yes for a drill, or leave it open.".to_owned();
                return Err((Field::Drill, why));
            }
        };
        let service = filled(Field::Service).map(Arc::from);
        let private = filled(Field::Private).map_or(Ok(None), read_people);
        let private = private.map_err(|why| (Field::Private, why))?;
        Ok(match private {
            None => Intent::Declare {
                title,
                severity,
                service,
                started_at,
                kind,
            },
            Some(people) => Intent::DeclarePrivate(Box::new(DeclarePrivate {
                title,
                severity,
                service,
                started_at,
                kind,
                people,
            })),
        })
    }
}

/// Who alone may see it: those who are named, or with `yes` nobody else. Nothing where it is for
/// everyone.
fn read_people(text: &str) -> Result<Option<Vec<Person>>, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" => return Ok(Some(Vec::new())),
        "no" | "n" => return Ok(None),
        _ => {}
    }
    let why = "Write yes, or @names of who may see it, or leave it open.";
    let named = |word: &str| {
        let name = word.strip_prefix('@').and_then(|name| name.parse().ok());
        name.ok_or_else(|| why.to_owned())
    };
    let people = text.split_whitespace().map(named);
    people.collect::<Result<Vec<_>, _>>().map(Some)
}

/// Reads a moment in the past: `-20m`, `14:32`, `14:32:10` (the last time a clock showed that), or
/// `2026-11-24 14:32`.
///
/// # Errors
/// When it is none of these: a sentence that says what is.
pub fn read_moment(text: &str, now: Timestamp, zone: Zone) -> Result<Timestamp, String> {
    let text = text.trim().trim_start_matches('@');
    let unreadable = || format!("`{text}` is not a time; write 14:32, -20m or 2026-11-24 14:32.");
    if let Some(ago) = text.strip_prefix(['-', '−']) {
        let ago = parse_duration(ago.trim()).map_err(|_| unreadable())?;
        return Ok(now - ago);
    }
    let skipped = || format!("No clock in {} ever showed {text}.", zone.name(now));
    for format in [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M",
    ] {
        if let Ok(wall) = NaiveDateTime::parse_from_str(text, format) {
            return zone.moment(wall).ok_or_else(skipped);
        }
    }
    let time = ["%H:%M:%S", "%H:%M"]
        .into_iter()
        .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
        .ok_or_else(unreadable)?;
    let today = zone.wall(now).date();
    let at = zone.moment(today.and_time(time)).ok_or_else(skipped)?;
    if at <= now {
        return Ok(at);
    }
    let yesterday = today - TimeDelta::days(1);
    zone.moment(yesterday.and_time(time)).ok_or_else(skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T14:00:00Z".parse().unwrap()
    }

    fn moment(text: &str) -> String {
        read_moment(text, now(), Zone::Utc).map_or_else(|why| why, |at| at.to_rfc3339())
    }

    #[test]
    fn moments_are_read_as_people_write_them() {
        assert_eq!(moment("-20m"), "2026-11-24T13:40:00+00:00");
        assert_eq!(moment("13:59"), "2026-11-24T13:59:00+00:00");
        assert_eq!(moment("@23:10:05"), "2026-11-23T23:10:05+00:00");
        assert_eq!(moment("2026-11-20 08:00"), "2026-11-20T08:00:00+00:00");
        assert!(moment("soon").contains("14:32"));
        assert!(moment("25:00").contains("not a time"));
    }

    #[test]
    fn the_clocks_going_forward_leave_an_hour_that_never_was() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let why = read_moment("2026-03-29 02:30", now(), zone).unwrap_err();
        assert!(why.contains("ever showed"), "{why}");
    }

    #[test]
    fn one_line_is_enough() {
        let mut form = Form::new(Kind::Real, Zone::Utc);
        assert_eq!(form.stroke(Stroke::Accept, now()), Answer::Stay);
        assert!(form.wrong.is_some());
        form.stroke(Stroke::Text("Checkout 500s"), now());
        let Answer::Submit(intent) = form.stroke(Stroke::Accept, now()) else {
            panic!("{form:?}");
        };
        assert!(
            matches!(*intent, Intent::Declare { title: Some(title), severity: None, .. } if &*title == "Checkout 500s")
        );
    }

    #[test]
    fn a_drill_is_said_to_be_one() {
        for (said, kind) in [("", Kind::Real), ("no", Kind::Real), ("Yes", Kind::Drill)] {
            let mut form = Form::new(Kind::Real, Zone::Utc);
            form.stroke(Stroke::Text("x"), now());
            form.stroke(Stroke::Previous, now());
            assert_eq!(form.field, Field::Drill);
            form.stroke(Stroke::Text(said), now());
            let Answer::Submit(intent) = form.stroke(Stroke::Accept, now()) else {
                panic!("{form:?}");
            };
            assert!(
                matches!(*intent, Intent::Declare { kind: got, .. } if got == kind),
                "{said}"
            );
        }
        let triage = Form::new(Kind::Real, Zone::Utc).for_triage(IncidentId(1), "x", None);
        assert!(!triage.fields().contains(&Field::Drill));
    }

    #[test]
    fn a_private_one_is_for_those_who_are_named() {
        let said = |said: &str| {
            let mut form = Form::new(Kind::Real, Zone::Utc);
            form.stroke(Stroke::Text("x"), now());
            form.field = Field::Private;
            form.stroke(Stroke::Text(said), now());
            match form.stroke(Stroke::Accept, now()) {
                Answer::Submit(intent) => Ok(*intent),
                _ => Err(form.wrong),
            }
        };
        for open in ["", "no"] {
            assert!(matches!(said(open), Ok(Intent::Declare { .. })), "{open}");
        }
        for (words, count) in [("yes", 0), ("@ana @bo", 2)] {
            let Ok(Intent::DeclarePrivate(declared)) = said(words) else {
                panic!("{words}");
            };
            assert_eq!(declared.people.len(), count);
        }
        assert!(said("ana").is_err(), "a word may be a slip");
    }

    #[test]
    fn the_field_that_is_wrong_is_gone_to() {
        let mut form = Form::new(Kind::Real, Zone::Utc);
        form.stroke(Stroke::Text("x"), now());
        form.stroke(Stroke::Next, now());
        form.stroke(Stroke::Text("9"), now());
        form.stroke(Stroke::Next, now());
        form.stroke(Stroke::Accept, now());
        assert_eq!(form.field, Field::Severity);
        assert!(
            form.wrong
                .as_deref()
                .is_some_and(|why| why.contains("1, 2, 3 or 4"))
        );
    }
}
