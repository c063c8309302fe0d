//! Are predictors right where they say that they are sure?

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::guesses::Guess;
use crate::inference::Inference;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Cell, Column, Estimate, Kind, Sheet};
use foretell_core::ConfidenceLevel;
use foretell_stats::{
    ClusterRate, Dependence, LevelRate, RateEstimate, Scored, auroc, dependent_rate, trend,
};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("predictor", "the predictor"),
        Column::text("arm", "what it was shown"),
        Column::text("confidence", "the confidence that it stated"),
        Column::count("guesses", "guesses that can be scored"),
        Column::fraction("share", "their share of those with any stated confidence"),
    ];
    columns.extend(Column::limits(
        "accuracy",
        Kind::Fraction,
        "share that is right, Wilson limits at the effective number",
    ));
    let area = "AUROC: how well confidence tells right guesses from wrong ones; 0.5 is not at all";
    columns.extend(Column::limits("auroc", Kind::Fraction, area).map(|c| c.headed("AUROC")));
    columns.extend([
        Column::new("odds_ratio", Kind::Ratio, "odds of being right, times this for each level up"),
        Column::new(
            "trend_p",
            Kind::PValue,
            "p of a trend across levels, robust to clusters and shared texts",
        )
        .headed("p"),
    ]);
    columns
}

/// Guesses and right ones by level, of one pair of texts.
type Levels = [[f64; 2]; 3];

pub(super) fn sheets(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
) -> Result<Vec<Sheet>, AnalysisError> {
    let says =
        "Accuracy of each predictor by the confidence that it stated, with the trend over levels.";
    let columns = [Column::groups(by), columns()].concat();
    let mut sheet = Sheet::new("predictors-confidence", "Confidence", says, columns);
    let (list, excluded) = prepared.single_guesses(request);
    let guesses = &prepared.guesses;
    let of_use = |guess: &&Guess| guess.hit.is_some() && guess.confidence_level.is_some();
    let list: Vec<Guess> = list.into_iter().filter(of_use).copied().collect();
    for group in grouped(guesses, by, &list) {
        let mut counts: BTreeMap<(&str, &str), HashMap<[u32; 2], Levels>> = BTreeMap::new();
        for same in group.members.chunk_by(|a, b| (a.predictor, a.arm) == (b.predictor, b.arm)) {
            let arm = &*guesses.arms[usize::from(same[0].arm)];
            let predictor = &*guesses.models[same[0].predictor as usize].name;
            let units = counts.entry((predictor, arm)).or_default();
            for guess in same {
                let (Some(hit), Some(level)) = (guess.hit, guess.confidence_level) else {
                    continue;
                };
                let pair = guesses.pair_of(guess.subject);
                let texts = [pair.original, pair.counterfactual];
                let [all, right] = &mut units.entry(texts).or_default()[level as usize];
                *all += 1.0;
                *right += f64::from(u8::from(hit));
            }
        }
        let rows: Vec<Vec<Vec<Cell>>> = counts
            .into_iter()
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|(key, units)| rows(key, &units.into_iter().collect(), request.level))
            .collect();
        let rows = rows.into_iter().flatten();
        rows.for_each(|row| sheet.push(group.values.iter().map(Cell::from).chain(row)));
    }
    if list.is_empty() {
        sheet.notes.push("no guess that can be scored states a confidence".to_owned());
    }
    let numbers: std::collections::BTreeSet<u32> = list.iter().map(|g| g.predictor).collect();
    let names = numbers.iter().map(|number| &*guesses.models[*number as usize].name);
    sheet.panel = Some(crate::Panel::of(names));
    sheet.excluded = excluded;
    sheet.conditional = prepared.selection(request).conditional();
    sheet.settings.push(("level", request.level.into()));
    Ok(vec![sheet])
}

const LEVELS: [ConfidenceLevel; 3] =
    [ConfidenceLevel::Low, ConfidenceLevel::Medium, ConfidenceLevel::High];

fn rows(
    (predictor, arm): (&str, &str),
    units: &BTreeMap<[u32; 2], Levels>,
    level: f64,
) -> Vec<Vec<Cell>> {
    let texts: Vec<[u32; 2]> = units.keys().copied().collect();
    let inference = Inference::of(&texts, level);
    let rates = |of: &dyn Fn(&Levels) -> [f64; 2]| -> RateEstimate {
        let (observations, events): (Vec<f64>, Vec<f64>) =
            units.values().map(|levels| of(levels).into()).unzip();
        dependent_rate(&events, &observations, inference.dependence(), level)
    };
    let total = |levels: &Levels| [0, 1].map(|side| levels.iter().map(|of| of[side]).sum());
    let all = rates(&total);
    let row = |name: &str, rate: &RateEstimate| -> Vec<Cell> {
        let share = match all.observations > 0.0 {
            true => (rate.observations / all.observations).into(),
            false => Cell::undefined("no guess states a confidence"),
        };
        let count = (rate.observations.round() as u64).into();
        let mut cells: Vec<Cell> = vec![predictor.into(), arm.into(), name.into(), count, share];
        cells.extend(Estimate::limited(rate.rate, rate.interval).limits());
        cells
    };
    let mut found = Vec::new();
    for (place, name) in LEVELS.into_iter().enumerate() {
        let rate = rates(&|levels| levels[place]);
        if rate.observations > 0.0 {
            let mut cells = row(name.as_str(), &rate);
            cells.extend([(); 5].map(|()| Cell::Empty));
            found.push(cells);
        }
    }
    let mut cells = row("all", &all);
    cells.extend(tests(units, inference.dependence(), level));
    found.push(cells);
    found
}

fn tests(units: &BTreeMap<[u32; 2], Levels>, dependence: &Dependence, level: f64) -> Vec<Cell> {
    let (mut scored, mut rates) = (Vec::new(), Vec::new());
    for (unit, levels) in (0..).zip(units.values()) {
        for (place, &[observations, events]) in levels.iter().enumerate() {
            let score = place as f64;
            rates.push(LevelRate { unit, score, counts: ClusterRate { observations, events } });
            for (positive, weight) in [(true, events), (false, observations - events)] {
                scored.push(Scored { unit, score, positive, weight });
            }
        }
    }
    let (area, trend) = (auroc(&scored, dependence, level), trend(&rates, dependence, level));
    let mut cells = Estimate::limited(area.area, area.interval).limits().to_vec();
    cells.push(trend.logistic.effect.into());
    cells.push(trend.clustered.map(|test| test.p).into());
    cells
}
