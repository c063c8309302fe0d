//! The mark and the colour of what a figure tells apart: an arm has the same ones in every figure.

/// What figures call each arm, in the order of their marks.
const ARMS: [&[&str]; 8] = [
    &["with", "with explanation", "own explanation"],
    &["without", "without explanation"],
    &["reasoning"],
    &["shuffled"],
    &["rationale", "another model's"],
    &["filler"],
    &["blind"],
    &["own"],
];

fn arm(name: &str) -> Option<usize> {
    ARMS.iter().position(|names| names.contains(&name))
}

/// Puts arms into their order, and what is none behind them, by name. Names among which there is no
/// arm keep theirs.
pub(super) fn in_order(names: &mut [String]) {
    if names.iter().any(|name| arm(name).is_some()) {
        names.sort_by_cached_key(|name| (arm(name).unwrap_or(ARMS.len()), name.clone()));
    }
}

/// The number of the mark of each name: that of its arm, and for what is none the next that no arm of
/// the two that every study has, nor any other of these names, takes.
pub(super) fn marks(names: &[String]) -> Vec<usize> {
    let arms: Vec<Option<usize>> = names.iter().map(|name| arm(name)).collect();
    if arms.iter().all(Option::is_none) {
        return (0..names.len()).collect();
    }
    let mut free = (2..).filter(|mark| !arms.contains(&Some(*mark)));
    arms.iter().map(|arm| arm.unwrap_or_else(|| free.next().expect("it has no end"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_arm_has_one_mark_whatever_stands_beside_it() {
        let mut both = names(&["without", "with"]);
        in_order(&mut both);
        assert_eq!(both, ["with", "without"]);
        assert_eq!(marks(&both), [0, 1]);
        assert_eq!(marks(&names(&["without"])), [1]);
        assert_eq!(marks(&names(&["without explanation", "with explanation"])), [1, 0]);
        assert_eq!(marks(&names(&["with explanation", "ceiling, lower end", "upper"])), [0, 2, 3]);
        let mut all = names(&["mine", "shuffled", "reasoning", "with", "an own one"]);
        in_order(&mut all);
        assert_eq!(all, ["with", "reasoning", "shuffled", "an own one", "mine"]);
        assert_eq!(marks(&all), [0, 2, 3, 4, 5]);
    }

    #[test]
    fn what_is_no_arm_is_marked_in_its_order() {
        let mut models = names(&["qwen", "gpt"]);
        in_order(&mut models);
        assert_eq!(models, ["qwen", "gpt"]);
        assert_eq!(marks(&models), [0, 1]);
    }
}
