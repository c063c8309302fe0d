//! The analysis `egregious`: how often a whole panel agrees on one wrong answer.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::observation::{NO_PEOPLE, Observation, Observations};
use crate::prepared::Prepared;
use crate::published;
use crate::rates::Rate;
use crate::request::{Compat, Flag, Request};
use crate::selection::Excluded;
use crate::sheet::{Basis, Cell, Column, Kind, Sheet, basis_warnings};
use crate::unanimity::{Judged, PanelRule, Verdict, judge};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The analysis `egregious`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "egregious",
    says: "How often the whole panel, shown the explanation, agrees on one wrong answer.",
    keys: &GroupKey::ALL,
    by: &[GroupKey::Reference],
    honours: &[
        Flag::By,
        Flag::Arm,
        Flag::Against,
        Flag::ExcludeSelf,
        Flag::ConsistentOnly,
        Flag::Where,
        Flag::Level,
        Flag::MinAnswered,
        Flag::Compat,
    ],
    columns: || [columns(), scenario_columns()].concat(),
    run,
};

fn columns() -> Vec<Column> {
    let rate = "egregious / subjects";
    let strict = "strict / subjects";
    let mut columns = vec![
        Column::count("subjects", "answers of references about which the panel guessed"),
        Column::count("incomplete", "answers left out because too few of the panel answered")
            .wide(),
        Column::count("no_target", "answers of references that are missing").hidden(),
        Column::count("clusters", "distinct original texts among the subjects").wide(),
        Column::count("egregious", "subjects of which all treated guesses are one wrong label"),
    ];
    columns.extend(Column::estimate("rate", Kind::Fraction, rate));
    columns.push(
        Column::count("strict", "those whose baseline guesses were not all one wrong label").wide(),
    );
    columns.extend(Column::estimate("strict_rate", Kind::Fraction, strict));
    columns
}

fn scenario_columns() -> Vec<Column> {
    vec![
        Column::text("dataset", "the dataset"),
        Column::text("dimension", "what the two groups of the original scenario differ in"),
        Column::text("side", "which group dies in Case 1 of the original; `all` for either"),
    ]
}

/// The observations judged, and what is said about their choice.
pub(crate) struct Basics {
    pub(crate) observations: Arc<Observations>,
    pub(crate) list: Vec<Observation>,
    excluded: Vec<Excluded>,
    notes: Vec<String>,
}

impl Basics {
    pub(crate) fn of(prepared: &Prepared, request: &Request, by: &[GroupKey]) -> Self {
        match request.compat {
            Compat::Own => {
                let observations = prepared.observations(request, by);
                let excluded = observations.excluded.clone();
                let mut notes = vec![match request.min_answered {
                    None => "all of the panel had to answer".to_owned(),
                    Some(least) => format!("at least {least} of the panel had to answer"),
                }];
                let alone = by.contains(&GroupKey::Predictor);
                let list = match observations.panels_of(&observations.list) {
                    Cow::Owned(panels) if !alone => {
                        notes.push(NO_PEOPLE.to_owned());
                        panels
                    }
                    _ => observations.list.clone(),
                };
                Self { observations, list, excluded, notes }
            }
            Compat::Published => {
                let kept = published::observations(prepared, request);
                let mut notes = kept.differences;
                notes.push(
                    "missing guesses are values that agree with each other and are never the \
                     target; ours asks for answers of the whole panel"
                        .to_owned(),
                );
                let (observations, list) = (kept.observations, kept.list);
                Self { observations, list, excluded: kept.excluded, notes }
            }
        }
    }

    /// A sheet with all that is known of its basis.
    pub(crate) fn about(&self, mut sheet: Sheet, prepared: &Prepared, request: &Request) -> Sheet {
        sheet.notes.splice(0..0, self.notes.iter().cloned());
        sheet.warnings.extend(prepared.notices.iter().cloned());
        let mut sheet = sheet.about(&self.observations, &request.contrast);
        sheet.panel = Some(crate::gain_published::panel(&self.observations, &self.list));
        sheet.excluded.clone_from(&self.excluded);
        sheet.settings.push(("level", request.level.into()));
        sheet.conditional = prepared.selection(request).conditional();
        sheet
    }
}

/// The rule of a request: predictors are panels of their own where groups are by them.
pub(crate) fn rule(request: &Request, by: &[GroupKey]) -> PanelRule {
    let alone = by.contains(&GroupKey::Predictor);
    PanelRule { alone, min_answered: request.min_answered, compat: request.compat }
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let basics = Basics::of(prepared, request, &by);
    let judged = judge(&basics.observations, &basics.list, rule(request, &by));
    let columns = Column::groups(&by).into_iter().chain(columns()).collect();
    let mut sheet = Sheet::new(ANALYSIS.name, "Egregious errors", ANALYSIS.says, columns);
    let mut rows: Vec<Basis> = Vec::new();
    for group in grouped(&basics.observations.guesses, &by, &judged) {
        let counted = Counted::of(&basics.observations, &group.members);
        rows.push(counted.basis(group.name()));
        sheet.push(group.values.iter().map(Cell::from).chain(counted.cells(request)));
    }
    sheet.warnings.extend(basis_warnings(&rows));
    if by.contains(&GroupKey::Changed) {
        sheet.notes.push(GroupKey::OVERLAP.to_owned());
    }
    if by.contains(&GroupKey::Predictor) {
        sheet.notes.push("by predictor each one is a panel of its own".to_owned());
    }
    let sheet = basics.about(sheet, prepared, request);
    let scenarios = scenarios(prepared, request, &basics, &judged)?;
    let scenarios = scenarios.map(|sheet| basics.about(sheet, prepared, request));
    Ok([Some(sheet), scenarios].into_iter().flatten().collect())
}

/// What is counted of some subjects.
#[derive(Debug, Default)]
struct Counted {
    incomplete: u64,
    no_target: u64,
    egregious: Rate,
    strict: Rate,
}

impl Counted {
    fn of(observations: &Observations, judged: &[Judged]) -> Self {
        let mut counted = Self::default();
        for judged in judged {
            let pair = observations.guesses.pair_of(judged.subject);
            let texts = [pair.original, pair.counterfactual];
            match judged.verdict {
                Verdict::NoTarget => counted.no_target += 1,
                Verdict::Incomplete => counted.incomplete += 1,
                verdict => {
                    counted.egregious.add(texts, judged.is_egregious());
                    counted.strict.add(texts, verdict == Verdict::Strict);
                }
            }
        }
        counted
    }

    fn basis(&self, name: String) -> Basis {
        // No figure here is a share of the baseline's errors.
        Basis { name, clusters: self.egregious.clusters(), baseline_errors: 0.0 }
    }

    fn cells(&self, request: &Request) -> Vec<Cell> {
        let mut cells: Vec<Cell> = vec![
            self.egregious.observations().into(),
            self.incomplete.into(),
            self.no_target.into(),
            self.egregious.clusters().into(),
            self.egregious.events().into(),
        ];
        match request.compat {
            Compat::Own => {
                cells.extend(self.egregious.estimate(request.level).cells());
                cells.push(self.strict.events().into());
                cells.extend(self.strict.estimate(request.level).cells());
            }
            Compat::Published => {
                cells.push(self.egregious.share());
                cells.extend([const { Cell::Empty }; 3]);
                let none = || Cell::undefined("the published rules have no strict form");
                cells.extend([none(), none()]);
                cells.extend([const { Cell::Empty }; 3]);
            }
        }
        cells
    }
}

/// By dimension and side of the original scenario, where questions have such features.
fn scenarios(
    prepared: &Prepared,
    request: &Request,
    basics: &Basics,
    judged: &[Judged],
) -> Result<Option<Sheet>, AnalysisError> {
    let mut known: HashMap<(&str, &str), [&str; 2]> = HashMap::new();
    for question in prepared.tables.questions()? {
        let value = |name: &str| {
            let feature = question.features.iter().find(|feature| feature.name == name);
            feature.map(|feature| feature.value.as_str())
        };
        if let (Some(dimension), Some(side)) = (value("dimension"), value("sides")) {
            known.insert((&question.dataset, question.text_id.as_str()), [dimension, side]);
        }
    }
    if known.is_empty() {
        return Ok(None);
    }
    let asked = request.by.iter().flatten().copied();
    let kept = |key: &GroupKey| !matches!(key, GroupKey::Changed | GroupKey::Dataset);
    let by: Vec<GroupKey> = asked.filter(kept).collect();
    let shown = [Column::groups(&by), scenario_columns(), columns()].concat();
    let says = "Egregious errors by what the two groups of a scenario differ in, and by which of them \
                dies in Case 1.";
    let mut sheet = Sheet::new("egregious-scenarios", "Egregious errors by scenario", says, shown);
    let guesses = &basics.observations.guesses;
    for group in grouped(guesses, &by, judged) {
        let mut parts: BTreeMap<[&str; 3], Vec<Judged>> = BTreeMap::new();
        for judged in &group.members {
            let pair = guesses.pair_of(judged.subject);
            let dataset = &**guesses.text(pair.dataset);
            let text = guesses.text(guesses.texts[pair.original as usize].id);
            if let Some([dimension, side]) = known.get(&(dataset, &**text)) {
                for side in ["all", side] {
                    parts.entry([dataset, dimension, side]).or_default().push(*judged);
                }
            }
        }
        for (values, members) in parts {
            let counted = Counted::of(&basics.observations, &members);
            let values = values.into_iter().map(Cell::from);
            let groups = group.values.iter().map(Cell::from).chain(values);
            sheet.push(groups.chain(counted.cells(request)));
        }
    }
    sheet.notes.push("each subject stands in the row of its side and in that of `all`".to_owned());
    Ok((!sheet.rows.is_empty()).then_some(sheet))
}
