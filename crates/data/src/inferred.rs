//! Labels that are told from ground truths, where nothing else names them.
//!
//! A mistyped ground truth becomes a label of its own here, so what is told is always said, with counts.

use foretell_core::{Labels, count};
use std::collections::{BTreeMap, HashMap};

/// Ground truths from which a share of one percent says something.
const MANY: u64 = 100;

/// The labels of each dataset.
pub(crate) type SharedLabels = BTreeMap<String, Vec<String>>;

/// The ground truths of one dataset, counted.
#[derive(Debug, Default)]
pub(crate) struct Truths {
    /// By normal form: each spelling with its count, in order of first use.
    spellings: HashMap<String, Vec<(String, u64)>>,
}

/// A label with the number of ground truths that are it.
#[derive(Debug)]
struct Counted {
    label: String,
    number: u64,
}

impl Truths {
    /// Counts one ground truth.
    pub(crate) fn add(&mut self, truth: &str) {
        let spellings = self.spellings.entry(Labels::normal(truth)).or_default();
        match spellings.iter_mut().find(|(known, _)| known == truth) {
            Some((_, number)) => *number += 1,
            None => spellings.push((truth.to_owned(), 1)),
        }
    }

    /// How many labels there are.
    pub(crate) fn len(&self) -> usize {
        self.spellings.len()
    }

    /// The labels, sorted. Spellings that read the same are one: the most frequent, of equals the first.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.counted().into_iter().map(|counted| counted.label).collect()
    }

    /// Which labels these are and how often each is true; and which of them may be a mistake.
    pub(crate) fn notes(&self, dataset: &str) -> Vec<String> {
        let counted = self.counted();
        let listed = |counted: &Counted| format!("{} ({})", counted.label, count(counted.number));
        let list = |some: &[&Counted]| {
            some.iter().map(|counted| listed(counted)).collect::<Vec<_>>().join(", ")
        };
        let all: Vec<&Counted> = counted.iter().collect();
        let mut notes =
            vec![format!("labels {}: from the ground truths of `{dataset}`", list(&all))];
        let total: u64 = counted.iter().map(|counted| counted.number).sum();
        let most = counted.iter().map(|counted| counted.number).max().unwrap_or(0);
        let is_rare =
            |number: u64| (number == 1 && most > 1) || (total >= MANY && number * MANY < total);
        let rare: Vec<&Counted> =
            counted.iter().filter(|counted| is_rare(counted.number)).collect();
        if !rare.is_empty() {
            notes.push(format!(
                "warning: rare labels of `{dataset}`: {}; if one is mistyped, mend the file, or name \
                 the labels with `--labels`",
                list(&rare)
            ));
        }
        notes
    }

    fn counted(&self) -> Vec<Counted> {
        let of = |spellings: &Vec<(String, u64)>| {
            // The first of equals: `max_by_key` would take the last.
            let usual = spellings.iter().rev().max_by_key(|(_, number)| *number);
            let (label, _) = usual.expect("a form has a spelling");
            let number = spellings.iter().map(|(_, number)| number).sum();
            Counted { label: label.clone(), number }
        };
        let mut counted: Vec<Counted> = self.spellings.values().map(of).collect();
        counted.sort_by(|a, b| a.label.cmp(&b.label));
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(truths: &[(&str, usize)]) -> Truths {
        let mut counted = Truths::default();
        for (truth, number) in truths {
            (0..*number).for_each(|_| counted.add(truth));
        }
        counted
    }

    #[test]
    fn spellings_that_read_the_same_are_one_label() {
        let truths = of(&[("yes", 1), ("Yes", 2), ("NO", 1), ("YES", 2), ("no", 1)]);
        assert_eq!(truths.labels(), ["NO", "Yes"], "the most frequent, of equals the first");
        assert_eq!(truths.notes("t")[0], "labels NO (2), Yes (5): from the ground truths of `t`");
    }

    #[test]
    fn a_rare_label_is_warned_about() {
        let warned = |truths: &[(&str, usize)]| of(truths).notes("t").get(1).cloned();
        let said = warned(&[("YES", 5), ("NO", 3), ("YSE", 1)]).unwrap();
        assert!(said.starts_with("warning: rare labels of `t`: YSE (1);"), "{said}");
        assert!(warned(&[("YES", 999), ("NO", 9)]).unwrap().contains("NO (9)"));
        assert_eq!(warned(&[("YES", 99), ("NO", 2)]), None, "two of 101 are more than one percent");
        assert_eq!(warned(&[("YES", 1), ("NO", 1)]), None, "all are seen once");
    }
}
