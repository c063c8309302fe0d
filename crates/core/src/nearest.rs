//! Which known name somebody may have meant.

/// The candidate that takes the fewest edits to become `name`, if those are few: a third of the longer
/// of both.
///
/// # Examples
/// ```
/// use foretell_core::nearest;
/// assert_eq!(nearest("incme", ["heart_disease", "income"]), Some("income"));
/// assert_eq!(nearest("weather", ["heart_disease", "income"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
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

/// The nearest candidate as the end of a sentence: `; did you mean `income`?`, or nothing.
#[must_use]
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let near = nearest(name, candidates);
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other
/// (optimal string alignment), letter case apart.
fn edits(from: &str, to: &str) -> usize {
    let letters = |text: &str| -> Vec<char> { text.to_lowercase().chars().collect() };
    let (from, to) = (letters(from), letters(to));
    // The edits from the first letters of one to the first letters of the other: by rows.
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            let swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if swapped {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("same", "SAME"), 0);
        assert_eq!(edits("ridse", "rides"), 1, "a swap");
    }

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let names = ["moral_machines", "heart_disease"];
        assert_eq!(nearest("moral_machine", names), Some("moral_machines"));
        assert_eq!(nearest("hart-disease", names), Some("heart_disease"));
        assert_eq!(nearest("weather", names), None);
    }
}
