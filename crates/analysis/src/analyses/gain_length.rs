//! The analysis `gain-length`: whether long explanations and much thought help or hurt.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::figures::about_figures;
use crate::figures::{Figures, p_columns};
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::inference::Inference;
use crate::inference::holm_adjusted;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::run_tables::Answer;
use crate::sheet::{Basis, Cell, Column, Estimate, Kind, Sheet};
use crate::text_sums::TextSums;
use foretell_core::AnswerOrder;
use foretell_stats::{LinearEstimate, Undefined};
use rayon::prelude::*;
use std::collections::HashMap;

/// The analysis `gain-length`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "gain-length",
    says: "Length of explanations and reasoning of predictors, where the treated arm helped and where \
           it hurt.",
    keys: &GroupKey::ALL,
    by: &[GroupKey::Reference],
    honours: Flag::ESTIMATES,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    let mean = |name: &'static str, says: &'static str| Column::new(name, Kind::Number, says);
    let mut columns = vec![
        Column::text("measure", "what is measured: of the reference's explanation, or of guesses"),
        Column::count("observations", "scored observations of which it is known"),
        mean("helped", "its mean where only the treated guess is right"),
        mean("hurt", "its mean where only the baseline guess is right"),
        mean("same", "its mean where both guesses are right, or both wrong").wide(),
    ];
    columns.extend(Column::estimate("difference", Kind::Number, "helped - hurt"));
    columns.extend(p_columns("no difference"));
    columns
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Characters,
    Words,
    ReasoningTreated,
    ReasoningBaseline,
}

impl Measure {
    const ALL: [Self; 4] =
        [Self::Characters, Self::Words, Self::ReasoningTreated, Self::ReasoningBaseline];

    fn says(self) -> &'static str {
        match self {
            Self::Characters => "explanation, characters",
            Self::Words => "explanation, words",
            Self::ReasoningTreated => "reasoning tokens, treated",
            Self::ReasoningBaseline => "reasoning tokens, baseline",
        }
    }

    /// Why there may be none.
    fn missing(self) -> &'static str {
        match self {
            Self::Characters | Self::Words => "no table of answers holds the explanations",
            _ => "no table of predictions holds tokens of reasoning",
        }
    }
}

/// Characters and words of the explanation behind each subject.
type Lengths = Vec<Option<(f64, f64)>>;

/// What an answer is known by: reference, dataset, text, answer order, repeat.
type Key<'a> = (&'a str, &'a str, &'a str, AnswerOrder, i64);

fn key(answer: &Answer) -> Key<'_> {
    let Answer { reference, dataset, text_id, answer_order, repeat, .. } = answer;
    (reference, dataset, text_id.as_str(), *answer_order, *repeat)
}

/// The explanations behind the subjects: the explainer's reply to the original, in the same order
/// and repeat.
fn lengths(prepared: &Prepared) -> Result<Lengths, AnalysisError> {
    let answers = prepared.tables.answers()?;
    let of = |answer: &Answer| {
        let text = answer.explanation.as_deref()?;
        Some((text.chars().count() as f64, text.split_whitespace().count() as f64))
    };
    let known: HashMap<Key<'_>, (f64, f64)> =
        answers.iter().filter_map(|answer| Some((key(answer), of(answer)?))).collect();
    let guesses = &prepared.guesses;
    let behind = guesses.subjects.iter().map(|subject| {
        let pair = &guesses.pairs[subject.pair as usize];
        let explainer = &guesses.models[subject.explainer as usize].name;
        let text = guesses.text(guesses.texts[pair.original as usize].id);
        let dataset = guesses.text(pair.dataset);
        let key = (&**explainer, &**dataset, &**text, pair.answer_order);
        known.get(&(key.0, key.1, key.2, key.3, i64::from(subject.answer_repeat))).copied()
    });
    Ok(behind.collect())
}

/// Weight and weighted value of a measure where the treated arm helped, hurt and changed nothing.
fn measured(
    observations: &Observations,
    observation: &Observation,
    measure: Measure,
    lengths: &Lengths,
) -> [f64; 6] {
    let mut sums = [0.0; 6];
    let share = 1.0 / f64::from(observation.complete());
    let of_subject = lengths[observation.subject as usize];
    for slot in observations.slots(observation) {
        let guess = |place: Option<u32>| observations.guesses.guesses.get(place? as usize);
        let (Some(treated), Some(baseline)) = (guess(slot.treated), guess(slot.baseline)) else {
            continue;
        };
        let (Some(right), Some(right_without)) = (treated.hit, baseline.hit) else { continue };
        let value = match measure {
            Measure::Characters => of_subject.map(|(characters, _)| characters),
            Measure::Words => of_subject.map(|(_, words)| words),
            Measure::ReasoningTreated => treated.reasoning_tokens.map(f64::from),
            Measure::ReasoningBaseline => baseline.reasoning_tokens.map(f64::from),
        };
        let Some(value) = value else { continue };
        let at = match (right, right_without) {
            (true, false) => 0,
            (false, true) => 2,
            _ => 4,
        };
        sums[at] += share;
        sums[at + 1] += share * value;
    }
    sums
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let lengths = lengths(prepared)?;
    let columns = [Column::groups(&by), columns()].concat();
    let title = "Length, where it helped and where it hurt";
    let mut sheet = Sheet::new(ANALYSIS.name, title, ANALYSIS.says, columns);
    let groups = observations.groups(&by);
    let rows: Vec<[Figures; 4]> = groups
        .par_iter()
        .map(|group| {
            Measure::ALL.map(|measure| figures(&observations, group, request, measure, &lengths))
        })
        .collect();
    // One family of comparisons for each measure: its groups.
    let adjusted =
        |at: usize| holm_adjusted(&rows.iter().map(|measures| measures[at].p).collect::<Vec<_>>());
    let adjusted = [0, 1, 2, 3].map(adjusted);
    for (number, (group, measures)) in groups.iter().zip(&rows).enumerate() {
        for (at, row) in measures.iter().enumerate() {
            let values = group.values.iter().map(Cell::from);
            let p = [Cell::from(row.p), adjusted[at][number].clone()];
            sheet.push(values.chain(row.cells.clone()).chain(p));
        }
    }
    sheet.notes.push(
        "of the reference's own explanation; an arm that shows another text has another length"
            .to_owned(),
    );
    let first = rows.iter().map(|measures| &measures[0]);
    Ok(vec![about_figures(sheet, prepared, &observations, request, first)])
}

fn figures(
    observations: &Observations,
    group: &Group,
    request: &Request,
    measure: Measure,
    lengths: &Lengths,
) -> Figures {
    let sums = TextSums::of_scored(observations, &group.members, request.weights, |observation| {
        measured(observations, observation, measure, lengths)
    });
    let inference = Inference::of(&sums.texts, request.level);
    let known = sums.total(&[0, 2, 4]);
    let mean = |at: usize| sums.mean(&sums.column(&[at + 1]), &[at]);
    let [helped, hurt, same] = [mean(0), mean(2), mean(4)];
    let mut cells = vec![measure.says().into(), (known.round() as u64).into()];
    if known == 0.0 {
        let nothing = Estimate::undefined(measure.missing());
        cells.extend((0..3).map(|_| Cell::undefined(measure.missing())));
        cells.extend(nothing.cells());
    } else {
        cells.extend([&helped, &hurt, &same].map(|mean| match mean {
            Ok(mean) => Cell::from(mean.value()),
            Err(_) => Cell::undefined("there is no such observation"),
        }));
    }
    let difference = helped.and_then(|helped| Ok(helped.difference(&hurt?)));
    if known > 0.0 {
        let estimate = match &difference {
            Ok(_) => inference.estimate(&difference),
            Err(_) => Estimate::undefined("it never helped, or never hurt"),
        };
        cells.extend(estimate.cells());
    }
    let p = match &difference {
        Ok(_) => inference.p_value(&difference),
        Err(_) => Err(Undefined::NothingCounted),
    };
    let scored = observations.units(&group.members, request.weights);
    Figures {
        cells,
        p,
        basis: Basis {
            name: group.name(),
            clusters: sums.texts.chunk_by(|a, b| a[0] == b[0]).count() as u64,
            baseline_errors: scored.iter().map(|unit| unit.baseline).sum(),
        },
        is_dyadic: inference.is_dyadic(),
        value: difference.map(|d: LinearEstimate| d.value()).map_err(|reason| reason.to_string()),
    }
}
