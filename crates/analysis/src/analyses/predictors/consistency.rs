//! When do all predictors guess the same: by grade of the explanation, and by how sure they are.

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::Request;
use crate::share::Sums;
use crate::sheet::{Cell, Column, Estimate, Kind, Sheet};
use crate::testability::{NO_GRADES, grades};
use crate::text_units::TextUnits;
use foretell_stats::{ClusterRate, LevelRate, Scored, auroc, trend};
use std::collections::BTreeMap;

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text(
            "held_against",
            "testability of the explanation, or mean confidence of the guesses",
        ),
        Column::text("level", "grade from this up to the next whole one, or level of confidence"),
        Column::count(
            "panels",
            "answers of references with treated guesses of at least two predictors",
        ),
    ];
    let consistent = "share of panels that all guess one label";
    columns.extend(Column::estimate("consistent", Kind::Fraction, consistent));
    let right = "accuracy of the panels that do";
    columns.extend(Column::estimate("a_consistent", Kind::Fraction, right));
    let area = "AUROC: how well the level tells consistent panels from others; 0.5 is not at all";
    columns.extend(Column::limits("auroc", Kind::Fraction, area).map(|c| c.headed("AUROC")));
    columns.extend([
        Column::new("odds_ratio", Kind::Ratio, "odds of consistency, times this for each level up"),
        Column::new(
            "trend_p",
            Kind::PValue,
            "p of a trend across levels, robust to clusters and shared texts",
        )
        .headed("p"),
    ]);
    columns
}

/// What a panel made of one answer.
pub(super) struct PanelFacts {
    subject: u32,
    texts: [u32; 2],
    consistent: bool,
    /// Whether the one label is the target, where both are there.
    right: Option<bool>,
    /// Mean confidence, low 0 to high 2, where any guess states one.
    confidence: Option<f64>,
}

/// The panels with answered treated guesses of at least two predictors.
pub(super) fn panels(observations: &Observations, members: &[Observation]) -> Vec<PanelFacts> {
    let facts = |panel: &[Observation]| {
        let (mut answers, mut right, mut sure) = (Vec::new(), None, Vec::new());
        let mut predictors = 0;
        for observation in panel {
            let before = answers.len();
            for slot in observations.slots(observation) {
                let Ok(guess) = observations.guess(slot.treated) else { continue };
                answers.push(guess.answer?);
                right = right.or(guess.hit);
                sure.extend(guess.confidence_level.map(|level| f64::from(level as u8)));
            }
            predictors += usize::from(answers.len() > before);
        }
        let subject = panel.first()?.subject;
        let pair = observations.guesses.pair_of(subject);
        let consistent = answers.iter().all(|answer| *answer == answers[0]);
        (predictors > 1).then(|| PanelFacts {
            subject,
            texts: [pair.original, pair.counterfactual],
            consistent,
            right: right.filter(|_| consistent),
            confidence: (!sure.is_empty()).then(|| sure.iter().sum::<f64>() / sure.len() as f64),
        })
    };
    observations.by_subject(members).filter_map(facts).collect()
}

pub(super) fn sheets(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Vec<Sheet>, AnalysisError> {
    let says = "How often all treated guesses agree, by testability of the explanation and by \
                confidence; each level beside the trend over all of them.";
    let columns = [Column::groups(by), columns()].concat();
    let mut sheet = Sheet::new("predictors-consistency", "Consistent guesses", says, columns);
    let grades = grades(prepared)?;
    let observations = prepared.observations(request, by);
    for group in observations.groups(by) {
        let panels = panels(&observations, &observations.panels_of(&group.members));
        let graded = |panel: &PanelFacts| grades[panel.subject as usize];
        let level = |grade: f64| (grade.floor().min(10.0) as u8, format!("{:.0}", grade.floor()));
        let rows = rows("testability", &panels, &graded, &level, request.level);
        let sure = |panel: &PanelFacts| panel.confidence;
        let level = |mean: f64| {
            let place = mean.round() as u8;
            (place, ["low", "medium", "high"][usize::from(place.min(2))].to_owned())
        };
        let rows =
            rows.into_iter().chain(self::rows("confidence", &panels, &sure, &level, request.level));
        rows.for_each(|row| sheet.push(group.values.iter().map(Cell::from).chain(row)));
    }
    if grades.iter().all(Option::is_none) {
        sheet.notes.push(NO_GRADES.to_owned());
    }
    sheet.conditional.push("guesses of at least two predictors".to_owned());
    sheet.settings.push(("level", request.level.into()));
    let conditional = std::mem::take(&mut sheet.conditional);
    let mut sheet = sheet.about(&observations, &request.contrast);
    sheet.conditional.extend(conditional);
    Ok(vec![sheet])
}

fn rows(
    what: &str,
    panels: &[PanelFacts],
    of: &dyn Fn(&PanelFacts) -> Option<f64>,
    level_of: &dyn Fn(f64) -> (u8, String),
    level: f64,
) -> Vec<Vec<Cell>> {
    let known: Vec<(&PanelFacts, f64)> =
        panels.iter().filter_map(|panel| Some((panel, of(panel)?))).collect();
    let mut levels: BTreeMap<(u8, String), Vec<&PanelFacts>> = BTreeMap::new();
    known.iter().for_each(|(panel, value)| levels.entry(level_of(*value)).or_default().push(panel));
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for ((_, name), panels) in &levels {
        let mut row: Vec<Cell> = vec![what.into(), name.as_str().into()];
        row.extend(shares(panels, level));
        row.extend([(); 5].map(|()| Cell::Empty));
        rows.push(row);
    }
    let all: Vec<&PanelFacts> = known.iter().map(|(panel, _)| *panel).collect();
    let mut row: Vec<Cell> = vec![what.into(), "all".into()];
    row.extend(shares(&all, level));
    row.extend(tests(&known, level_of, level));
    rows.push(row);
    rows
}

fn shares(panels: &[&PanelFacts], level: f64) -> Vec<Cell> {
    let (mut consistent, mut right) = (Sums::default(), Sums::default());
    for panel in panels {
        consistent.count(panel.texts, panel.consistent);
        if let Some(hit) = panel.right {
            right.count(panel.texts, hit);
        }
    }
    let mut cells: Vec<Cell> = vec![panels.len().into()];
    cells.extend(consistent.share(level).cells());
    cells.extend(right.share(level).cells());
    cells
}

fn tests(
    known: &[(&PanelFacts, f64)],
    level_of: &dyn Fn(f64) -> (u8, String),
    level: f64,
) -> Vec<Cell> {
    let units = TextUnits::of(known.iter().map(|(panel, _)| panel.texts), level);
    let scored: Vec<Scored> = (known.iter())
        .map(|(panel, score)| Scored {
            unit: units.number(panel.texts),
            score: *score,
            positive: panel.consistent,
            weight: 1.0,
        })
        .collect();
    let mut counts: BTreeMap<(u32, u8), ClusterRate> = BTreeMap::new();
    for (panel, value) in known {
        let rate = counts.entry((units.number(panel.texts), level_of(*value).0)).or_default();
        rate.observations += 1.0;
        rate.events += f64::from(u8::from(panel.consistent));
    }
    let rates: Vec<LevelRate> = (counts.into_iter())
        .map(|((unit, place), counts)| LevelRate { unit, score: place.into(), counts })
        .collect();
    let dependence = units.dependence();
    let (area, trend) = (auroc(&scored, dependence, level), trend(&rates, dependence, level));
    let mut cells = Estimate::limited(area.area, area.interval).limits().to_vec();
    cells.push(trend.logistic.effect.into());
    cells.push(trend.clustered.map(|test| test.p).into());
    cells
}
