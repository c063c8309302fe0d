//! The analysis `effort`: what reasoning effort does to the NSG of one model.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::figures::{
    Figures, about_figures, difference_columns, group_columns, of_group, of_two, p_cells,
};
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::matched::{Matched, matched};
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Kind, Sheet};
use crate::text_units::TextUnits;
use foretell_stats::{ClusteredMcnemar, Discordant, dependent_mcnemar};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The analysis `effort`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "effort",
    says: "NSG of models that were asked at several efforts, and paired differences between these.",
    keys: &[
        GroupKey::Dataset,
        GroupKey::Predictor,
        GroupKey::AnswerOrder,
        GroupKey::Distance,
        GroupKey::Method,
        GroupKey::Changed,
    ],
    by: &[],
    honours: Flag::ESTIMATES,
    columns: || [level_columns(), pair_columns()].concat(),
    run,
};

fn level_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("model", "the model, whatever its effort"),
        Column::text("effort", "the effort asked of it"),
    ];
    columns.extend(group_columns());
    columns
}

fn pair_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("model", "the model, whatever its effort"),
        Column::text("one", "the higher effort").headed("effort"),
        Column::text("other", "the effort it is compared with").headed("than"),
    ];
    columns.extend(difference_columns());
    columns.extend([
        Column::new("only_one", Kind::Number, "treated guesses right at the first effort alone")
            .hidden(),
        Column::new("only_other", Kind::Number, "treated guesses right at the second effort alone")
            .hidden(),
        Column::new(
            "mcnemar_p",
            Kind::PValue,
            "clustered McNemar test of treated guesses being right",
        )
        .headed("p (McNemar)")
        .wide(),
    ]);
    columns
}

/// Observations of one model by effort, lowest first.
type Efforts = Vec<(Arc<str>, Vec<Observation>)>;

/// The comparison of two efforts, and the cells of their McNemar test.
type Pair = (Figures, [Cell; 3]);

/// The models of a group that were asked at several efforts. Two references that share model and
/// effort cannot be told apart by it: their observations stand together, and those that are about
/// the same have one counterpart.
fn models(observations: &Observations, group: &Group) -> Vec<(Arc<str>, Efforts)> {
    let guesses = &observations.guesses;
    let mut models: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Vec<Observation>>> = BTreeMap::new();
    for observation in &group.members {
        let reference = guesses.subjects[observation.subject as usize].reference;
        let model = &guesses.models[reference as usize];
        let efforts = models.entry(Arc::clone(&model.model)).or_default();
        efforts.entry(Arc::clone(&model.effort)).or_default().push(*observation);
    }
    let several = models.into_iter().filter(|(_, efforts)| efforts.len() > 1);
    let sorted = several.map(|(model, efforts)| {
        let mut efforts: Efforts = efforts.into_iter().collect();
        efforts.sort_by(|a, b| GroupKey::Effort.compare(&a.0, &b.0));
        (model, efforts)
    });
    sorted.collect()
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let groups = observations.groups(&by);
    let figures: Vec<(Vec<Figures>, Vec<Pair>)> =
        groups.par_iter().map(|group| of_efforts(&observations, group, request)).collect();
    let columns = |columns| [Column::groups(&by), columns].concat();
    let says = "Models that were asked at several efforts.";
    let mut levels = Sheet::new(ANALYSIS.name, "Efforts", says, columns(level_columns()));
    let says = "Efforts of one model against each other on the observations that both have; p adjusted \
                for all pairs of a group.";
    let title = "Differences between efforts";
    let mut pairs = Sheet::new("effort-differences", title, says, columns(pair_columns()));
    for (group, (of_levels, of_pairs)) in groups.iter().zip(&figures) {
        for row in of_levels {
            levels.push(group.values.iter().map(Cell::from).chain(row.cells.clone()));
        }
        let p = p_cells(of_pairs.iter().map(|(row, _)| row));
        for ((row, mcnemar), p) in of_pairs.iter().zip(p) {
            let values = group.values.iter().map(Cell::from);
            pairs.push(values.chain(row.cells.clone()).chain(p).chain(mcnemar.clone()));
        }
    }
    if levels.rows.is_empty() {
        let none = "no model was asked at several efforts";
        levels.notes.push(none.to_owned());
        pairs.notes.push(none.to_owned());
    }
    let about = |sheet, rows: Vec<&Figures>| {
        about_figures(sheet, prepared, &observations, request, rows.into_iter())
    };
    Ok(vec![
        about(levels, figures.iter().flat_map(|(levels, _)| levels).collect()),
        about(pairs, figures.iter().flat_map(|(_, pairs)| pairs).map(|(row, _)| row).collect()),
    ])
}

fn of_efforts(
    observations: &Observations,
    group: &Group,
    request: &Request,
) -> (Vec<Figures>, Vec<Pair>) {
    let (mut levels, mut pairs) = (Vec::new(), Vec::new());
    let key = |o: &Observation| about(observations, o);
    for (model, efforts) in models(observations, group) {
        for (effort, list) in &efforts {
            let name = named(group, &format!("{model} / {effort}"));
            let mut figures = of_group(observations, list, request, name);
            figures.cells.splice(0..0, [Cell::from(&model), Cell::from(effort)]);
            levels.push(figures);
        }
        for (at, (other, second)) in efforts.iter().enumerate() {
            for (one, first) in &efforts[at + 1..] {
                let found = matched(first, second, [&key, &key]);
                let units = [&found.one, &found.other]
                    .map(|list| observations.units(list, request.weights));
                let mut figures = of_two(
                    [&units[0], &units[1]],
                    found.one.len() as u64,
                    found.dropped,
                    request,
                    named(group, &format!("{model} / {one} - {other}")),
                );
                let names = [Cell::from(&model), Cell::from(one), Cell::from(other)];
                figures.cells.splice(0..0, names);
                let test = mcnemar(observations, &found, request.level);
                let p = test.test.map(|test| test.p);
                let cells = [test.first_only.into(), test.second_only.into(), p.into()];
                pairs.push((figures, cells));
            }
        }
    }
    (levels, pairs)
}

fn named(group: &Group, what: &str) -> String {
    match group.values.is_empty() {
        true => what.to_owned(),
        false => format!("{} / {what}", group.name()),
    }
}

/// What an observation is about, whatever the effort: pair, arm, whose explanation where it is not
/// the reference's own, repeat of the answer, predictor.
fn about(
    observations: &Observations,
    observation: &Observation,
) -> Option<(u32, u16, Option<u32>, u32, u32)> {
    let subject = &observations.guesses.subjects[observation.subject as usize];
    let other = (subject.explainer != subject.reference).then_some(subject.explainer);
    Some((subject.pair, observation.arm, other, subject.answer_repeat, observation.predictor))
}

/// Obuchowski's test of treated guesses being right. Averaged repeats count by their difference.
fn mcnemar(observations: &Observations, found: &Matched, level: f64) -> ClusteredMcnemar {
    let texts = |observation: &Observation| observations.texts(observation);
    let units = TextUnits::of(found.one.iter().map(texts), level);
    let mut pairs = vec![Discordant::default(); units.count()];
    for (one, other) in found.one.iter().zip(&found.other) {
        let pair = &mut pairs[units.number(texts(one)) as usize];
        let better = other.treated_error() - one.treated_error();
        pair.first_only += better.max(0.0);
        pair.second_only += (-better).max(0.0);
    }
    dependent_mcnemar(&pairs, units.dependence())
}
