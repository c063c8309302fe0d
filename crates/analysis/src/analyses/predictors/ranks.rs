//! Do predictors put references in one order, and on one level?

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::observation::{NO_PEOPLE, Observation, Observations};
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Cell, Column, Estimate, Kind, Sheet, about};
use foretell_stats::{Icc, Undefined, icc, kendall_w};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn columns() -> Vec<Column> {
    let w = "Kendall's W: agreement of the predictors on the order of the references, 0 to 1";
    let mut columns = vec![
        Column::text("measure", "the figure of each reference that predictors agree on or not"),
        Column::count("references", "references that every predictor has a figure for"),
        Column::count("predictors", "predictors"),
        Column::count("left_out", "references without a figure of some predictor").hidden(),
        Column::fraction("w", w).headed("W (ranks)"),
        Column::new(
            "w_p",
            Kind::PValue,
            "its p value, by permutation of the order of each predictor",
        )
        .headed("p"),
    ];
    let [agreement, consistency] = [
        Column::limits(
            "icc_a",
            Kind::Signed,
            "ICC(A,1): agreement of one predictor on the level itself",
        ),
        Column::limits(
            "icc_c",
            Kind::Signed,
            "ICC(C,1): the same, an offset of a predictor forgiven",
        ),
    ];
    columns.extend(consistency.map(|c| c.headed("ICC(C,1)")));
    columns.extend(agreement.map(|c| c.headed("ICC(A,1)")));
    columns
}

/// A figure of a reference and predictor, or why there is none.
type Measure = fn(&Sum) -> Result<f64, Undefined>;

/// What a predictor says of a reference.
const MEASURES: [(&str, Measure); 4] = [
    ("nsg", Sum::nsg),
    ("gain", |sum| sum.share(sum.baseline - sum.treated)),
    ("a_with", |sum| sum.share(sum.observations - sum.treated)),
    ("a_without", |sum| sum.share(sum.observations - sum.baseline)),
];

#[derive(Default)]
struct Sum {
    observations: f64,
    treated: f64,
    baseline: f64,
}

impl Sum {
    fn share(&self, part: f64) -> Result<f64, Undefined> {
        if self.observations > 0.0 {
            Ok(part / self.observations)
        } else {
            Err(Undefined::NoObservations)
        }
    }

    fn nsg(&self) -> Result<f64, Undefined> {
        match (self.observations > 0.0, self.baseline > 0.0) {
            (false, _) => Err(Undefined::NoObservations),
            (true, false) => Err(Undefined::NoHeadroom),
            (true, true) => Ok(1.0 - self.treated / self.baseline),
        }
    }
}

/// Sums by reference and predictor, both by name.
struct Table<'a> {
    sums: BTreeMap<(&'a str, &'a str), Sum>,
    references: BTreeSet<&'a str>,
    predictors: BTreeSet<&'a str>,
}

impl<'a> Table<'a> {
    fn of(observations: &'a Observations, members: &[Observation]) -> Self {
        let guesses = &observations.guesses;
        let mut numbered: BTreeMap<(u32, u32), Sum> = BTreeMap::new();
        for observation in members.iter().filter(|observation| observation.is_scored()) {
            let reference = guesses.subjects[observation.subject as usize].reference;
            let sum = numbered.entry((reference, observation.predictor)).or_default();
            sum.observations += 1.0;
            sum.treated += observation.treated_error();
            sum.baseline += observation.baseline_error();
        }
        let name = |number: u32| &*guesses.models[number as usize].name;
        let named = numbered.into_iter();
        let sums: BTreeMap<_, _> =
            named.map(|((one, other), sum)| ((name(one), name(other)), sum)).collect();
        let references = sums.keys().map(|key| key.0).collect();
        let predictors = sums.keys().map(|key| key.1).collect();
        Self { sums, references, predictors }
    }

    /// One row a reference that all predictors have a figure for, and the references left out.
    fn complete(&self, figure: Measure) -> (Vec<Vec<f64>>, Vec<&'a str>) {
        let (mut rows, mut left_out) = (Vec::new(), Vec::new());
        for reference in &self.references {
            let figures = self.predictors.iter().map(|predictor| {
                self.sums.get(&(*reference, *predictor)).and_then(|sum| figure(sum).ok())
            });
            match figures.collect::<Option<Vec<f64>>>() {
                Some(row) => rows.push(row),
                None => left_out.push(*reference),
            }
        }
        (rows, left_out)
    }
}

pub(super) fn sheets(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Vec<Sheet>, AnalysisError> {
    let says = "Agreement of the predictors on the order of the references (W, to be read first: an \
                absolute NSG depends on who guesses) and on the level.";
    let columns = [Column::groups(by), columns()].concat();
    let mut sheet = Sheet::new("predictors", "Agreement of predictors", says, columns);
    let observations = prepared.observations(request, by);
    let panels = observations.panels_of(&observations.list);
    if matches!(panels, Cow::Owned(_)) {
        sheet.notes.push(NO_PEOPLE.to_owned());
    }
    let mut all_left_out: Vec<(String, String)> = Vec::new();
    for group in grouped(&observations.guesses, by, &panels) {
        let table = Table::of(&observations, &group.members);
        for (measure, figure) in MEASURES {
            let (rows, left_out) = table.complete(figure);
            let named = left_out.iter().map(|name| ((*name).to_owned(), measure.to_owned()));
            all_left_out.extend(named);
            let cells = cells(measure, &rows, table.predictors.len(), left_out.len(), request);
            sheet.push(group.values.iter().map(Cell::from).chain(cells));
        }
    }
    let left_out = all_left_out.iter().map(|(name, measure)| (name.as_str(), measure.clone()));
    sheet.warnings.extend(about("references left out, as some predictor has no figure", left_out));
    sheet.settings = vec![
        ("level", request.level.into()),
        ("permutations", u64::from(request.bootstrap).into()),
        ("seed", request.seed.into()),
    ];
    Ok(vec![sheet.about(&observations, &request.contrast)])
}

fn cells(
    measure: &str,
    rows: &[Vec<f64>],
    predictors: usize,
    left_out: usize,
    request: &Request,
) -> Vec<Cell> {
    let by_predictor: Vec<Vec<f64>> =
        (0..predictors).map(|at| rows.iter().map(|row| row[at]).collect()).collect();
    let concordance = kendall_w(&by_predictor, request.bootstrap, request.seed);
    let levels = icc(rows, request.level);
    let estimate = |icc: Icc| Estimate::limited(icc.value, icc.interval);
    let mut cells: Vec<Cell> = vec![
        measure.into(),
        rows.len().into(),
        predictors.into(),
        left_out.into(),
        concordance.w.into(),
        concordance.p_permutation.into(),
    ];
    cells.extend(estimate(levels.consistency).limits());
    cells.extend(estimate(levels.agreement).limits());
    cells
}
