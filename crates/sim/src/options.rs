//! The options of simulated subjects, and what is wrong with them.

use thiserror::Error;

/// Why there is no such simulated subject.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SimError {
    /// A kind that does not exist.
    #[error(
        "there is no simulated subject `{kind}`{}; the kinds are {}",
        meant(nearest),
        KINDS.map(|kind| kind.name).join(", ")
    )]
    UnknownKind {
        /// The kind asked for.
        kind: String,
        /// The kind that is spelt most like it, if any is close.
        nearest: Option<&'static str>,
    },
    /// An option that the kind does not have.
    #[error(
        "sim:{kind} has no option `{option}`{}; its options are {}",
        meant(nearest),
        known.join(", ")
    )]
    UnknownOption {
        /// The kind.
        kind: &'static str,
        /// The option given.
        option: String,
        /// The option that is spelt most like it, if any is close.
        nearest: Option<&'static str>,
        /// The options of the kind.
        known: Vec<&'static str>,
    },
    /// A value out of range.
    #[error("sim:{kind}: option `{option}` is `{value}`; it takes {range}")]
    Value {
        /// The kind.
        kind: &'static str,
        /// The option.
        option: &'static str,
        /// The value given.
        value: String,
        /// What it takes.
        range: &'static str,
    },
    /// An option that stands twice.
    #[error("sim:{kind}: option `{option}` is given twice")]
    Repeated {
        /// The kind.
        kind: &'static str,
        /// The option.
        option: &'static str,
    },
}

fn meant(nearest: &Option<&'static str>) -> String {
    nearest.map_or(String::new(), |name| format!(" (did you mean `{name}`?)"))
}

/// A kind of subject and its options.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    options: &'static [(&'static str, Range)],
}

/// What an option takes.
#[derive(Debug, Clone, Copy)]
enum Range {
    /// A fraction.
    Share,
    /// A strength.
    Bias,
    /// A seed.
    Seed,
    /// A count.
    Count,
}

/// Every kind.
pub(crate) const KINDS: [Kind; 6] = [
    Kind {
        name: "reference",
        options: &[
            ("faithfulness", Range::Share),
            ("rule", Range::Seed),
            ("seed", Range::Seed),
            ("noise", Range::Share),
            ("order_bias", Range::Bias),
            ("fail", Range::Share),
            ("named", Range::Count),
        ],
    },
    Kind {
        name: "reader",
        options: &[
            ("skill", Range::Share),
            ("seed", Range::Seed),
            ("noise", Range::Share),
            ("fail", Range::Share),
        ],
    },
    Kind { name: "oracle", options: &[("seed", Range::Seed), ("fail", Range::Share)] },
    Kind {
        name: "rationaliser",
        options: &[("seed", Range::Seed), ("fail", Range::Share), ("named", Range::Count)],
    },
    Kind { name: "generator", options: &[("seed", Range::Seed), ("fail", Range::Share)] },
    Kind { name: "judge", options: &[("seed", Range::Seed), ("fail", Range::Share)] },
];

impl Range {
    fn words(self) -> &'static str {
        match self {
            Self::Share => "a number from 0 to 1",
            Self::Bias => "a number from 0 to 1000",
            Self::Seed => "a whole number from 0 to 18446744073709551615",
            Self::Count => "a whole number from 0 to 1000",
        }
    }

    fn holds(self, value: &str) -> bool {
        let number = |most: f64| value.parse().is_ok_and(|x: f64| (0.0..=most).contains(&x));
        match self {
            Self::Share => number(1.0),
            Self::Bias => number(1000.0),
            Self::Seed => value.parse::<u64>().is_ok(),
            Self::Count => value.parse::<u64>().is_ok_and(|x| x <= 1000),
        }
    }
}

/// The options given, checked against a kind.
pub(crate) struct Options<'a> {
    pub(crate) kind: &'static str,
    given: Vec<(&'static str, &'a str)>,
}

impl<'a> Options<'a> {
    /// Checks the options of a kind.
    pub(crate) fn check(kind: &str, given: &'a [(String, String)]) -> Result<Self, SimError> {
        let Some(known) = KINDS.iter().find(|known| known.name == kind) else {
            let nearest = nearest(kind, KINDS.iter().map(|known| known.name));
            return Err(SimError::UnknownKind { kind: kind.to_owned(), nearest });
        };
        let mut options = Self { kind: known.name, given: Vec::new() };
        for (name, value) in given {
            let Some(&(option, range)) = known.options.iter().find(|(option, _)| option == name)
            else {
                let names = || known.options.iter().map(|&(option, _)| option);
                return Err(SimError::UnknownOption {
                    kind: known.name,
                    option: name.clone(),
                    nearest: nearest(name, names()),
                    known: names().collect(),
                });
            };
            if options.get(option).is_some() {
                return Err(SimError::Repeated { kind: known.name, option });
            }
            if !range.holds(value) {
                let (value, range) = (value.clone(), range.words());
                return Err(SimError::Value { kind: known.name, option, value, range });
            }
            options.given.push((option, value));
        }
        Ok(options)
    }

    fn get(&self, option: &str) -> Option<&'a str> {
        self.given.iter().find(|(name, _)| *name == option).map(|&(_, value)| value)
    }

    /// The number of an option.
    pub(crate) fn number(&self, option: &str, default: f64) -> f64 {
        let read = |value: &str| value.parse().expect("a number: checked in check");
        self.get(option).map_or(default, read)
    }

    /// The whole number of an option.
    pub(crate) fn whole(&self, option: &str, default: u64) -> u64 {
        let read = |value: &str| value.parse().expect("a whole number: checked in check");
        self.get(option).map_or(default, read)
    }
}

/// The name that differs least from `given`, if by no more than a third of its letters.
fn nearest(given: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    names
        .map(|name| (distance(given.as_bytes(), name.as_bytes()), name))
        .filter(|&(distance, name)| distance * 3 <= name.len().max(3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

/// Letters to add, drop or change to make one word of the other (Levenshtein).
fn distance(one: &[u8], other: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: &str, given: &[(&str, &str)]) -> String {
        let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let given: Vec<(String, String)> = given.iter().map(own).collect();
        Options::check(kind, &given).map(|options| options.kind).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_kind_names_the_nearest() {
        assert_eq!(
            fault("refrence", &[]),
            "there is no simulated subject `refrence` (did you mean `reference`?); \
             the kinds are reference, reader, oracle, rationaliser, generator, judge"
        );
        assert_eq!(
            fault("gpt", &[]),
            "there is no simulated subject `gpt`; the kinds are reference, reader, oracle, rationaliser, generator, judge"
        );
    }

    #[test]
    fn an_unknown_option_lists_those_there_are() {
        assert_eq!(
            fault("reader", &[("skil", "1")]),
            "sim:reader has no option `skil` (did you mean `skill`?); \
             its options are skill, seed, noise, fail"
        );
        assert_eq!(
            fault("oracle", &[("faithfulness", "1")]),
            "sim:oracle has no option `faithfulness`; its options are seed, fail"
        );
    }

    #[test]
    fn a_value_out_of_range_names_the_range() {
        let faults = [
            (("faithfulness", "1.5"), "a number from 0 to 1"),
            (("noise", "NaN"), "a number from 0 to 1"),
            (("fail", ""), "a number from 0 to 1"),
            (("order_bias", "-1"), "a number from 0 to 1000"),
            (("seed", "-1"), "a whole number from 0 to 18446744073709551615"),
            (("named", "8.5"), "a whole number from 0 to 1000"),
        ];
        for ((option, value), range) in faults {
            assert_eq!(
                fault("reference", &[(option, value)]),
                format!("sim:reference: option `{option}` is `{value}`; it takes {range}")
            );
        }
    }

    #[test]
    fn an_option_stands_once() {
        let message = fault("oracle", &[("seed", "1"), ("seed", "2")]);
        assert_eq!(message, "sim:oracle: option `seed` is given twice");
    }
}
