//! Cells of a raw file as a card names them.

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;

/// One cell or several, as a raw file writes them: `"1"`, or `["1", "2"]`.
///
/// A cell that is a number stands for every way to write it; see [`same_cell`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells(Vec<String>);

impl Cells {
    /// The cells, as the card writes them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether `cell` is one of them.
    #[must_use]
    pub fn hold(&self, cell: &str) -> bool {
        self.iter().any(|own| same_cell(own, cell))
    }
}

impl<S: Into<String>> FromIterator<S> for Cells {
    fn from_iter<I: IntoIterator<Item = S>>(cells: I) -> Self {
        Self(cells.into_iter().map(Into::into).collect())
    }
}

/// The finite number that a cell holds.
#[must_use]
pub fn number(cell: &str) -> Option<f64> {
    // "inf" and "nan" are words of a file before they are numbers.
    if cell.bytes().any(|byte| byte.is_ascii_digit()) {
        cell.parse().ok().filter(|number: &f64| number.is_finite())
    } else {
        None
    }
}

/// Whether two cells hold the same: the same text, or the same number (`1` and `1.0`).
#[must_use]
pub fn same_cell(a: &str, b: &str) -> bool {
    a == b || matches!((number(a), number(b)), (Some(a), Some(b)) if a == b)
}

impl Serialize for Cells {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [one] => to.serialize_str(one),
            several => several.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OneOrSeveral)
    }
}

struct OneOrSeveral;

impl<'de> Visitor<'de> for OneOrSeveral {
    type Value = Cells;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell as text, such as \"1\", or a list of such cells")
    }

    fn visit_str<E: Error>(self, cell: &str) -> Result<Cells, E> {
        Ok(Cells(vec![cell.to_owned()]))
    }

    fn visit_i64<E: Error>(self, cell: i64) -> Result<Cells, E> {
        Ok(Cells(vec![cell.to_string()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Cells, A::Error> {
        let mut cells = Vec::new();
        while let Some(Cells(mut one)) = seq.next_element()? {
            match one.pop() {
                Some(cell) if one.is_empty() => cells.push(cell),
                _ => return Err(A::Error::invalid_type(Unexpected::Seq, &"a cell as text")),
            }
        }
        Ok(Cells(cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_however_they_are_written() {
        assert!(same_cell("1", "1.0") && same_cell("0", "0.00") && same_cell("a", "a"));
        assert!(!same_cell("1", "01a") && !same_cell("nan", "NaN") && !same_cell("", "0"));
        assert_eq!((number("1e2"), number("inf"), number("1e999")), (Some(100.0), None, None));
    }

    #[test]
    fn one_cell_or_several_are_read_and_written() {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Row {
            a: Cells,
            b: Cells,
            c: Cells,
        }
        let text = "a = \"x\"\nb = [\"1\", \"2\"]\n";
        let row: Row = toml::from_str(&format!("{text}c = 3\n")).unwrap();
        assert_eq!(toml::to_string(&row).unwrap(), format!("{text}c = \"3\"\n"));
        let nested = toml::from_str::<Row>("a = [[\"x\", \"y\"]]\nb = 1\nc = 1").err().unwrap();
        assert!(nested.to_string().contains("a cell as text"), "{nested}");
    }
}
