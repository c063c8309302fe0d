//! What a reader of a report has to beware of, beside the warnings of the sheets.

use crate::number::{one_line, percent};
use foretell_analysis::{Guesses, Observations};
use foretell_tables::ModelRow;
use std::collections::{BTreeMap, BTreeSet};

/// Providers that may change what stands behind a name.
const HOSTED: [&str; 3] = ["openai", "openrouter", "anthropic"];

/// Below this share of switched answers, and above the rest, copying the answer foretells nearly all.
const RARE: f64 = 0.1;

/// Names that a notice lists before it only counts the rest.
const NAMED: usize = 5;

/// Notices about the models and the answers of a run.
pub(crate) fn notices(observations: &Observations, models: &[ModelRow]) -> Vec<String> {
    let guesses = &observations.guesses;
    let panel: BTreeSet<&str> = observations
        .list
        .iter()
        .map(|observation| &*guesses.models[observation.predictor as usize].name)
        .collect();
    let mut notices = Vec::new();
    if let [only] = panel.iter().copied().collect::<Vec<_>>()[..] {
        notices.push(format!(
            "`{}` is the only predictor: an absolute NSG depends on who guesses",
            one_line(only)
        ));
    }
    notices.extend(about(
        unpinned(models, &panel),
        "the panel is not pinned: no date or version in the model's name, so its provider may change",
    ));
    notices.extend(about(
        served_otherwise(models),
        "a provider served another model than was asked for:",
    ));
    notices
        .extend(about(switch_rates(guesses), "answers that nearly always or hardly ever switch:"));
    notices
}

fn about(names: Vec<String>, what: &str) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{what} {shown}{more}"))
}

/// Predictors of hosted providers whose name says no date.
fn unpinned(models: &[ModelRow], panel: &BTreeSet<&str>) -> Vec<String> {
    let hosted = models
        .iter()
        .filter(|row| HOSTED.contains(&row.provider.as_str()) && panel.contains(row.name.as_str()));
    let unpinned =
        hosted.filter(|row| !has_date(&row.model) && !row.served.iter().any(|s| has_date(s)));
    unpinned.map(|row| format!("`{}`", one_line(&row.name))).collect()
}

/// Whether a name has a year and a month and a day, with hyphens or without.
fn has_date(name: &str) -> bool {
    let digits: String = name.chars().filter(|c| *c != '-').collect();
    let digits: Vec<char> = digits.chars().collect();
    digits
        .windows(8)
        .any(|eight| eight.iter().all(char::is_ascii_digit) && eight[0] == '2' && eight[1] == '0')
}

/// Models that were served under another name. A name with more behind it, such as a date, is the
/// same model.
fn served_otherwise(models: &[ModelRow]) -> Vec<String> {
    let differs = |row: &&ModelRow| {
        let bare = row.model.rsplit('/').next().unwrap_or(&row.model).to_lowercase();
        let is_other = |served: &String| !served.to_lowercase().contains(&bare);
        row.served.iter().any(is_other) || row.served.len() > 1
    };
    let text = |row: &ModelRow| {
        let served: Vec<String> = row.served.iter().map(|s| format!("`{}`", one_line(s))).collect();
        format!("`{}` by {}", one_line(&row.name), served.join(" and "))
    };
    models.iter().filter(differs).map(text).collect()
}

/// References whose answers switch in hardly any pair, or in nearly all.
fn switch_rates(guesses: &Guesses) -> Vec<String> {
    let mut rates: BTreeMap<u32, [u64; 2]> = BTreeMap::new();
    for subject in &guesses.subjects {
        if let Some(switched) = subject.switched() {
            rates.entry(subject.reference).or_default()[usize::from(switched)] += 1;
        }
    }
    let rate = |[stayed, switched]: [u64; 2]| switched as f64 / (stayed + switched) as f64;
    let extreme = rates.iter().filter(|(_, counts)| {
        let rate = rate(**counts);
        !(RARE..=1.0 - RARE).contains(&rate)
    });
    let text = |(reference, counts): (&u32, &[u64; 2])| {
        let name = &guesses.models[*reference as usize].name;
        format!("`{}` ({})", one_line(name), percent(rate(*counts)))
    };
    extreme.map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_found_with_hyphens_and_without() {
        assert!(has_date("gpt-5-mini-2025-08-07") && has_date("claude-sonnet-4-20250514"));
        assert!(!has_date("gpt-5-mini") && !has_date("qwen3-235b-a22b"));
    }
}
