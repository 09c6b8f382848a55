//! From pieces to entries: the day and the zone of each time, and where that leads.

use super::source::{Piece, Pieces};
use super::stamp::{Day, Time};
use super::words::{flowing, without_follow_ups};
use super::zones::{Named, Resolved};
use super::{Certainty, Imported, Line, Settings, Unread};
use crate::incident::Timestamp;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};

/// A time of day that is so much earlier than the one before it is of the next day; one that is
/// less so was written out of order.
const ROLLS_OVER: TimeDelta = TimeDelta::hours(6);

/// Gives each piece its place in time.
pub(super) fn place(read: Pieces, settings: &Settings) -> Imported {
    let Pieces {
        pieces,
        zone,
        title_day,
        unread,
    } = read;
    let mut out = Imported {
        unread,
        ..Imported::default()
    };
    let zone_said = zone.is_some() || settings.zone_is_certain;
    let zone = out.zone(zone, settings);
    let titled = title_day.filter(|_| !settings.day_is_certain);
    let titled = titled.and_then(|stamp| stamp.day?.date(None, settings.today));
    let mut at = Clock {
        zone,
        zone_said,
        carried: None,
        day: titled.unwrap_or(settings.day),
        said_day: titled.is_some(),
        wall: None,
        halves: false,
        moment: None,
        by: None,
        settings,
    };
    if let Some(day) = titled {
        at.day_note(&mut out, &pieces, &format!("the day of the title, {day}"));
    } else {
        at.day_note(&mut out, &pieces, &format!("{}", settings.day));
    }
    for piece in &pieces {
        at.take(piece, &mut out);
    }
    out.unread.sort_by_key(|unread| unread.line);
    out
}

impl Imported {
    fn zone(&mut self, said: Option<(Named, Option<String>)>, settings: &Settings) -> Named {
        match said {
            Some((zone, note)) if !settings.zone_is_certain => {
                let note = note.map_or_else(String::new, |note| format!(" ({note})"));
                self.notes.push(format!(
                    "Times are in {}, as the text says{note}.",
                    zone.said()
                ));
                zone
            }
            Some((zone, _)) => {
                self.notes.push(format!(
                    "Times are in {}, as you say; the text says {}.",
                    settings.zone.said(),
                    zone.said()
                ));
                settings.zone
            }
            None => {
                self.notes.push(format!(
                    "Times whose zone is not said are taken to be in {}.",
                    settings.zone.said()
                ));
                settings.zone
            }
        }
    }
}

/// Where the reading is.
struct Clock<'a> {
    zone: Named,
    /// Whether the text says a zone for all its times.
    zone_said: bool,
    /// The zone of the time before, until it was said that it goes on.
    carried: Option<Named>,
    day: NaiveDate,
    /// Whether the day was said, and not only assumed.
    said_day: bool,
    wall: Option<NaiveDateTime>,
    /// The time before said which half of the day it was.
    halves: bool,
    moment: Option<Timestamp>,
    by: Option<String>,
    settings: &'a Settings,
}

impl Clock<'_> {
    /// The first time has no day: what is taken for it is said.
    fn day_note(&self, out: &mut Imported, pieces: &[Piece], day: &str) {
        let first = pieces.first();
        if first.is_some_and(|piece| piece.stamp.day.is_none() && piece.stamp.time != Time::Unknown)
        {
            out.notes.push(format!(
                "The first time has no date; it is taken for {day}."
            ));
        }
    }

    fn take(&mut self, piece: &Piece, out: &mut Imported) {
        let mut notes = Vec::new();
        let zone = self.zone_of(piece, out);
        if let Some(day) = piece.stamp.day {
            let after = self.said_day.then_some(self.day);
            match day.date(after, self.settings.today) {
                Some(date) => {
                    if let Day::Of { .. } = day {
                        notes.push(format!("its year is not said; taken for {date}"));
                    }
                    self.day = date;
                    self.said_day = true;
                    if piece.only_day {
                        // What follows has times of this day.
                        self.wall = None;
                        return;
                    }
                }
                None => return not_read(out, piece, "there is no such day".to_owned()),
            }
        }
        let (placed, certainty) = match piece.stamp.time {
            Time::Unknown => (self.unknown(), Certainty::Unknown),
            Time::Absent => (self.day_only(zone), Certainty::Day),
            Time::At(time) => {
                let day_said = piece.stamp.day.is_some();
                let time = self.half_of(time, piece.stamp.halved, day_said, &mut notes);
                let wall = self.wall_of(time, day_said, &mut notes);
                (zone.moment(wall), Certainty::Exact)
            }
        };
        let Resolved { at, note } = match placed {
            Ok(resolved) => resolved,
            Err(why) => return not_read(out, piece, why),
        };
        // Once is enough: it is so for all that follows.
        if let Some(note) = note.filter(|note| !out.notes.contains(note)) {
            out.notes.push(note);
        }
        let certainty = match (certainty, piece.stamp.until, piece.stamp.about) {
            (Certainty::Exact, Some(until), _) => self.until(until, zone),
            (Certainty::Exact, None, true) => Certainty::About,
            (other, ..) => other,
        };
        self.moment = Some(at);
        // An empty name stands for the one who wrote before.
        if piece.by.as_deref() != Some("") {
            self.by.clone_from(&piece.by);
        }
        self.entries(piece, at, certainty, notes, out);
    }

    /// Its own zone, or that of the text, or the one that was last said.
    fn zone_of(&mut self, piece: &Piece, out: &mut Imported) -> Named {
        if let Some(own) = piece.stamp.zone.filter(|_| !self.settings.zone_is_certain) {
            if !self.zone_said {
                self.zone = own;
                self.carried = Some(own);
            }
            return own;
        }
        if let Some(carried) = self.carried.take() {
            out.notes.push(format!(
                "Line {}: its zone is not said; it is taken to be that of the time before it, {}.",
                piece.line,
                carried.said()
            ));
        }
        self.zone
    }

    /// `2:05` behind `2:02 PM` is of the same half of the day: chats leave it away.
    fn half_of(
        &mut self,
        time: NaiveTime,
        halved: bool,
        day_said: bool,
        notes: &mut Vec<String>,
    ) -> NaiveTime {
        let before = self
            .wall
            .filter(|_| self.halves && !halved && !day_said && time.hour() <= 12);
        self.halves = halved || before.is_some();
        let Some(before) = before else {
            return time;
        };
        let other = time.overflowing_add_signed(TimeDelta::hours(12)).0;
        let mut fit: Vec<NaiveTime> = [time, other].into();
        fit.retain(|time| *time >= before.time());
        match fit.into_iter().min() {
            Some(fits) if fits != time => {
                let said = (
                    time.format("%H:%M"),
                    before.format("%H:%M"),
                    fits.format("%H:%M"),
                );
                notes.push(format!("{} after {}: taken for {}", said.0, said.1, said.2));
                fits
            }
            _ => time,
        }
    }

    /// The wall clock of a time of day.
    fn wall_of(
        &mut self,
        time: NaiveTime,
        day_said: bool,
        notes: &mut Vec<String>,
    ) -> NaiveDateTime {
        let mut wall = self.day.and_time(time);
        if let Some(before) = self.wall.filter(|before| wall < *before && !day_said) {
            if before - wall > ROLLS_OVER
                && let Some(next) = self.day.succ_opt()
            {
                self.day = next;
                wall = next.and_time(time);
                notes.push(format!(
                    "after {}: taken for the next day, {next}",
                    before.format("%H:%M")
                ));
            } else {
                notes.push(format!(
                    "earlier than {} before it: out of order",
                    before.format("%H:%M")
                ));
            }
        }
        self.wall = Some(wall);
        wall
    }

    /// Nobody knows when: right behind what stands before it.
    fn unknown(&self) -> Result<Resolved, String> {
        let at = self
            .moment
            .ok_or("its time is not known, and nothing stands before it")?;
        Ok(Resolved { at, note: None })
    }

    /// Some time that day: at its beginning, or behind what stands before it.
    fn day_only(&mut self, zone: Named) -> Result<Resolved, String> {
        let start = self.day.and_time(NaiveTime::MIN);
        let mut resolved = zone.moment(start)?;
        if let Some(before) = self.moment.filter(|before| *before > resolved.at)
            && self.wall.is_some_and(|wall| wall.date() == self.day)
        {
            resolved.at = before;
        }
        self.wall = Some(self.wall.map_or(start, |wall| wall.max(start)));
        Ok(resolved)
    }

    fn until(&mut self, until: NaiveTime, zone: Named) -> Certainty {
        let Some(from) = self.wall else {
            return Certainty::Exact;
        };
        let mut wall = from.date().and_time(until);
        if wall < from {
            wall += TimeDelta::days(1);
        }
        match zone.moment(wall) {
            Ok(resolved) => Certainty::Until(resolved.at),
            Err(_) => Certainty::About,
        }
    }

    /// The entry, and those of the follow-up work that it names.
    fn entries(
        &self,
        piece: &Piece,
        at: Timestamp,
        certainty: Certainty,
        notes: Vec<String>,
        out: &mut Imported,
    ) {
        let (kept, follow_ups) = without_follow_ups(&piece.text);
        let mut text = flowing(&kept);
        if let Some(vague) = &piece.stamp.vague {
            text.insert_str(0, &format!("{vague} "));
        }
        let by = if piece.by.as_deref() == Some("") {
            self.by.clone()
        } else {
            piece.by.clone()
        };
        if text.is_empty() && follow_ups.is_empty() {
            return not_read(out, piece, "there are no words at this time".to_owned());
        }
        if !text.is_empty() {
            out.entries.push(Line {
                at,
                certainty,
                by: by.clone(),
                text,
                follow_up: false,
                line: piece.line,
                notes,
            });
        }
        for (offset, text) in follow_ups {
            out.entries.push(Line {
                at,
                certainty: Certainty::Exact,
                by: None,
                text,
                follow_up: true,
                line: piece.line + usize::from(piece.below) + offset,
                notes: Vec::new(),
            });
        }
    }
}

fn not_read(out: &mut Imported, piece: &Piece, why: String) {
    let said = piece.stamp.said();
    let words = piece.text.join("\n");
    out.unread.push(Unread {
        line: piece.line,
        text: format!("{said} {}", words.trim()).trim().to_owned(),
        why,
    });
}
