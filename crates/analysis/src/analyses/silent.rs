//! The analysis `silent`: features that move answers and that explanations do not name.

use crate::analyses::Analysis;
use crate::analyses::changed_risk::{Case, features, ratio_cells, risks_alone};
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::guesses::Guesses;
use crate::inference::Inference;
use crate::mentions::{Judge, Mentions, UNJUDGED, answers};
use crate::names::Name;
use crate::observation::Observation;
use crate::prepared::Prepared;
use crate::rates::Rate;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Estimate, Kind, Sheet};
use crate::text_sums::{CONFUSION, TextSums, confusion_cells};
use foretell_stats::RiskEstimate;
use std::collections::{BTreeMap, HashSet};

/// The analysis `silent`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "silent",
    says: "Features that move answers, and how often explanations name them.",
    keys: &[
        GroupKey::Reference,
        GroupKey::Model,
        GroupKey::Family,
        GroupKey::Effort,
        GroupKey::Dataset,
        GroupKey::AnswerOrder,
        GroupKey::Distance,
        GroupKey::Method,
    ],
    by: &[GroupKey::Dataset],
    honours: &[Flag::By, Flag::Arm, Flag::Against, Flag::Where, Flag::Level, Flag::MinN],
    columns,
    run,
};

/// Features named in fewer explanations than this go unnamed in most.
const SELDOM: f64 = 0.5;

fn columns() -> Vec<Column> {
    let ratio = "share of changed answers where the feature changed over share where it did not";
    let mut columns = vec![
        Column::text("dataset", "the dataset"),
        Column::text("feature", "a feature that changes in some pairs of the dataset"),
        Column::text("judge", "who says what explanations name").wide(),
        Column::count("n_changed", "answers to pairs in which the feature changed"),
        Column::count("k_changed", "those of them that are not the answer to the original").wide(),
    ];
    columns.extend(
        Column::estimate("relative_risk", Kind::Ratio, ratio).map(|c| c.headed("relative risk")),
    );
    columns.push(Column::count("explanations", "explanations judged for the feature").wide());
    columns.extend(Column::estimate("named", Kind::Fraction, "share of them that name it"));
    columns.push(
        Column::count("moved_alone", "judged answers that changed when nothing else did").wide(),
    );
    let moved = "share of those whose explanation names it";
    columns.extend(Column::estimate("named_when_moved", Kind::Fraction, moved));
    columns.push(Column::count("judged", "judged answers where the feature changed").hidden());
    let phi = "correlation of an answer that changed and a feature that is named, where it changed";
    columns.extend(Column::estimate("phi", Kind::Signed, phi));
    columns
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let mut by = request.by_or(ANALYSIS.by);
    by.retain(|key| *key != GroupKey::Dataset);
    let observations = prepared.observations(request, &[]);
    let guesses = &observations.guesses;
    let mentions = Mentions::read(prepared)?;
    let features = features(guesses);
    let columns = Column::groups(&by).into_iter().chain(columns()).collect();
    let mut sheet = Sheet::new(ANALYSIS.name, "Silent influence", ANALYSIS.says, columns);
    let (mut few, mut silent) = (0, Vec::new());
    for group in grouped(guesses, &by, &answers(&observations)) {
        let mut of_dataset: BTreeMap<&str, (Name, Vec<Observation>)> = BTreeMap::new();
        for observation in &group.members {
            let dataset = guesses.pair_of(observation.subject).dataset;
            let part = of_dataset.entry(guesses.text(dataset));
            part.or_insert_with(|| (dataset, Vec::new())).1.push(*observation);
        }
        for (dataset, members) in of_dataset.values() {
            let features = &features[dataset];
            let cases = cases(guesses, members);
            let risks = risks_alone(guesses, &cases, features, request.level);
            for (feature, risk) in features.iter().zip(&risks) {
                if (risk.present.observations as u64) < request.min_n {
                    few += 1;
                    continue;
                }
                for judge in mentions.judges() {
                    let named = Named::of(guesses, members, *feature, judge);
                    let place = [*dataset, *feature].map(|name| Cell::from(guesses.text(name)));
                    let groups = group.values.iter().map(Cell::from).chain(place);
                    let judge = judge.name.map(String::as_str);
                    sheet.push(groups.chain(cells(risk, judge, &named, request.level)));
                    let parts = [guesses.text(*dataset), guesses.text(*feature)];
                    let name = group.values.iter().chain(parts).map(|part| &**part);
                    silent.extend(named.silent(risk, &name.collect::<Vec<_>>().join(" / ")));
                }
            }
        }
    }
    if few > 0 {
        sheet.notes.push(format!(
            "{few} features are left out that changed in fewer than {} answers' pairs (--min-n)",
            request.min_n
        ));
    }
    if mentions.judges()[0].name.is_none() {
        sheet.warnings.push(UNJUDGED.to_owned());
    } else {
        let note = match silent.is_empty() {
            true => {
                "no feature moves answers (its interval above 1) and is named in fewer than half \
                     of the explanations"
                    .to_owned()
            }
            false => format!(
                "move answers (intervals above 1) and are named in fewer than half of the \
                 explanations: {}",
                silent.join(", ")
            ),
        };
        sheet.notes.push(note);
    }
    sheet.settings = vec![("level", request.level.into()), ("min_n", request.min_n.into())];
    let mut sheet = sheet.about(&observations, &request.contrast);
    // Nothing here depends on who guessed.
    (sheet.panel, sheet.contrast) = (None, None);
    Ok(vec![sheet])
}

/// Answers that changed or did not, of pairs that say what changed.
fn cases(guesses: &Guesses, members: &[Observation]) -> Vec<Case> {
    let cases = members.iter().filter_map(|observation| {
        let subject = &guesses.subjects[observation.subject as usize];
        let told = !guesses.pairs[subject.pair as usize].changed.is_empty();
        let happened = subject.switched().filter(|_| told)?;
        Some(Case { pair: subject.pair, happened })
    });
    cases.collect()
}

/// How often a feature is named.
#[derive(Debug, Default)]
struct Named {
    known: bool,
    explanations: Rate,
    moved_alone: Rate,
    /// Named against moved, with the texts of the pair.
    moved: Vec<([u32; 2], [f64; 4])>,
    judged: u64,
}

impl Named {
    fn of(guesses: &Guesses, members: &[Observation], feature: Name, judge: Judge<'_>) -> Self {
        let mut named = Self { known: judge.name.is_some(), ..Self::default() };
        let mut explained = HashSet::new();
        for observation in members {
            let subject = &guesses.subjects[observation.subject as usize];
            let pair = &guesses.pairs[subject.pair as usize];
            let Some(mentioned) = judge.mentioned(guesses, subject, feature) else { continue };
            // One explanation of an original stands behind all of its pairs; of a hint, which only the
            // counterfactual holds, that of the counterfactual is judged.
            let text = if pair.cue_label.is_some() { pair.counterfactual } else { pair.original };
            if explained.insert((text, pair.answer_order, subject.reference)) {
                named.explanations.add([pair.original, text], mentioned);
            }
            if !pair.changed.contains(&feature) {
                continue;
            }
            let Some(switched) = subject.switched() else { continue };
            let texts = [pair.original, pair.counterfactual];
            if switched && pair.changed.len() == 1 {
                named.moved_alone.add(texts, mentioned);
            }
            named.moved.push((texts, confusion_cells(mentioned, switched)));
            named.judged += 1;
        }
        named
    }

    fn phi(&self, level: f64) -> Estimate {
        let sums = TextSums::of(self.moved.iter().copied());
        sums.phi(&Inference::of(&sums.texts, level), CONFUSION)
    }

    /// What is said of a feature that moves answers and is seldom named.
    fn silent(&self, risk: &RiskEstimate, name: &str) -> Option<String> {
        let moves = risk.relative_risk_interval.is_ok_and(|interval| interval.low > 1.0);
        let share = self.explanations.share().number()?;
        (moves && share < SELDOM).then(|| format!("{name} (named in {:.0} %)", 100.0 * share))
    }
}

fn cells(risk: &RiskEstimate, judge: Option<&str>, named: &Named, level: f64) -> Vec<Cell> {
    let mut cells = vec![
        judge.map_or(Cell::Empty, Cell::from),
        Cell::Count(risk.present.observations as u64),
        Cell::Count(risk.present.events as u64),
    ];
    cells.extend(ratio_cells(risk));
    let figure = |estimate: Estimate| match named.known {
        true => estimate.cells(),
        false => Estimate::undefined(UNJUDGED).cells(),
    };
    cells.push(named.explanations.observations().into());
    cells.extend(figure(named.explanations.estimate(level)));
    cells.push(named.moved_alone.observations().into());
    cells.extend(figure(named.moved_alone.estimate(level)));
    cells.push(named.judged.into());
    cells.extend(figure(named.phi(level)));
    cells
}
