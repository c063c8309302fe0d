//! Which label a ground truth is.

use foretell_core::Labels;

/// The label that a ground truth names: the label itself; the text of exactly one option; or, where
/// there are options, the position of one, counted from `from`.
pub(super) fn label_of(
    truth: &str,
    labels: &Labels,
    options: &[String],
    from: usize,
) -> Option<String> {
    if let Some(label) = labels.find(truth) {
        return Some(label.to_owned());
    }
    let same = |option: &&String| option.trim() == truth.trim();
    let place = match options.iter().filter(same).count() {
        1 => options.iter().position(|option| same(&option)),
        _ if options.is_empty() => None,
        _ => truth.trim().parse::<usize>().ok().and_then(|at| at.checked_sub(from)),
    };
    place.and_then(|place| labels.iter().nth(place)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truth_is_a_label_an_option_or_a_position() {
        let labels = Labels::new(["A", "B", "C"]).unwrap();
        let options = ["red", "blue", "red"].map(String::from);
        let of = |truth, from| label_of(truth, &labels, &options, from);
        assert_eq!(of("b", 0).as_deref(), Some("B"));
        assert_eq!(of("blue", 0).as_deref(), Some("B"));
        assert_eq!(of("2", 0).as_deref(), Some("C"));
        assert_eq!(of("2", 1).as_deref(), Some("B"));
        assert_eq!(of("0", 1), None);
        assert_eq!(of("3", 0), None);
        assert_eq!(of("red", 0), None, "two options read so");
        assert_eq!(label_of("0", &labels, &[], 0), None, "without options there are no positions");
        let numbers = Labels::new(["1", "2"]).unwrap();
        assert_eq!(label_of("1", &numbers, &options, 0).as_deref(), Some("1"), "labels come first");
    }
}
