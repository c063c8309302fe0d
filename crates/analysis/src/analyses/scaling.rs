//! The analysis `scaling`: NSG, unread replies and answers against the size of references.

use crate::analyses::Analysis;
use crate::analyses::scaling_slope::{Point, slope_cells, slope_columns};
use crate::error::AnalysisError;
use crate::figures::{Figures, about_figures, group_columns, of_group};
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_core::{AnswerOrder, Outcome};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The analysis `scaling`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "scaling",
    says: "NSG, unread replies and answers against the number of parameters of references.",
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
    columns: || [model_columns(), answer_columns(), slope_columns()].concat(),
    run,
};

fn reference_columns() -> [Column; 4] {
    [
        Column::text("reference", "the model whose behaviour is guessed"),
        Column::text("family", "its family").wide(),
        Column::new("size_b", Kind::Number, "its parameters, in billions"),
        Column::new("log10_parameters", Kind::Number, "logarithm of its parameters, base 10")
            .hidden(),
    ]
}

fn model_columns() -> Vec<Column> {
    let mut columns = reference_columns().to_vec();
    columns.extend(group_columns());
    columns.extend([
        Column::count("replies", "its replies to counterfactuals, each once").hidden(),
        Column::fraction("unread", "share of these in which no label, or several, could be read"),
    ]);
    columns
}

fn answer_columns() -> Vec<Column> {
    let mut columns = reference_columns().to_vec();
    columns.extend([
        Column::text("answered_dataset", "the dataset of the questions"),
        Column::text("label", "the label"),
        Column::count("answers", "its answers to counterfactuals of the dataset, each once"),
        Column::fraction("share", "share of these that are the label"),
    ]);
    columns
}

/// What one reference did in one group.
struct Reference {
    number: u32,
    figures: Figures,
    replies: u64,
    unread: u64,
    /// Answers by dataset and label.
    answers: BTreeMap<(Arc<str>, Arc<str>), u64>,
}

/// Whether a reply came, and whether a label could be read from it.
fn came(outcome: Outcome) -> bool {
    use Outcome::{ContextExceeded, NotAsked, ProviderError, TimedOut};
    !matches!(outcome, ContextExceeded | NotAsked | ProviderError | TimedOut)
}

impl Reference {
    fn of(
        observations: &Observations,
        number: u32,
        list: &[Observation],
        request: &Request,
        name: String,
    ) -> Self {
        let guesses = &observations.guesses;
        let mut seen: BTreeSet<(u32, AnswerOrder, u32)> = BTreeSet::new();
        let (mut replies, mut unread, mut answers) = (0, 0, BTreeMap::new());
        for panel in list.chunk_by(|a, b| a.subject == b.subject) {
            let subject = &guesses.subjects[panel[0].subject as usize];
            let pair = &guesses.pairs[subject.pair as usize];
            // One reply is the target of several pairs.
            let reply = (pair.counterfactual, pair.answer_order, subject.answer_repeat);
            if !came(subject.target_outcome) || !seen.insert(reply) {
                continue;
            }
            replies += 1;
            let outcome = subject.target_outcome;
            unread += u64::from(matches!(outcome, Outcome::Hedged | Outcome::Unparsed));
            if let Some(target) = subject.target {
                let text = |name| Arc::clone(guesses.text(name));
                *answers.entry((text(pair.dataset), text(target))).or_default() += 1;
            }
        }
        let figures = of_group(observations, list, request, name);
        Self { number, figures, replies, unread, answers }
    }

    fn cells(&self, observations: &Observations) -> [Cell; 4] {
        let model = &observations.guesses.models[self.number as usize];
        let size = log10_parameters(model.size_b);
        let unknown = || Cell::undefined("the size of the reference is not known");
        [
            Cell::from(&model.name),
            model.family.as_ref().map_or(Cell::Empty, Cell::from),
            size.map_or_else(unknown, |_| model.size_b.into()),
            size.map_or_else(unknown, Cell::from),
        ]
    }

    fn unread(&self) -> Option<f64> {
        (self.replies > 0).then(|| self.unread as f64 / self.replies as f64)
    }

    /// Answers about a dataset, and the share of a label among them.
    fn share(&self, dataset: &str, label: &str) -> Option<(u64, f64)> {
        let of_dataset = self.answers.iter().filter(|((of, _), _)| &**of == dataset);
        let (mut all, mut labelled) = (0, 0);
        for ((_, given), count) in of_dataset {
            all += count;
            labelled += if &**given == label { *count } else { 0 };
        }
        (all > 0).then(|| (all, labelled as f64 / all as f64))
    }
}

/// The logarithm of a number of parameters that is known and sensible.
fn log10_parameters(size_b: Option<f64>) -> Option<f64> {
    size_b.filter(|size| size.is_finite() && *size > 0.0).map(|size| size.log10() + 9.0)
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let groups = observations.groups(&by);
    let columns = |columns: Vec<Column>| [Column::groups(&by), columns].concat();
    let says = "Every reference with its size; those of unknown size are listed, but in no slope.";
    let mut models =
        Sheet::new(ANALYSIS.name, "Size of references", says, columns(model_columns()));
    let says = "Shares of the labels among answers to counterfactuals.";
    let title = "Answers by size";
    let mut answers = Sheet::new("scaling-answers", title, says, columns(answer_columns()));
    let says = "Change of a figure when parameters grow tenfold: over all references, within families, \
                and in each family.";
    let title = "Slopes against log10 of parameters";
    let mut slopes = Sheet::new("scaling-slopes", title, says, columns(slope_columns()));
    let references: Vec<Vec<Reference>> =
        groups.par_iter().map(|group| of_references(&observations, group, request)).collect();
    for (group, references) in groups.iter().zip(&references) {
        let values = || group.values.iter().map(Cell::from);
        let labels: BTreeSet<(Arc<str>, Arc<str>)> =
            references.iter().flat_map(|of| of.answers.keys().cloned()).collect();
        for of in references {
            let unread = of.unread().ok_or("no reply came");
            let tail = [Cell::from(of.replies), Cell::from(unread)];
            let cells = of.cells(&observations).into_iter().chain(of.figures.cells.clone());
            models.push(values().chain(cells).chain(tail));
            for (dataset, label) in &labels {
                if let Some((all, share)) = of.share(dataset, label) {
                    let tail = [dataset.into(), label.into(), Cell::from(all), share.into()];
                    answers.push(values().chain(of.cells(&observations)).chain(tail));
                }
            }
        }
        let mut add = |figure: String, of: &dyn Fn(&Reference) -> Option<f64>| {
            let points = points(&observations, references, of);
            for row in slope_cells(&figure, &points, request.level) {
                slopes.push(values().chain(row));
            }
        };
        add("NSG".to_owned(), &|of| of.figures.value.clone().ok());
        add("unread replies".to_owned(), &Reference::unread);
        for (dataset, label) in &labels {
            let share = |of: &Reference| of.share(dataset, label).map(|(_, share)| share);
            add(format!("share of {label}, {dataset}"), &share);
        }
    }
    let about = |sheet| {
        let rows = references.iter().flatten().map(|of| &of.figures);
        about_figures(sheet, prepared, &observations, request, rows)
    };
    Ok(vec![about(models), about(answers), about(slopes)])
}

/// What every reference of a group did, by size; those of unknown size last.
fn of_references(observations: &Observations, group: &Group, request: &Request) -> Vec<Reference> {
    let guesses = &observations.guesses;
    let mut lists: BTreeMap<u32, Vec<Observation>> = BTreeMap::new();
    for observation in &group.members {
        let reference = guesses.subjects[observation.subject as usize].reference;
        lists.entry(reference).or_default().push(*observation);
    }
    let mut references: Vec<Reference> = lists
        .into_iter()
        .map(|(number, list)| {
            let mut name = group.values.clone();
            name.push(Arc::clone(&guesses.models[number as usize].name));
            Reference::of(observations, number, &list, request, name.join(" / "))
        })
        .collect();
    let model = |of: &Reference| &guesses.models[of.number as usize];
    references.sort_by(|a, b| {
        let size = |of: &Reference| log10_parameters(model(of).size_b).unwrap_or(f64::INFINITY);
        size(a).total_cmp(&size(b)).then_with(|| model(a).name.cmp(&model(b).name))
    });
    references
}

/// The references whose size and figure are known.
fn points(
    observations: &Observations,
    references: &[Reference],
    figure: &dyn Fn(&Reference) -> Option<f64>,
) -> Vec<Point> {
    let point = |of: &Reference| {
        let model = &observations.guesses.models[of.number as usize];
        let x = log10_parameters(model.size_b)?;
        let y = figure(of).filter(|value| value.is_finite())?;
        Some(Point { x, y, family: model.family.clone() })
    };
    references.iter().filter_map(point).collect()
}
