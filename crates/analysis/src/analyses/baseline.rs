//! The analysis `baseline`: how figures go with the accuracy without the explanation, which is why
//! gains are normalized.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::observation::Observations;
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Estimate, Kind, Sheet};
use foretell_stats::{Correlation, Undefined, pearson, spearman};

/// The analysis `baseline`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "baseline",
    says: "Correlation of accuracy, gain and NSG with the accuracy without the explanation: why gains are normalized.",
    keys: &GroupKey::BUT_ARM,
    by: &[GroupKey::Reference],
    honours: Flag::INTERVALS,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("over", "what makes the points: one a value of these keys"),
        Column::text("measure", "what is held against the accuracy without"),
        Column::count("n", "points where both figures exist"),
    ];
    let pearson = "Pearson's correlation, Fisher limits";
    columns.extend(Column::limits("pearson", Kind::Signed, pearson));
    columns.push(
        Column::new("pearson_p", Kind::PValue, "its p value, points as independent").hidden(),
    );
    let spearman = "Spearman's rank correlation, limits of Bonett and Wright";
    columns.extend(Column::limits("spearman", Kind::Signed, spearman));
    columns.push(
        Column::new("spearman_p", Kind::PValue, "its p value, points as independent").hidden(),
    );
    columns
}

/// One point: accuracies, gain and NSG of a group.
struct Point {
    a_with: f64,
    a_without: f64,
    nsg: Option<f64>,
}

fn points(observations: &Observations, by: &[GroupKey]) -> Vec<Point> {
    let point = |group: crate::Group| {
        let scored = group.members.iter().filter(|observation| observation.is_scored());
        let [mut n, mut treated, mut baseline] = [0.0; 3];
        for observation in scored {
            n += 1.0;
            treated += observation.treated_error();
            baseline += observation.baseline_error();
        }
        (n > 0.0).then(|| Point {
            a_with: 1.0 - treated / n,
            a_without: 1.0 - baseline / n,
            nsg: (baseline > 0.0).then(|| 1.0 - treated / baseline),
        })
    };
    observations.groups(by).into_iter().filter_map(point).collect()
}

/// A figure of a point, where it exists.
type Measure = fn(&Point) -> Option<f64>;

/// What is held against the accuracy without.
const MEASURES: [(&str, Measure); 3] = [
    ("a_with", |point| Some(point.a_with)),
    ("gain", |point| Some(point.a_with - point.a_without)),
    ("nsg", |point| point.nsg),
];

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by: Vec<Vec<GroupKey>> = match &request.by {
        Some(by) => vec![by.clone()],
        None => vec![
            vec![GroupKey::Reference],
            vec![GroupKey::Dataset],
            vec![GroupKey::Reference, GroupKey::Dataset],
        ],
    };
    let mut sheet = Sheet::new("baseline", "What goes with the baseline", ANALYSIS.says, columns());
    let observations = prepared.observations(request, &[]);
    for by in &by {
        let points = points(&observations, by);
        let names: Vec<&str> = by.iter().map(|key| key.as_str()).collect();
        let over = if names.is_empty() { "all".to_owned() } else { names.join(", ") };
        for (measure, figure) in MEASURES {
            let known = points.iter().filter_map(|point| Some((point.a_without, figure(point)?)));
            let (x, y): (Vec<f64>, Vec<f64>) = known.unzip();
            let mut row: Vec<Cell> = vec![over.as_str().into(), measure.into(), x.len().into()];
            row.extend(cells(pearson(&x, &y, request.level)));
            row.extend(cells(spearman(&x, &y, request.level)));
            sheet.push(row);
        }
        if by.contains(&GroupKey::Changed) {
            sheet.notes.push(GroupKey::OVERLAP.to_owned());
        }
    }
    sheet.notes.push(
        "a gain is made of the accuracy without, so chance alone makes both go apart; limits take \
         points as independent, which those of one dataset or reference are not"
            .to_owned(),
    );
    sheet.settings.push(("level", request.level.into()));
    Ok(vec![sheet.about(&observations, &request.contrast)])
}

fn cells(correlation: Correlation) -> [Cell; 4] {
    let Correlation { r, test, interval, .. } = correlation;
    let [value, low, high] = Estimate::limited::<Undefined>(r, interval).limits();
    [value, low, high, test.map(|test| test.p).into()]
}
