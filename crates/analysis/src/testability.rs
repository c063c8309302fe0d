//! Grades of explanations by judges: how far an explanation decides the counterfactual.

use crate::error::AnalysisError;
use crate::prepared::Prepared;
use foretell_core::Outcome;
use std::collections::HashMap;

/// What to say where no explanation was graded.
pub(crate) const NO_GRADES: &str =
    "no explanation was graded: `foretell judge RUN --model MODEL --kind testability` asks a judge";

/// The grade of every subject, 0 to 10, by its number; the mean where there are several judges.
///
/// Judges are shown the explanation of the reference's first repeat, so that no other has a grade.
pub(crate) fn grades(prepared: &Prepared) -> Result<Vec<Option<f64>>, AnalysisError> {
    let guesses = &prepared.guesses;
    let mut sums: HashMap<_, (f64, f64)> = HashMap::new();
    for score in prepared.tables.scores()? {
        if score.kind != "testability" || score.outcome != Outcome::Answered {
            continue;
        }
        let (Some(value), Some(reference)) = (score.value, &score.reference) else { continue };
        let find = |text: &str| guesses.names.find(text);
        let names = (find(score.pair_id.as_str()), find(&score.dataset), find(reference));
        if let (Some(pair), Some(dataset), Some(reference)) = names {
            let sum = sums.entry((pair, dataset, reference)).or_default();
            *sum = (sum.0 + value, sum.1 + 1.0);
        }
    }
    let references: Vec<_> =
        guesses.models.iter().map(|model| guesses.names.find(&model.name)).collect();
    let grade = |subject: &crate::Subject| {
        if subject.answer_repeat != 0 || subject.explainer != subject.reference {
            return None;
        }
        let pair = &guesses.pairs[subject.pair as usize];
        let reference = references[subject.reference as usize]?;
        let (sum, count) = sums.get(&(pair.id, pair.dataset, reference))?;
        Some((sum / count).clamp(0.0, 10.0))
    };
    Ok(guesses.subjects.iter().map(grade).collect())
}
