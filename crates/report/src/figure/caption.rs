//! Captions: what a figure shows, how it is read, and what it rests on.

use super::kind::{FigureKind, Mark};
use crate::number::{count, counted, fixed, one_line, percent};
use foretell_analysis::Sheet;

/// Predictors that a caption names before it only counts them.
const NAMED: usize = 6;

/// The caption of a figure.
pub(super) fn caption(kind: &FigureKind, data: &Sheet) -> String {
    let mut parts = vec![format!("{}. {}", kind.title, kind.says)];
    let named = |says: &str| says.contains("arm ") || !kind.source.is_guessed;
    if let Some(contrast) = data.contrast.as_ref().filter(|_| !named(kind.says)) {
        let (arm, against) = (one_line(&contrast.arm), one_line(&contrast.against));
        if (arm.as_str(), against.as_str()) != ("with", "without") {
            parts.push(format!("Arm {arm} against arm {against}."));
        }
    }
    let has_limits = kind.mark.values().iter().any(|v| data.column(&format!("{v}_low")).is_some());
    if has_limits && !matches!(kind.mark, Mark::Heat(_) | Mark::Dumbbell(_) | Mark::Stack(_)) {
        let level = data.settings.iter().find(|(name, _)| *name == "level");
        let level = level.and_then(|(_, level)| level.number());
        parts.extend(level.map(|level| format!("Bars: {} intervals.", percent(level))));
    }
    parts.extend(counts(kind, data));
    parts.extend(undefined(kind, data));
    if let Some(panel) = data.panel.as_ref().filter(|_| kind.source.is_guessed) {
        let predictors: Vec<String> = panel.predictors.iter().map(|p| one_line(p)).collect();
        parts.push(match predictors.len() {
            0..=NAMED => format!("Predictors: {}.", predictors.join(", ")),
            many => format!("{many} predictors."),
        });
    }
    for excluded in &data.excluded {
        parts.push(format!("Left out: {} ({}).", one_line(&excluded.what), count(excluded.count)));
    }
    for condition in &data.conditional {
        parts.push(format!("Conditional: {}.", one_line(condition).trim_end_matches('.')));
    }
    parts.join(" ")
}

/// Reasons that a caption names.
const REASONS: usize = 3;

/// Why values are not drawn: where they belong there may be room for no reason.
fn undefined(kind: &FigureKind, data: &Sheet) -> Option<String> {
    let mut reasons: Vec<(String, u64)> = Vec::new();
    let columns: Vec<usize> =
        kind.mark.values().into_iter().filter_map(|value| data.column(value)).collect();
    for cell in data.rows.iter().flat_map(|row| columns.iter().map(|&at| &row[at])) {
        let Some(reason) = cell.reason().map(one_line) else { continue };
        match reasons.iter_mut().find(|(own, _)| *own == reason) {
            Some((_, values)) => *values += 1,
            None => reasons.push((reason, 1)),
        }
    }
    let named: Vec<String> = reasons
        .iter()
        .take(REASONS)
        .map(|(reason, values)| format!("{reason} ({})", counted(*values, "value")))
        .collect();
    let more = if reasons.len() > REASONS { "; for the others see the data" } else { "" };
    (!named.is_empty()).then(|| format!("Undefined: {}{more}.", named.join("; ")))
}

/// What the rows rest on: from the least to the most.
fn counts(kind: &FigureKind, data: &Sheet) -> Option<String> {
    let at = data.column(kind.mark.count())?;
    let values: Vec<f64> = data.rows.iter().filter_map(|row| row[at].number()).collect();
    let (low, high) = super::axis::range(values.iter().copied(), &[]);
    let column = &data.columns[at];
    // The heading of a count of some kind is too short to be read in a sentence.
    let what = if column.name.starts_with("n_") { &column.says } else { &column.heading };
    let what = one_line(what);
    let text = |value: f64| match value.fract() == 0.0 {
        true => count(value as u64),
        false => fixed(value, 1),
    };
    let (first, rest) = values.split_first()?;
    Some(match rest.iter().all(|value| value == first) {
        true if rest.is_empty() => format!("{} {what}.", text(*first)),
        true => format!("{} {what} each.", text(*first)),
        false => {
            let rows = counted(data.rows.len() as u64, "row");
            format!("{} to {} {what} ({rows}).", text(low), text(high))
        }
    })
}
