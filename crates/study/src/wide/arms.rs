//! What arms are called in columns.

/// What all columns of predictors' guesses begin with.
pub(super) const PREDICTOR: &str = "counterfactual_predictor_response_";

/// What predictors are called in the columns of an arm, after its prefix.
pub(super) const PREDICTOR_NAMES: &str = "predictor_names";
pub(super) const PREDICTOR_ANSWERS: &str = "predictor_answers";

/// The arm of the explanation of another model.
pub(super) const RATIONALE: &str = "rationale";

/// The prefix of an arm's columns.
pub(super) fn prefix(arm: &str) -> String {
    match arm {
        "with" | "without" => format!("{PREDICTOR}{arm}_explanation_"),
        arm => format!("{PREDICTOR}{arm}_"),
    }
}

/// The arm that a column of answers or names belongs to.
pub(super) fn arm_of(column: &str) -> Option<&str> {
    let rest = column.strip_prefix(PREDICTOR)?;
    let stem = [PREDICTOR_ANSWERS, PREDICTOR_NAMES, "answer"]
        .into_iter()
        .find_map(|ending| rest.strip_suffix(ending)?.strip_suffix('_'))?;
    Some(match stem {
        "with_explanation" => "with",
        "without_explanation" => "without",
        other => other,
    })
}

/// Sorts arms as the project names them: the two of every study, then all others by name.
pub(super) fn sort(arms: &mut [String]) {
    let place = |arm: &str| ["without", "with"].iter().position(|known| *known == arm).unwrap_or(2);
    arms.sort_by(|one, other| (place(one), one).cmp(&(place(other), other)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arm_is_found_in_its_columns() {
        for arm in ["with", "without", "shuffled"] {
            for ending in [PREDICTOR_ANSWERS, PREDICTOR_NAMES, "answer"] {
                assert_eq!(arm_of(&format!("{}{ending}", prefix(arm))), Some(arm));
            }
        }
        assert_eq!(arm_of("counterfactual_predictor_counterfactual_testability_score"), None);
    }
}
