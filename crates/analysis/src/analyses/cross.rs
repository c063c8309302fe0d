//! The analysis `cross`: does a model's own explanation tell more than those that others gave for the
//! same answer?

use super::{cross_arms, cross_published};
use crate::analyses::Analysis;
use crate::analyses::cross_units::{CrossRule, CrossUnit, Stratum, cross_units};
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::guesses::Guesses;
use crate::inference::{Figure, Inference, UnitSums};
use crate::prepared::Prepared;
use crate::request::{Compat, Flag, Request};
use crate::sheet::{Basis, Cell, Column, Kind, Sheet, basis_warnings};
use crate::unit::shared_texts;
use crate::warning;
use foretell_stats::ClusterErrors;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// The analysis `cross`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "cross",
    says: "NSG of a model's own explanations against those that others gave for the same answer.",
    keys: &GroupKey::BUT_ARM,
    by: &[GroupKey::Reference],
    honours: &[
        Flag::By,
        Flag::Arm,
        Flag::Against,
        Flag::ExcludeSelf,
        Flag::ConsistentOnly,
        Flag::Where,
        Flag::Level,
        Flag::Compat,
    ],
    columns: || [columns(), cross_arms::columns()].concat(),
    run,
};

fn columns() -> Vec<Column> {
    let stratum =
        "explainers that count: `all`, of the reference's target (`same_target`), of another one";
    let nsg = |name, says| Column::estimate(name, Kind::Signed, says);
    let mut columns = vec![
        Column::text("stratum", stratum),
        Column::count("units", "answers and predictors with an explainer in the stratum"),
        Column::count("skipped", "answers and predictors without one").wide(),
        Column::count("pairs", "distinct pairs of the units").wide(),
        Column::count("clusters", "distinct original texts of the units").wide(),
        Column::new("explainers_mean", Kind::Number, "mean number of explainers of a unit").wide(),
        Column::fraction("a_self", "accuracy with the reference's own explanation").wide(),
        Column::fraction("a_cross", "accuracy with the explanations of the others").wide(),
        Column::fraction("a_without", "accuracy of the baseline").wide(),
    ];
    columns.extend(nsg("nsg_self", "NSG of a_self").map(|c| c.headed("NSG self")));
    columns.extend(nsg("nsg_cross", "NSG of a_cross").map(|c| c.headed("NSG cross")));
    columns.extend(nsg("difference", "nsg_self - nsg_cross, paired"));
    columns.extend([
        Column::new("p", Kind::PValue, "of no difference"),
        Column::new("se_ratio", Kind::Ratio, crate::analyses::gain_sheet::SE_RATIO).hidden(),
    ]);
    columns
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    if request.compat == Compat::Published {
        return Ok(vec![cross_published::sheet(prepared, request, &by)]);
    }
    let observations = prepared.observations(request, &[]);
    let guesses = &observations.guesses;
    let rule = CrossRule::own(guesses, &request.contrast.arm);
    let (units, without) = cross_units(guesses, &observations.list, &rule);
    let all = [units.as_slice(), without.as_slice()].concat();
    let groups = grouped(guesses, &by, &all);
    let rows: Vec<[Row; 3]> = groups
        .par_iter()
        .map(|group| {
            Stratum::ALL.map(|stratum| Row::of(guesses, &group.members, stratum, request.level))
        })
        .collect();
    let columns = Column::groups(&by).into_iter().chain(columns()).collect();
    let mut sheet = Sheet::new(ANALYSIS.name, "Cross-model gain", ANALYSIS.says, columns);
    let mut basis = Vec::new();
    for (group, rows) in groups.iter().zip(rows) {
        for (row, stratum) in rows.into_iter().zip(Stratum::ALL) {
            let name = format!("{} / {}", group.name(), stratum.as_str());
            let (clusters, baseline_errors) = (row.clusters, row.baseline_errors);
            basis.push(Basis { name, clusters, baseline_errors });
            let cells = [Cell::from(stratum.as_str())].into_iter().chain(row.cells);
            sheet.push(group.values.iter().map(Cell::from).chain(cells));
        }
    }
    let possible = all.len() as u64;
    sheet.notes.push(format!(
        "{} of {} answers and predictors have no explainer of a third family with the same answer \
         to the original, and are left out",
        foretell_core::count(without.len() as u64),
        foretell_core::count(possible)
    ));
    sheet.notes.push(
        "conditions (--where) choose whose explanations are judged; explainers are all references of \
         the run"
            .to_owned(),
    );
    if by.contains(&GroupKey::Changed) {
        sheet.notes.push(GroupKey::OVERLAP.to_owned());
    }
    sheet.notes.extend(own_or_any(guesses, &units, request.level));
    sheet.warnings.extend(prepared.notices.iter().cloned());
    sheet.warnings.extend(warning::shared_texts(shared_texts(texts(guesses, &units))));
    sheet.warnings.extend(basis_warnings(&basis));
    sheet.warnings.extend(unknown_families(guesses, &units));
    sheet.settings.push(("level", request.level.into()));
    let sheet = sheet.about(&observations, &request.contrast);
    let arms = cross_arms::sheet(prepared, request, &by, &units);
    let arms = arms.map(|sheet| sheet.about(&observations, &request.contrast));
    Ok([Some(sheet), arms].into_iter().flatten().collect())
}

fn texts(guesses: &Guesses, units: &[CrossUnit]) -> impl Iterator<Item = [u32; 2]> {
    let pair = |unit: &CrossUnit| guesses.pair_of(unit.subject);
    units.iter().map(move |unit| [pair(unit).original, pair(unit).counterfactual])
}

/// Sums of units by pair of texts, with the error that each has.
pub(crate) fn sums<'a>(
    guesses: &Guesses,
    units: impl Iterator<Item = (&'a CrossUnit, f64)>,
) -> UnitSums {
    UnitSums::of_parts(units.map(|(unit, treated)| {
        let pair = guesses.pair_of(unit.subject);
        let errors = ClusterErrors { observations: 1.0, treated, baseline: unit.base };
        ([pair.original, pair.counterfactual], errors)
    }))
}

/// One figure less another of the same units.
pub(crate) fn less(one: &Figure, other: &Figure) -> Figure {
    let (one, other) = (one.as_ref(), other.as_ref());
    Ok(one.map_err(|reason| *reason)?.difference(other.map_err(|reason| *reason)?))
}

/// The figures of one group and stratum.
struct Row {
    cells: Vec<Cell>,
    clusters: u64,
    baseline_errors: f64,
}

impl Row {
    fn of(guesses: &Guesses, members: &[CrossUnit], stratum: Stratum, level: f64) -> Self {
        let place = stratum as usize;
        let inside: Vec<(&CrossUnit, f64, f64)> = members
            .iter()
            .filter_map(|unit| unit.shares[place].map(|(share, n)| (unit, share, n)))
            .collect();
        let own = sums(guesses, inside.iter().map(|(unit, ..)| (*unit, unit.own)));
        let cross = sums(guesses, inside.iter().map(|(unit, share, _)| (*unit, 1.0 - share)));
        let inference = Inference::of(&own.texts, level);
        let pairs: BTreeSet<u32> = (inside.iter())
            .map(|(unit, ..)| guesses.subjects[unit.subject as usize].pair)
            .collect();
        let explainers = inside.iter().map(|(.., n)| n).sum::<f64>() / inside.len() as f64;
        let value = |figure: &Figure| match figure {
            Ok(figure) => Cell::from(figure.value()),
            Err(reason) => Cell::undefined(reason),
        };
        let [a_self, a_without] = own.accuracies();
        let [a_cross, _] = cross.accuracies();
        let (nsg_self, nsg_cross) = (own.nsg(), cross.nsg());
        let difference = less(&nsg_self, &nsg_cross);
        let mut cells: Vec<Cell> = vec![
            inside.len().into(),
            (members.len() - inside.len()).into(),
            pairs.len().into(),
            own.clusters().into(),
            match inside.is_empty() {
                true => Cell::undefined("there is no unit"),
                false => explainers.into(),
            },
        ];
        cells.extend([a_self, a_cross, a_without].iter().map(value));
        for figure in [&nsg_self, &nsg_cross, &difference] {
            cells.extend(inference.estimate(figure).cells());
        }
        cells.push(inference.p_value(&difference).into());
        cells.push(inference.se_ratio(&difference).into());
        Self { cells, clusters: own.clusters(), baseline_errors: own.baseline_errors() }
    }
}

/// Models whose family nothing tells, each of which counts as one of its own.
fn unknown_families(guesses: &Guesses, units: &[CrossUnit]) -> Option<String> {
    let models: BTreeSet<u32> = (units.iter())
        .flat_map(|unit| [guesses.subjects[unit.subject as usize].reference, unit.predictor])
        .collect();
    let names: BTreeSet<&str> = models
        .into_iter()
        .map(|number| &guesses.models[number as usize])
        .filter(|model| model.family.is_none())
        .map(|model| &*model.name)
        .collect();
    let first = names.first()?;
    Some(format!(
        "nothing tells the family of {} models ({first} among them): each counts as a family of its \
         own",
        names.len()
    ))
}

/// Whether own explanations tell more than others', in words.
fn own_or_any(guesses: &Guesses, units: &[CrossUnit], level: f64) -> Option<String> {
    let own = sums(guesses, units.iter().map(|unit| (unit, unit.own)));
    let cross = units.iter().filter_map(|unit| Some((unit, 1.0 - unit.shares[0]?.0)));
    let cross = sums(guesses, cross);
    let inference = Inference::of(&own.texts, level);
    let figures = [own.nsg(), cross.nsg()];
    let [of_own, of_cross] = figures.each_ref().map(cross_arms::value);
    let difference = inference.estimate(&less(&figures[0], &figures[1]));
    let said = cross_arms::compared(
        &difference,
        "own explanations tell more about the model than others' for the same answer",
        "others' explanations for the same answer tell more about the model than its own",
        "own explanations are not told apart from others' for the same answer",
    )?;
    Some(format!(
        "own or any? NSG {of_own} with own and {of_cross} with others' explanations: {said}"
    ))
}
