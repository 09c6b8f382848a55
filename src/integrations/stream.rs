//! Long answers, read one element at a time, so that what is kept is chosen before it is built.

use super::exchange::{AnswerError, Response};
use super::reading::{cut, one_line};
use crate::turns::Turns;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::ops::ControlFlow;

/// What is quoted of a source's own words, in bytes.
const QUOTED_BYTES: usize = 200;

/// Gives each element of a JSON array in turn, until told to stop; null is an array of nothing.
/// The whole text is looked at either way. Others have their turn in between.
///
/// # Errors
/// When it is not whole JSON, no array, or an element is not of that type.
pub(super) fn each<'a, T: Deserialize<'a>>(
    json: &'a str,
    take: impl FnMut(T) -> ControlFlow<()>,
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let each = Each {
        take,
        element: PhantomData,
    };
    each.deserialize(&mut deserializer)?;
    deserializer.end()
}

struct Each<T, F> {
    take: F,
    element: PhantomData<T>,
}

impl<'de, T, F> DeserializeSeed<'de> for Each<T, F>
where
    T: Deserialize<'de>,
    F: FnMut(T) -> ControlFlow<()>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, F> Visitor<'de> for Each<T, F>
where
    T: Deserialize<'de>,
    F: FnMut(T) -> ControlFlow<()>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut turns = Turns::default();
        while let Some(element) = list.next_element()? {
            if (self.take)(element).is_break() {
                while list.next_element::<IgnoredAny>()?.is_some() {}
            }
            turns.piece();
        }
        Ok(())
    }
}

/// The first `N` elements of a list; null is none.
pub(super) fn at_most<'de, const N: usize, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let mut taken = Vec::new();
    let each = Each {
        take: |element| {
            taken.push(element);
            going_on(taken.len() < N)
        },
        element: PhantomData,
    };
    each.deserialize(deserializer)?;
    Ok(taken)
}

/// What [`each`] is told: go on, or stop.
pub(super) fn going_on(on: bool) -> ControlFlow<()> {
    match on {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    }
}

/// Null is the same as nothing said: Go writes a list without elements so.
pub(super) fn or_nothing<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The body as text, if it says that it is JSON, or says nothing.
///
/// # Errors
/// A sentence that says what came instead: a login page, most often.
pub(super) fn json_text(answer: &Response) -> Result<&str, AnswerError> {
    let media = &*answer.media_type;
    if !media.is_empty() && !media.contains("json") {
        return Err(AnswerError::Nonsense(format!(
            "it answers with {}, not with JSON, as a login page or another program does: check \
             the address and the credentials in the configuration",
            cut(media, 60)
        )));
    }
    str::from_utf8(&answer.body).map_err(|error| not_understood(&error))
}

/// A source's own words as an error quotes them: one line, cut short.
pub(super) fn quoted(words: &str) -> String {
    let line = one_line(words);
    match cut(&line, QUOTED_BYTES) {
        whole if whole.len() == line.len() => line,
        short => format!("{short}…"),
    }
}

/// An answer that cannot be understood, with the reason cut short.
pub(super) fn not_understood(error: &dyn fmt::Display) -> AnswerError {
    AnswerError::Nonsense(format!(
        "its answer cannot be understood ({}): another program may stand at this address",
        quoted(&error.to_string())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(json: &str, most: usize) -> Result<Vec<u8>, serde_json::Error> {
        let mut taken = Vec::new();
        each(json, |number| {
            taken.push(number);
            going_on(taken.len() < most)
        })?;
        Ok(taken)
    }

    #[test]
    fn elements_come_in_turn_until_told_to_stop() {
        assert_eq!(numbers("[1,2,3]", 9).expect("read"), [1, 2, 3]);
        assert_eq!(numbers("[1,2,3,{\"a\":[]}]", 2).expect("read"), [1, 2]);
        assert_eq!(numbers(" null ", 9).expect("read"), [0; 0]);
    }

    #[test]
    fn a_list_within_is_cut_at_its_bound() {
        let read =
            |json: &str| at_most::<2, _, u8>(&mut serde_json::Deserializer::from_str(json)).ok();
        assert_eq!(read("[1,2,3,4]"), Some(vec![1, 2]));
        assert_eq!(read("null"), Some(vec![]));
        assert_eq!(read("7"), None);
    }

    #[test]
    fn what_is_cut_or_of_another_kind_is_an_error_also_after_the_stop() {
        for wrong in [
            "",
            "[1,2",
            "[1,2}",
            "[1,\"2\"]",
            "{}",
            "7",
            "[1] [2]",
            "[1,2,]",
        ] {
            assert!(numbers(wrong, 9).is_err(), "{wrong}");
        }
        assert!(numbers("[1,2,3,", 1).is_err());
        assert!(numbers("[1,2,x]", 1).is_err());
    }

    #[test]
    fn what_is_not_json_says_what_it_is() {
        let answer = |media_type: &str, body: &[u8]| Response {
            status: 200,
            media_type: media_type.to_owned(),
            link: None,
            body: body.to_vec(),
        };
        assert_eq!(json_text(&answer("application/json", b"{}")), Ok("{}"));
        assert_eq!(json_text(&answer("", b"{}")), Ok("{}"));
        let page = answer("text/html", b"<h1>Sign in</h1>");
        let error = json_text(&page).expect_err("a page").to_string();
        assert!(
            error.contains("text/html") && error.contains("login"),
            "{error}"
        );
        assert!(json_text(&answer("application/json", b"\xff")).is_err());
    }
}
