//! Which known name somebody may have meant.

/// The candidate that takes the fewest edits to become `name`, if those are few.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let close = |candidate: &&str| {
        let edits = edits(name, candidate);
        (edits * 3 <= candidate.chars().count().max(name.chars().count())).then_some(edits)
    };
    candidates
        .into_iter()
        .filter_map(|candidate| Some((close(&candidate)?, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions and replacements that turn one text into the other (Levenshtein).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("same", "SAME"), 0);
    }

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let names = ["moral_machines", "heart_disease"];
        assert_eq!(nearest("moral_machine", names), Some("moral_machines"));
        assert_eq!(nearest("hart-disease", names), Some("heart_disease"));
        assert_eq!(nearest("weather", names), None);
    }
}
