//! The analysis `drivers`: how much a changed feature raises egregious errors and answer changes.

use crate::analyses::Analysis;
use crate::analyses::changed_risk::{
    Case, FeatureRisk, difference_cells, feature_risks, features, ratio_cells, risk_cells,
    risk_columns,
};
use crate::analyses::egregious::{Basics, rule};
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::guesses::Guesses;
use crate::names::Name;
use crate::prepared::Prepared;
use crate::request::{Compat, Flag, Request};
use crate::sheet::{Basis, Cell, Column, Kind, Sheet, basis_warnings};
use crate::unanimity::{Judged, judge};
use foretell_stats::{Correlation, spearman};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The analysis `drivers`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "drivers",
    says: "How much a changed feature raises egregious errors and answer changes, by dataset.",
    keys: &[
        GroupKey::Reference,
        GroupKey::Model,
        GroupKey::Family,
        GroupKey::Effort,
        GroupKey::Dataset,
        GroupKey::Predictor,
        GroupKey::AnswerOrder,
        GroupKey::Distance,
        GroupKey::Method,
    ],
    by: &[GroupKey::Dataset],
    honours: &[
        Flag::By,
        Flag::Arm,
        Flag::Against,
        Flag::ExcludeSelf,
        Flag::ConsistentOnly,
        Flag::Where,
        Flag::Level,
        Flag::MinN,
        Flag::MinAnswered,
        Flag::Compat,
    ],
    columns: || [driver_columns(), against_columns(), rank_columns()].concat(),
    run,
};

/// The outcomes, in their order.
const OUTCOMES: [&str; 2] = ["egregious", "switched"];

fn place_columns() -> Vec<Column> {
    vec![
        Column::text("dataset", "the dataset"),
        Column::text("feature", "a feature that changes in some pairs of the dataset"),
    ]
}

fn driver_columns() -> Vec<Column> {
    let outcome = "`egregious`: all guesses are one wrong label; `switched`: the answer changed";
    [vec![Column::text("outcome", outcome)], place_columns(), risk_columns()].concat()
}

fn against_columns() -> Vec<Column> {
    let mut columns = place_columns();
    let ratio = |name, says| Column::estimate(name, Kind::Ratio, says);
    let difference = |name, says| Column::estimate(name, Kind::Difference, says).map(hidden);
    columns.extend(ratio("egregious_risk", "relative risk of an egregious error"));
    columns.extend(ratio("switched_risk", "relative risk of another answer"));
    columns.extend(difference("egregious_difference", "risk difference of an egregious error"));
    columns.extend(difference("switched_difference", "risk difference of another answer"));
    columns
}

fn hidden(column: Column) -> Column {
    column.hidden()
}

fn rank_columns() -> Vec<Column> {
    let rho = "Spearman's correlation over features of both relative risks";
    vec![
        Column::text("dataset", "the dataset; `all` for the features of all"),
        Column::count("features", "features with both relative risks"),
        Column { has_limits: true, ..Column::new("rho", Kind::Signed, rho) },
        Column::new("rho_low", Kind::Signed, "lower limit of its interval").hidden(),
        Column::new("rho_high", Kind::Signed, "upper limit of its interval").hidden(),
        Column::new("p", Kind::PValue, "of no correlation"),
    ]
}

/// The risks of one outcome in one group and dataset.
struct Part {
    values: Vec<Arc<str>>,
    dataset: Name,
    outcome: usize,
    cases: Vec<Case>,
    risks: Vec<FeatureRisk>,
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let mut by = request.by_or(ANALYSIS.by);
    // Features are those of a dataset, so that it is always a key.
    by.retain(|key| *key != GroupKey::Dataset);
    let basics = Basics::of(prepared, request, &by);
    let judged = judge(&basics.observations, &basics.list, rule(request, &by));
    let guesses = &basics.observations.guesses;
    let outcomes = if request.compat == Compat::Published { &OUTCOMES[..1] } else { &OUTCOMES };
    let features = features(guesses);
    let mut parts: Vec<Part> = Vec::new();
    for (outcome, _) in outcomes.iter().enumerate() {
        for group in grouped(guesses, &by, &judged) {
            let mut cases = cases(guesses, &group.members, outcome);
            for dataset in datasets(guesses, &features) {
                let cases = cases.remove(&dataset).unwrap_or_default();
                let (values, risks) = (group.values.clone(), Vec::new());
                parts.push(Part { values, dataset, outcome, cases, risks });
            }
        }
    }
    parts.par_iter_mut().for_each(|part| {
        part.risks = feature_risks(guesses, &part.cases, &features[&part.dataset], request.level);
    });
    let mut sheets = vec![drivers(guesses, &by, &parts, request)];
    if request.compat == Compat::Own {
        sheets.push(against(guesses, &by, &parts, request));
        sheets.push(ranks(guesses, &by, &parts, request));
    }
    if features.values().all(Vec::is_empty) {
        let note = "no pair says what changed, so there is nothing to go by";
        sheets.iter_mut().for_each(|sheet| sheet.notes.push(note.to_owned()));
    }
    Ok(sheets.into_iter().map(|sheet| basics.about(sheet, prepared, request)).collect())
}

/// The datasets with features, by their names.
fn datasets(guesses: &Guesses, features: &BTreeMap<Name, Vec<Name>>) -> Vec<Name> {
    let known = features.iter().filter(|(_, features)| !features.is_empty());
    let mut datasets: Vec<Name> = known.map(|(dataset, _)| *dataset).collect();
    datasets.sort_by(|one, other| guesses.text(*one).cmp(guesses.text(*other)));
    datasets
}

/// The cases of one outcome by dataset, of pairs that say what changed.
fn cases(guesses: &Guesses, judged: &[Judged], outcome: usize) -> BTreeMap<Name, Vec<Case>> {
    let mut cases: BTreeMap<Name, Vec<Case>> = BTreeMap::new();
    let mut seen: BTreeSet<[u32; 3]> = BTreeSet::new();
    for judged in judged {
        let subject = &guesses.subjects[judged.subject as usize];
        let pair = &guesses.pairs[subject.pair as usize];
        let happened = match outcome {
            0 => judged.counts().then(|| judged.is_egregious()),
            // An answer counts once, however many explainers and predictors it has.
            _ => subject
                .switched()
                .filter(|_| seen.insert([subject.pair, subject.reference, subject.answer_repeat])),
        };
        if let Some(happened) = happened.filter(|_| !pair.changed.is_empty()) {
            cases.entry(pair.dataset).or_default().push(Case { pair: subject.pair, happened });
        }
    }
    cases
}

fn drivers(guesses: &Guesses, by: &[GroupKey], parts: &[Part], request: &Request) -> Sheet {
    let columns = [Column::groups(by), driver_columns()].concat();
    let mut sheet = Sheet::new(ANALYSIS.name, "Drivers", ANALYSIS.says, columns);
    let (mut few, mut basis) = (0, Vec::new());
    for (outcome, name_of_outcome) in OUTCOMES.into_iter().enumerate() {
        let of_outcome = parts.iter().filter(|part| part.outcome == outcome);
        let all: Vec<(&Part, &FeatureRisk)> =
            of_outcome.flat_map(|part| part.risks.iter().map(move |risk| (part, risk))).collect();
        let (kept, left): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, risk)| risk.changed() >= request.min_n);
        few += left.len();
        let risks: Vec<&FeatureRisk> = kept.iter().map(|(_, risk)| *risk).collect();
        for ((part, risk), mut cells) in kept.iter().zip(risk_cells(&risks)) {
            if request.compat == Compat::Published {
                withhold(&mut cells);
            }
            let place = [part.dataset, risk.feature].map(|name| Cell::from(guesses.text(name)));
            let name = [guesses.text(part.dataset), guesses.text(risk.feature)];
            let name = part.values.iter().chain(name).map(|value| &**value).collect::<Vec<_>>();
            let clusters = risk.alone.clusters;
            basis.push(Basis { name: name.join(" / "), clusters, baseline_errors: 0.0 });
            let groups = part.values.iter().map(Cell::from);
            let outcome = Cell::from(name_of_outcome);
            sheet.push(groups.chain([outcome]).chain(place).chain(cells));
        }
    }
    if few > 0 {
        sheet.notes.push(format!(
            "{few} rows are left out whose feature changed in fewer than {} subjects (--min-n); in \
             adjusted figures their features are held fixed all the same",
            request.min_n
        ));
    }
    sheet.notes.push(match request.compat {
        Compat::Own => "relative risks of features that change together are not independent: the \
                        adjusted ones hold the others fixed, and p values are of them with Benjamini \
                        and Hochberg's method over all rows of an outcome"
            .to_owned(),
        Compat::Published => "relative risks are ratios of means of rows, unadjusted; ours adds \
                              intervals, risk differences and adjusted figures"
            .to_owned(),
    });
    sheet.settings.push(("min_n", request.min_n.into()));
    sheet.warnings.extend(basis_warnings(&basis));
    sheet
}

/// Leaves of the cells of a row what the published rules have: counts and the relative risk.
fn withhold(cells: &mut [Cell]) {
    const KEPT: usize = 6;
    cells[KEPT..].iter_mut().for_each(|cell| *cell = Cell::Empty);
}

/// Both outcomes of one group, dataset and feature, where each is reported.
fn both<'a>(
    parts: &'a [Part],
    request: &Request,
) -> Vec<(&'a Part, Vec<(&'a FeatureRisk, &'a FeatureRisk)>)> {
    let (one, other) = parts.split_at(parts.len() / 2);
    let reported = |risk: &FeatureRisk| risk.changed() >= request.min_n;
    let pairs = one.iter().zip(other).map(|(one, other)| {
        let risks = one.risks.iter().zip(&other.risks);
        (one, risks.filter(|(a, b)| reported(a) && reported(b)).collect())
    });
    pairs.collect()
}

fn against(guesses: &Guesses, by: &[GroupKey], parts: &[Part], request: &Request) -> Sheet {
    let columns = [Column::groups(by), against_columns()].concat();
    let says = "What raises egregious errors against what changes answers, feature by feature.";
    let mut sheet = Sheet::new("drivers-against", "Drivers of both outcomes", says, columns);
    for (part, risks) in both(parts, request) {
        for (egregious, switched) in risks {
            let [a, b] = [&egregious.alone, &switched.alone];
            let place = [part.dataset, egregious.feature].map(|name| guesses.text(name).into());
            let figures =
                [ratio_cells(a), ratio_cells(b), difference_cells(a), difference_cells(b)];
            let groups = part.values.iter().map(Cell::from);
            sheet.push(groups.chain(place).chain(figures.into_iter().flatten()));
        }
    }
    sheet
}

fn ranks(guesses: &Guesses, by: &[GroupKey], parts: &[Part], request: &Request) -> Sheet {
    let columns = [Column::groups(by), rank_columns()].concat();
    let says = "Whether features that raise egregious errors are those that change answers.";
    let mut sheet = Sheet::new("drivers-ranks", "Ranks of drivers", says, columns);
    let mut groups: BTreeMap<&[Arc<str>], Vec<Points>> = BTreeMap::new();
    for (part, risks) in both(parts, request) {
        let figures = risks.iter().map(|(a, b)| [a.alone.relative_risk, b.alone.relative_risk]);
        let dataset = Arc::clone(guesses.text(part.dataset));
        let mut points = Points { dataset, egregious: Vec::new(), switched: Vec::new() };
        for figures in figures {
            if let [Ok(egregious), Ok(switched)] = figures {
                points.egregious.push(egregious);
                points.switched.push(switched);
            }
        }
        groups.entry(&part.values).or_default().push(points);
    }
    for (values, mut of_datasets) in groups {
        let dataset = "all".into();
        let mut all = Points { dataset, egregious: Vec::new(), switched: Vec::new() };
        for points in &of_datasets {
            all.egregious.extend(&points.egregious);
            all.switched.extend(&points.switched);
        }
        of_datasets.push(all);
        for points in of_datasets {
            let Correlation { r, test, interval, n } =
                spearman(&points.egregious, &points.switched, request.level);
            let cells = [
                Cell::from(&points.dataset),
                n.into(),
                r.into(),
                interval.map(|interval| interval.low).into(),
                interval.map(|interval| interval.high).into(),
                test.map(|test| test.p).into(),
            ];
            sheet.push(values.iter().map(Cell::from).chain(cells));
        }
    }
    sheet.notes.push(
        "features count as independent points, which they are only roughly: one pair may change \
         several"
            .to_owned(),
    );
    sheet
}

/// The relative risks of a dataset's features for both outcomes.
struct Points {
    dataset: Arc<str>,
    egregious: Vec<f64>,
    switched: Vec<f64>,
}
