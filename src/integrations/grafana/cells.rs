//! The columns of a frame: read one by one while they stream, since they are by far the most of an
//! answer, and whatever stands in a cell.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A cell of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// A number; a yes is 1, a no is 0.
    Number(f64),
    /// A text.
    Text(String),
    /// Nothing, or what is neither.
    Nothing,
}

/// A column; empty where there is something else in its place.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Column(pub(super) Vec<Cell>);

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Cell, E> {
        Ok(Cell::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Cell, E> {
        Ok(Cell::Number(number as f64))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Cell, E> {
        Ok(Cell::Number(f64::from(u8::from(yes))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Cell, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cell::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Cell, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cell::Nothing)
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColumnVisitor)
    }
}

struct ColumnVisitor;

impl<'de> Visitor<'de> for ColumnVisitor {
    type Value = Column;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Column, A::Error> {
        let mut cells = Vec::new();
        while let Some(cell) = items.next_element()? {
            cells.push(cell);
        }
        Ok(Column(cells))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Column, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Column::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Column, E> {
        Ok(Column::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Column, E> {
        Ok(Column::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Column, E> {
        Ok(Column::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Column, E> {
        Ok(Column::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Column, E> {
        Ok(Column::default())
    }

    fn visit_unit<E>(self) -> Result<Column, E> {
        Ok(Column::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read_whatever_it_holds() {
        let read: Column =
            serde_json::from_str(r#"[1, -2, 2.5, true, "x", null, [1, [2]], {"a": {"b": 1}}]"#)
                .expect("a column");
        let expected = [
            Cell::Number(1.0),
            Cell::Number(-2.0),
            Cell::Number(2.5),
            Cell::Number(1.0),
            Cell::Text("x".to_owned()),
            Cell::Nothing,
            Cell::Nothing,
            Cell::Nothing,
        ];
        assert_eq!(read.0, expected);
    }

    #[test]
    fn what_is_no_column_is_an_empty_one() {
        for other in ["1", "-1", "1.5", "true", "null", r#""x""#, r#"{"a": [1]}"#] {
            let read: Column = serde_json::from_str(other).expect(other);
            assert_eq!(read, Column::default(), "{other}");
        }
    }
}
