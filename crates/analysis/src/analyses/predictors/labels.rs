//! Do predictors guess one label?

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::guesses::{Guess, Guesses};
use crate::prepared::Prepared;
use crate::request::Request;
use crate::selection::Panel;
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_stats::{class_agreement, krippendorff_nominal};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::text("arm", "what the predictors were shown"),
        Column::count("predictors", "predictors with an answer in this arm"),
        Column::count("units", "answers of references with guesses of at least two"),
        Column::count("left_out", "those with a guess of one predictor only").hidden(),
        Column::fraction("agreement", "share of pairs of guesses about one answer that are equal"),
        Column::new("alpha", Kind::Signed, "Krippendorff's alpha of the guesses, nominal"),
    ]
}

pub(super) fn pair_columns() -> Vec<Column> {
    vec![
        Column::text("arm", "what the predictors were shown"),
        Column::text("predictor", "a predictor"),
        Column::text("other", "another one"),
        Column::count("guesses", "answers of references that both guessed"),
        Column::fraction("agreement", "share of equal guesses"),
        Column::new(
            "phi",
            Kind::Signed,
            "correlation of the labels, corrected for how often each is given",
        ),
    ]
}

pub(super) fn sheets(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Vec<Sheet>, AnalysisError> {
    let all = "Agreement of all predictors on labels, by arm.";
    let columns = [Column::groups(by), columns()].concat();
    let mut labels = Sheet::new("predictors-labels", "Agreement on labels", all, columns);
    let each = "Agreement of two predictors on labels, by arm.";
    let columns = [Column::groups(by), pair_columns()].concat();
    let mut pairs = Sheet::new("predictors-pairs", "Agreement of two predictors", each, columns);
    let (list, excluded) = prepared.single_guesses(request);
    let guesses = &prepared.guesses;
    let list: Vec<&Guess> = list.into_iter().filter(|guess| guess.answer.is_some()).collect();
    for group in grouped(guesses, by, &list) {
        let arms = by_arm(guesses, &group.members);
        let counted: Vec<_> =
            arms.par_iter().map(|(arm, cells)| (arm, Counted::of(cells))).collect();
        for (arm, counted) in counted {
            let start = || group.values.iter().map(Cell::from).chain([Cell::from(*arm)]);
            labels.push(start().chain(counted.cells()));
            counted.pair_rows(guesses).into_iter().for_each(|row| pairs.push(start().chain(row)));
        }
    }
    let predictors = list.iter().map(|guess| guess.predictor);
    let numbers: std::collections::BTreeSet<u32> = predictors.collect();
    let names = numbers.iter().map(|number| &*guesses.models[*number as usize].name);
    let panel = Panel::of(names);
    let mut sheets = vec![labels, pairs];
    for sheet in &mut sheets {
        sheet.panel = Some(panel.clone());
        sheet.excluded.clone_from(&excluded);
        sheet.conditional = prepared.selection(request).conditional();
        sheet.notes.push(
            "datasets with different labels raise what is not chance: `--by dataset` tells them apart"
                .to_owned(),
        );
    }
    Ok(sheets)
}

/// A guess: subject, repeat, predictor, label.
type Said = (u32, u32, u32, u32);

/// The guesses of every arm, by its name, those about one answer in one repeat together.
fn by_arm<'a>(guesses: &'a Guesses, members: &[&Guess]) -> BTreeMap<&'a str, Vec<Said>> {
    let mut arms: Vec<Vec<Said>> = vec![Vec::new(); guesses.arms.len()];
    for guess in members {
        let Some(answer) = guess.answer else { continue };
        let said = (guess.subject, guess.repeat, guess.predictor, answer.number());
        arms[usize::from(guess.arm)].push(said);
    }
    arms.iter_mut().for_each(|said| said.sort_unstable());
    let named = guesses.arms.iter().map(|name| &**name).zip(arms);
    named.filter(|(_, said)| !said.is_empty()).collect()
}

/// How often two predictors gave which two labels.
type Labels = BTreeMap<(u32, u32), u64>;

#[derive(Default)]
struct Counted {
    units: Vec<Vec<Option<u32>>>,
    predictors: std::collections::BTreeSet<u32>,
    pairs: BTreeMap<(u32, u32), Labels>,
}

impl Counted {
    fn of(said: &[Said]) -> Self {
        let mut counted = Self::default();
        // Told apart by predictors once they are counted.
        let mut together: HashMap<[u32; 4], u64> = HashMap::new();
        for unit in said.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            counted.units.push(unit.iter().map(|said| Some(said.3)).collect());
            for (at, one) in unit.iter().enumerate() {
                for other in &unit[at + 1..] {
                    *together.entry([one.2, other.2, one.3, other.3]).or_default() += 1;
                }
            }
        }
        counted.predictors.extend(said.iter().map(|said| said.2));
        for ([one, other, label, other_label], times) in together {
            let labels = counted.pairs.entry((one, other)).or_default();
            labels.insert((label, other_label), times);
        }
        counted
    }

    fn cells(&self) -> [Cell; 5] {
        let agreement = krippendorff_nominal(&self.units);
        [
            self.predictors.len().into(),
            agreement.units.into(),
            agreement.left_out.into(),
            agreement.agreement.into(),
            agreement.alpha.into(),
        ]
    }

    /// Rows of the pairs of predictors, by name.
    fn pair_rows(&self, guesses: &Guesses) -> Vec<Vec<Cell>> {
        let name = |number: u32| &guesses.models[number as usize].name;
        let mut rows: Vec<_> = (self.pairs.iter())
            .map(|((one, other), labels)| {
                let mut names = [name(*one), name(*other)];
                names.sort();
                (names, labels)
            })
            .collect();
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        let row = |(names, labels): ([&std::sync::Arc<str>; 2], &Labels)| {
            let agreement =
                class_agreement(labels.iter().map(|(said, n)| (said.0, said.1, *n as f64)));
            let [one, other] = names.map(Cell::from);
            let guesses = labels.values().sum::<u64>();
            vec![one, other, guesses.into(), agreement.raw.into(), agreement.phi.into()]
        };
        rows.into_iter().map(row).collect()
    }
}
