//! Observations by group.

use crate::group::GroupKey;
use crate::guesses::{Guess, Guesses};
use crate::names::{Name, Names};
use crate::observation::{Observation, Observations};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// What stands where a group column has no value.
pub const UNKNOWN: &str = "unknown";

/// What of a list belongs to one group.
#[derive(Debug, Clone)]
pub struct Group<T = Observation> {
    /// Values of the group columns, in their order.
    pub values: Vec<Arc<str>>,
    /// What belongs to it, in the order of the list.
    pub members: Vec<T>,
}

impl<T> Group<T> {
    /// Its name in messages: the values with slashes between them.
    #[must_use]
    pub fn name(&self) -> String {
        self.values.join(" / ")
    }
}

/// What groups are told apart by, of an observation or a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Number of the subject.
    pub subject: u32,
    /// Number of the predictor.
    pub predictor: u32,
    /// Number of the arm.
    pub arm: u16,
}

impl From<&Observation> for Place {
    fn from(observation: &Observation) -> Self {
        let Observation { subject, predictor, arm, .. } = *observation;
        Self { subject, predictor, arm }
    }
}

impl From<&&Guess> for Place {
    fn from(guess: &&Guess) -> Self {
        Self::from(*guess)
    }
}

impl From<&Guess> for Place {
    fn from(guess: &Guess) -> Self {
        let Guess { subject, predictor, arm, .. } = *guess;
        Self { subject, predictor, arm }
    }
}

/// The values of one key, by what it is a property of.
enum Values {
    Pair(Vec<Name>),
    Changed(Vec<Vec<Name>>),
    Reference(Vec<Name>),
    Predictor(Vec<Name>),
    Arm(Vec<Name>),
}

impl Values {
    fn of(key: GroupKey, guesses: &Guesses, names: &mut Names) -> Self {
        let mut optional = |text: Option<&str>| names.name(text.unwrap_or(UNKNOWN));
        let (pairs, models) = (&guesses.pairs, &guesses.models);
        let text = |name: Name| guesses.text(name);
        match key {
            GroupKey::Reference => {
                Self::Reference(models.iter().map(|m| optional(Some(&m.name))).collect())
            }
            GroupKey::Predictor => {
                Self::Predictor(models.iter().map(|m| optional(Some(&m.name))).collect())
            }
            GroupKey::Model => {
                Self::Reference(models.iter().map(|m| optional(Some(&m.model))).collect())
            }
            GroupKey::Family => {
                Self::Reference(models.iter().map(|m| optional(m.family.as_deref())).collect())
            }
            GroupKey::Effort => {
                Self::Reference(models.iter().map(|m| optional(Some(&m.effort))).collect())
            }
            GroupKey::Arm => {
                Self::Arm(guesses.arms.iter().map(|arm| optional(Some(arm))).collect())
            }
            GroupKey::Dataset => {
                Self::Pair(pairs.iter().map(|p| optional(Some(text(p.dataset)))).collect())
            }
            GroupKey::AnswerOrder => {
                Self::Pair(pairs.iter().map(|p| optional(Some(p.answer_order.as_str()))).collect())
            }
            GroupKey::Distance => {
                let distance = |d: i32| d.to_string();
                let value = |p: &crate::Pair| p.distance.map(distance);
                Self::Pair(pairs.iter().map(|p| optional(value(p).as_deref())).collect())
            }
            GroupKey::Method => {
                let method = |p: &crate::Pair| p.method.map(|method| &**text(method));
                Self::Pair(pairs.iter().map(|p| optional(method(p))).collect())
            }
            GroupKey::Changed => Self::Changed(
                (pairs.iter())
                    .map(|pair| match pair.changed.len() {
                        0 => vec![optional(None)],
                        _ => {
                            let mut all: Vec<Name> =
                                pair.changed.iter().map(|c| optional(Some(text(*c)))).collect();
                            all.sort_unstable();
                            all.dedup();
                            all
                        }
                    })
                    .collect(),
            ),
        }
    }

    /// The values of one observation: one, except of changed features.
    fn at<'a>(&'a self, guesses: &Guesses, place: Place) -> &'a [Name] {
        let subject = &guesses.subjects[place.subject as usize];
        let one = |values: &'a [Name], at: usize| std::slice::from_ref(&values[at]);
        match self {
            Self::Pair(values) => one(values, subject.pair as usize),
            Self::Changed(values) => &values[subject.pair as usize],
            Self::Reference(values) => one(values, subject.reference as usize),
            Self::Predictor(values) => one(values, place.predictor as usize),
            Self::Arm(values) => one(values, place.arm.into()),
        }
    }
}

impl Observations {
    /// All observations by the values of `keys`, as [`grouped`].
    #[must_use]
    pub fn groups(&self, keys: &[GroupKey]) -> Vec<Group> {
        grouped(&self.guesses, keys, &self.list)
    }
}

/// A list of observations or guesses by the values of `keys`, groups sorted by these
/// ([`GroupKey::compare`]).
///
/// Without keys there is one group, even of nothing. By changed features what is about a pair stands
/// in the group of each of its features, so that these groups overlap.
#[must_use]
pub fn grouped<T>(guesses: &Guesses, keys: &[GroupKey], list: &[T]) -> Vec<Group<T>>
where
    T: Copy,
    for<'a> Place: From<&'a T>,
{
    if keys.is_empty() {
        return vec![Group { values: Vec::new(), members: list.to_vec() }];
    }
    let mut names = Names::default();
    let columns: Vec<Values> =
        keys.iter().map(|key| Values::of(*key, guesses, &mut names)).collect();
    let mut numbers: HashMap<Vec<Name>, usize> = HashMap::new();
    // Places first, members after: a list that grows is copied again and again.
    let mut sizes: Vec<usize> = Vec::new();
    let mut places: Vec<(u32, u32)> = Vec::with_capacity(list.len());
    let (mut key, mut values) = (Vec::new(), Vec::new());
    // What a predictor guessed last is mostly in the same group.
    let mut last: Vec<Option<(Vec<Name>, usize)>> = vec![None; guesses.models.len()];
    for (item, at) in list.iter().zip(0..) {
        values.clear();
        let place = Place::from(item);
        values.extend(columns.iter().map(|column| column.at(guesses, place)));
        let last = &mut last[place.predictor as usize];
        for combination in 0..values.iter().map(|values| values.len()).product() {
            combine(&values, combination, &mut key);
            let number = match last {
                Some((known, number)) if *known == key => *number,
                _ => *numbers.entry(key.clone()).or_insert_with(|| {
                    sizes.push(0);
                    sizes.len() - 1
                }),
            };
            sizes[number] += 1;
            places.push((number as u32, at));
            match last {
                Some((known, at)) => {
                    known.clone_from(&key);
                    *at = number;
                }
                None => *last = Some((key.clone(), number)),
            }
        }
    }
    let mut members: Vec<Vec<T>> = sizes.into_iter().map(Vec::with_capacity).collect();
    places.iter().for_each(|(number, at)| members[*number as usize].push(list[*at as usize]));
    let text = |name: &Name| Arc::clone(names.text(*name));
    let named = numbers.into_iter().map(|(values, number)| Group {
        values: values.iter().map(text).collect(),
        members: std::mem::take(&mut members[number]),
    });
    let mut groups: Vec<Group<T>> = named.collect();
    groups.sort_by(|one, other| compare(keys, &one.values, &other.values));
    groups
}

/// One choice of a value of each key, by its number.
fn combine(values: &[&[Name]], mut combination: usize, key: &mut Vec<Name>) {
    key.clear();
    for values in values {
        key.push(values[combination % values.len()]);
        combination /= values.len();
    }
}

/// How two rows of values of group columns are ordered.
pub(crate) fn compare(keys: &[GroupKey], one: &[Arc<str>], other: &[Arc<str>]) -> Ordering {
    let values = keys.iter().zip(one.iter().zip(other));
    values.fold(Ordering::Equal, |order, (key, (a, b))| order.then_with(|| key.compare(a, b)))
}
