//! The answer in words.

use super::comparison::{Compared, Comparison};
use super::request::PowerRequest;
use super::sheet::Answer;
use foretell_core::count;

/// One sentence for each kind of comparison: the one that takes the most questions.
pub(super) fn sentences(answers: &[Answer], wanted: &PowerRequest) -> Vec<String> {
    let kinds = [Compared::Zero, Compared::Paired, Compared::Unpaired];
    let hardest = |kind: Compared| {
        let of_kind = answers.iter().filter(|answer| answer.comparison.compared == kind);
        let needs = of_kind.filter_map(|answer| Some((answer.need.ok()?, answer.comparison)));
        needs.max_by_key(|(need, _)| *need)
    };
    let found = kinds.into_iter().filter_map(hardest);
    found.map(|(need, comparison)| sentence(need, comparison, wanted)).collect()
}

fn sentence(need: u64, comparison: &Comparison, wanted: &PowerRequest) -> String {
    let Comparison { compared, from, to, who, .. } = comparison;
    let apart = match compared {
        Compared::Zero => format!("NSG {to:.2} from zero"),
        _ => format!("NSG {from:.2} from {to:.2}"),
    };
    let which = match compared {
        Compared::Zero => "",
        Compared::Paired => " answered by both references",
        Compared::Unpaired => " for each reference, where they answer different ones",
    };
    let percent = 100.0 * wanted.power;
    let mut said = format!(
        "to tell {apart} with {percent:.0} % power you need about {} questions{which}",
        count(rounded(need))
    );
    let range = comparison.range(need);
    if let (Some((low, high)), Some(pilot)) = (range, comparison.pilot) {
        let questions = count(pilot.questions);
        let (low, high) = (count(rounded(low)), count(rounded(high)));
        said.push_str(&format!(
            " ({low} to {high}, as far as a pilot of {questions} questions can tell)"
        ));
    }
    if !who.is_empty() {
        said.push_str(&format!(": {who}"));
    }
    said
}

/// Three significant digits, upwards.
fn rounded(number: u64) -> u64 {
    let mut unit = 1;
    while number / unit >= 1_000 {
        unit *= 10;
    }
    number.div_ceil(unit) * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_questions_are_rounded_up_to_three_digits() {
        assert_eq!([7, 999, 1_231, 98_761].map(rounded), [7, 999, 1_240, 98_800]);
    }
}
