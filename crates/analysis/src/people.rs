//! People in the predictor's chair: how far they agree, and what a study of them can tell before
//! anyone is asked.

use crate::contrast::Contrast;
use crate::guesses::Guesses;
use crate::observation::Observations;
use crate::selection::Selection;
use foretell_stats::{
    ClusterErrors, Interval, NsgEstimate, Undefined, krippendorff_nominal, nsg_clustered, wilson,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The level of all intervals here.
const LEVEL: f64 = 0.95;

/// How often one guesser gave the label that another gave.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelsShared {
    /// Cases that both guessed.
    pub cases: u64,
    /// Those of them with one label.
    pub equal: u64,
}

/// How far people agree on cases that two of them guessed.
#[derive(Debug, Clone, PartialEq)]
pub struct PeopleAgreement {
    /// Cases, and those with one label.
    pub labels: LabelsShared,
    /// Wilson's interval at 95 % of the share with one label.
    pub interval: Interval,
    /// Krippendorff's alpha for nominal labels.
    pub alpha: Result<f64, Undefined>,
}

/// How far people agree, by the two labels of each case; `None` without cases.
///
/// # Examples
/// ```
/// let case = |one: &str, other: &str| [one.to_owned(), other.to_owned()];
/// let agreement = foretell_analysis::people_agree(&[case("YES", "YES"), case("NO", "YES")]);
/// let agreement = agreement.expect("two cases");
/// assert_eq!((agreement.labels.equal, agreement.labels.cases), (1, 2));
/// assert!(agreement.interval.low < 0.5 && agreement.interval.high > 0.5);
/// assert!(foretell_analysis::people_agree(&[]).is_none());
/// ```
#[must_use]
pub fn people_agree(doubled: &[[String; 2]]) -> Option<PeopleAgreement> {
    let equal = doubled.iter().filter(|[one, other]| one == other).count();
    let labels: BTreeSet<&String> = doubled.iter().flatten().collect();
    let number = |label: &String| labels.iter().position(|own| *own == label).map(|at| at as u32);
    let units: Vec<Vec<Option<u32>>> =
        doubled.iter().map(|[one, other]| vec![number(one), number(other)]).collect();
    let interval = wilson(equal as f64, doubled.len() as f64, LEVEL).ok()?;
    let labels = LabelsShared { cases: doubled.len() as u64, equal: equal as u64 };
    Some(PeopleAgreement { labels, interval, alpha: krippendorff_nominal(&units).alpha })
}

impl Guesses {
    /// For each model, by its name, that guessed the same cases in the same arm as the predictor
    /// `people`: how often its first guess was theirs.
    #[must_use]
    pub fn shared_with(&self, people: &str) -> BTreeMap<String, LabelsShared> {
        let name = |number: u32| &*self.models[number as usize].name;
        let mut shared: BTreeMap<String, LabelsShared> = BTreeMap::new();
        for subject in self.by_subject() {
            let of = |human: bool| {
                subject.iter().filter(move |guess| (name(guess.predictor) == people) == human)
            };
            for person in of(true) {
                let same = |model: &&crate::Guess| model.arm == person.arm && model.repeat == 0;
                for model in of(false).filter(same) {
                    let (Some(one), Some(other)) = (person.answer, model.answer) else { continue };
                    let labels = shared
                        .entry(name(model.predictor).to_owned())
                        .or_insert(LabelsShared { cases: 0, equal: 0 });
                    labels.cases += 1;
                    labels.equal += u64::from(one == other);
                }
            }
        }
        shared
    }

    /// The share of cases about `references` in which predictors other than `people` err without an
    /// explanation; `None` where there are none, or they never err.
    #[must_use]
    pub fn error_without(
        self: &Arc<Self>,
        references: &BTreeSet<&str>,
        people: &str,
    ) -> Option<f64> {
        let observations =
            Observations::of(Arc::clone(self), &Contrast::default(), &Selection::default());
        let name = |number: u32| &*self.models[number as usize].name;
        let about = observations.list.iter().filter(|observation| {
            let reference = self.subjects[observation.subject as usize].reference;
            observation.is_scored()
                && references.contains(name(reference))
                && name(observation.predictor) != people
        });
        let errors: Vec<f64> = about.map(|observation| observation.baseline_error()).collect();
        let error = errors.iter().sum::<f64>() / errors.len() as f64;
        (error > 0.0).then_some(error)
    }
}

/// The estimate that the expected numbers of errors would give: of as many pairs, each its own
/// cluster, whose two guesses come from two people and err independently of each other.
///
/// # Formula
/// ```text
/// errors with = pairs * without * (1 - nsg), errors without = pairs * without, both = their product / pairs
/// ```
/// to whole pairs, the margins kept as near as these allow.
///
/// # Shapes and units
/// `without`, the error without an explanation, and `nsg` are fractions.
///
/// # Examples
/// ```
/// let estimate = foretell_analysis::expected_of_people(60, 0.25, 1.0 / 3.0);
/// assert!((estimate.nsg? - 1.0 / 3.0).abs() < 0.01);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[must_use]
pub fn expected_of_people(pairs: u32, without: f64, nsg: f64) -> NsgEstimate {
    let with = without * (1.0 - nsg);
    let chances = [with * without, with * (1.0 - without), (1.0 - with) * without];
    let pairs = f64::from(pairs);
    let mut cells = chances.map(|chance| (chance * pairs).round());
    // The margins are what the figure rests on: they are kept as near as whole pairs allow.
    cells[1] = ((with * pairs).round() - cells[0]).max(0.0);
    cells[2] = ((without * pairs).round() - cells[0]).max(0.0);
    let neither = (pairs - cells.iter().sum::<f64>()).max(0.0);
    let kinds =
        [(cells[0], 1.0, 1.0), (cells[1], 1.0, 0.0), (cells[2], 0.0, 1.0), (neither, 0.0, 0.0)];
    let one = |treated, baseline| ClusterErrors { observations: 1.0, treated, baseline };
    let clusters: Vec<ClusterErrors> = kinds
        .into_iter()
        .flat_map(|(number, treated, baseline)| {
            std::iter::repeat_n(one(treated, baseline), number as usize)
        })
        .collect();
    nsg_clustered(&clusters, LEVEL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_pairs_tell_an_nsg_of_a_third_to_about_a_half() {
        let estimate = expected_of_people(60, 0.25, 1.0 / 3.0);
        let interval = estimate.interval.unwrap();
        assert!((estimate.nsg.unwrap() - 1.0 / 3.0).abs() < 0.01);
        let half = (interval.high - interval.low) / 2.0;
        assert!((0.4..0.65).contains(&half), "{half}");
    }

    #[test]
    fn people_who_always_agree_on_two_labels_have_an_alpha_of_one() {
        let case = |one: &str, other: &str| [one.to_owned(), other.to_owned()];
        let agreement = people_agree(&[case("YES", "YES"), case("NO", "NO")]).unwrap();
        assert!((agreement.alpha.unwrap() - 1.0).abs() < 1e-12);
        // One label alone tells nothing of agreement beyond chance.
        assert!(people_agree(&[case("YES", "YES")]).unwrap().alpha.is_err());
    }
}
