//! Bins of numbers and where they end.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// One bin of a feature. It begins where the bin before it ends.
///
/// Exactly one of `upto`, `below` and `exact` says where it ends; the last bin has none of them and
/// is open, so that every number has a phrase. `above` and `from` repeat where it begins, for
/// readers, and are checked against the bin before; in the first bin they say which numbers are no
/// values of the feature at all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    /// It begins right after this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// It begins with this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// It ends with this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upto: Option<f64>,
    /// It ends right before this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// It holds this number alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<f64>,
    /// Its name in tables; made of its end where absent: `upto_40`, `below_40`, `40`, `above_60`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What a text says of a number in it.
    pub phrase: String,
}

/// A cut between two numbers: right before or right after one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The number.
    pub at: f64,
    /// Whether the number lies before the cut.
    pub after: bool,
}

impl Edge {
    /// Whether `number` lies before the cut.
    #[must_use]
    pub fn is_after(self, number: f64) -> bool {
        number < self.at || self.after && number == self.at
    }

    /// The order of two cuts.
    #[must_use]
    pub fn compare(self, other: Self) -> Ordering {
        self.at.total_cmp(&other.at).then(self.after.cmp(&other.after))
    }

    /// The numbers from here on, in words of the card: `above 40`, `from 40`.
    pub(super) fn onwards(self) -> String {
        format!("{} {}", if self.after { "above" } else { "from" }, self.at)
    }
}

impl fmt::Display for Edge {
    /// The numbers before it, in words of the card: `upto 40`, `below 40`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", if self.after { "upto" } else { "below" }, self.at)
    }
}

impl Bin {
    /// Where it ends; `None` where it is open.
    #[must_use]
    pub fn end(&self) -> Option<Edge> {
        end(self.exact.or(self.upto), self.below)
    }

    /// Where it says that it begins.
    #[must_use]
    pub fn start(&self) -> Option<Edge> {
        let above = self.above.map(|at| Edge { at, after: true });
        above.or(self.exact.or(self.from).map(|at| Edge { at, after: false }))
    }

    /// The bounds that it states.
    pub(super) fn bounds(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let bounds = [
            ("above", self.above),
            ("from", self.from),
            ("upto", self.upto),
            ("below", self.below),
            ("exact", self.exact),
        ];
        bounds.into_iter().filter_map(|(name, bound)| Some((name, bound?)))
    }

    /// Its name in tables, where the bin before it ends at `previous`.
    #[must_use]
    pub fn id_after(&self, previous: Option<Edge>) -> String {
        match (&self.id, self.exact, self.end(), previous) {
            (Some(id), ..) => id.clone(),
            (None, Some(exact), ..) => exact.to_string(),
            (None, None, Some(end), _) => end.to_string().replace(' ', "_"),
            (None, None, None, Some(previous)) => previous.onwards().replace(' ', "_"),
            (None, None, None, None) => "any".to_owned(),
        }
    }
}

/// The end that `upto` or `below` states.
pub(super) fn end(upto: Option<f64>, below: Option<f64>) -> Option<Edge> {
    let closed = upto.map(|at| Edge { at, after: true });
    closed.or(below.map(|at| Edge { at, after: false }))
}

/// The place of `number` among bins of these ends, each `None` being open.
pub(super) fn place(mut ends: impl Iterator<Item = Option<Edge>>, number: f64) -> Option<usize> {
    ends.position(|end| end.is_none_or(|end| end.is_after(number)))
}
