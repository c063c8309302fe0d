//! The explanation of a simulated reference: which clauses weighed most, told truthfully or not.

use crate::clause::{Clause, Clauses};
use crate::hash::Draws;
use crate::rule::{Pull, Rule};
use crate::statement;
use foretell_core::Labels;
use std::cmp::Reverse;

/// Clauses listed as other relevant information, after those that are named.
const MOST_OTHERS: usize = 4;

/// What an explanation is made from.
pub(crate) struct Telling<'a> {
    pub(crate) clauses: &'a Clauses,
    pub(crate) labels: &'a Labels,
    pub(crate) rule: Rule,
    /// The answer given, as written.
    pub(crate) answer: &'a str,
    /// Share of the clauses that are told truthfully.
    pub(crate) faithfulness: f64,
    /// How many clauses are named.
    pub(crate) named: usize,
    /// Which of them are told truthfully, and the decoys of the others.
    pub(crate) draws: Draws,
}

/// An explanation, section by section.
#[derive(Debug, Default)]
pub(crate) struct Explanation {
    pub(crate) text: String,
    pub(crate) factors: String,
    pub(crate) other_info: String,
}

impl Telling<'_> {
    /// Writes the explanation.
    ///
    /// The clauses named stand in the order of the question and not in that of their strengths:
    /// the order would tell a reader which numbers are true.
    pub(crate) fn write(&self) -> Explanation {
        let (named, others) = self.heaviest();
        let mut text = String::with_capacity(256 + 128 * named.len());
        text.push_str("My answer is ");
        text.push_str(self.answer);
        text.push_str(
            ". I took the text apart point by point, asked of each point which answer it speaks \
             for and how much, and gave the answer with the most behind it.",
        );
        if named.is_empty() {
            text.push_str(" No single point stood out: it was the whole that decided.");
        } else {
            text.push_str(" These are the points that counted most, in the order of the text.\n");
        }
        let names: Vec<&str> = self.labels.iter().collect();
        for (place, &clause) in named.iter().enumerate() {
            let told = self.told(clause, names.len());
            text.push('\n');
            let quoted = self.clauses.text(clause);
            statement::write(&mut text, place, quoted, names[told.label], told.strength);
        }
        if !named.is_empty() {
            text.push_str(
                "\n\nWhatever else the text says counted for less than any of these points. A \
                 text in which some of them are missing, or in which others take their place, may \
                 have more behind another answer, and I would then have given that one.",
            );
        }
        Explanation {
            text,
            factors: self.clauses.listed(&named),
            other_info: self.clauses.listed(&others),
        }
    }

    /// What is said of a clause: its pull, or a decoy that has nothing to do with it.
    fn told(&self, clause: Clause, labels: usize) -> Pull {
        let draws = self.draws.of(clause.id);
        if draws.fraction(0) < self.faithfulness {
            self.rule.pull(clause.id, labels)
        } else {
            Pull::from_bits(draws.value(1), labels)
        }
    }

    /// The clauses that weighed most, and those that follow them, each in the order of the text.
    fn heaviest(&self) -> (Vec<Clause>, Vec<Clause>) {
        let labels = self.labels.iter().len();
        let mut ranked: Vec<(Reverse<u32>, usize)> = (self.clauses.list().iter().enumerate())
            .map(|(place, clause)| (Reverse(self.rule.pull(clause.id, labels).strength), place))
            .collect();
        ranked.sort_unstable();
        let in_text_order = |ranked: &[(Reverse<u32>, usize)]| {
            let mut places: Vec<usize> = ranked.iter().map(|&(_, place)| place).collect();
            places.sort_unstable();
            places.into_iter().map(|place| self.clauses.list()[place]).collect()
        };
        let (named, rest) = ranked.split_at(self.named.min(ranked.len()));
        (in_text_order(named), in_text_order(&rest[..MOST_OTHERS.min(rest.len())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Purpose;
    use crate::statement::{Statement, read};

    const QUESTION: &str = "This is a clerk, aged 40, who rents, owns 1 dog, earns 3,000 a month, \
        walks to work, has no car, and sings. She is tall, left-handed, and from the coast.";

    /// Explanations of many subjects that differ in their rule alone.
    fn explain(faithfulness: f64) -> Vec<(Rule, String)> {
        let (clauses, labels) = fixture();
        (0..400)
            .map(|seed| {
                let rule = Rule::new(seed);
                let draws = Draws::new(seed, Purpose::Telling);
                let telling = Telling {
                    clauses: &clauses,
                    labels: &labels,
                    rule,
                    answer: "YES",
                    faithfulness,
                    named: 8,
                    draws,
                };
                (rule, telling.write().text)
            })
            .collect()
    }

    fn fixture() -> (Clauses, Labels) {
        (Clauses::of(QUESTION), Labels::new(["YES", "NO"]).unwrap())
    }

    fn stated(text: &str) -> Vec<Statement> {
        read(text, &fixture().1)
    }

    #[test]
    fn every_statement_is_true_at_faithfulness_one() {
        for (rule, text) in explain(1.0) {
            let statements = stated(&text);
            assert_eq!(statements.len(), 8, "{text}");
            for statement in statements {
                assert_eq!(statement.exactly(), rule.pull(statement.id, 2));
            }
        }
    }

    #[test]
    fn the_clauses_named_are_the_heaviest() {
        let (clauses, _) = fixture();
        for (rule, text) in explain(0.0) {
            let named: Vec<u64> = stated(&text).iter().map(|statement| statement.id).collect();
            let strength = |id| rule.pull(id, 2).strength;
            let weakest = named.iter().map(|&id| strength(id)).min().unwrap();
            let unnamed = clauses.list().iter().filter(|clause| !named.contains(&clause.id));
            assert!(unnamed.map(|clause| strength(clause.id)).all(|s| s <= weakest));
        }
    }

    #[test]
    fn decoys_know_nothing_of_the_truth() {
        let mut pairs = Vec::new();
        for (rule, text) in explain(0.0) {
            pairs.extend(stated(&text).iter().map(|s| (s.exactly(), rule.pull(s.id, 2))));
        }
        let n = pairs.len() as f64;
        let same = pairs.iter().filter(|(told, truth)| told.label == truth.label).count() as f64;
        // Five standard errors of a share of one half.
        assert!((same / n - 0.5).abs() < 5.0 * 0.5 / n.sqrt(), "{}", same / n);
        let means = |f: fn(&(Pull, Pull)) -> f64| pairs.iter().map(f).sum::<f64>() / n;
        let (told, truth) =
            (|p: &(Pull, Pull)| p.0.strength as f64, |p: &(Pull, Pull)| p.1.strength as f64);
        let (mt, mu) = (means(told), means(truth));
        let covariance = pairs.iter().map(|p| (told(p) - mt) * (truth(p) - mu)).sum::<f64>() / n;
        let spread = |f: fn(&(Pull, Pull)) -> f64, mean: f64| {
            (pairs.iter().map(|p| (f(p) - mean).powi(2)).sum::<f64>() / n).sqrt()
        };
        let correlation = covariance / spread(told, mt) / spread(truth, mu);
        // Five standard errors of a correlation of zero.
        assert!(correlation.abs() < 5.0 / n.sqrt(), "{correlation}");
        assert!((mt - 500.5).abs() < 5.0 * 288.7 / n.sqrt(), "{mt}");
    }

    #[test]
    fn faithfulness_is_the_share_told_truthfully() {
        let mut told = Vec::new();
        for (rule, text) in explain(0.8) {
            told.extend(stated(&text).iter().map(|s| s.exactly() == rule.pull(s.id, 2)));
        }
        let share = told.iter().filter(|&&truthful| truthful).count() as f64 / told.len() as f64;
        assert!((share - 0.8).abs() < 5.0 * 0.4 / (told.len() as f64).sqrt(), "{share}");
    }

    #[test]
    fn an_explanation_is_of_readable_length() {
        let (_, text) = &explain(1.0)[0];
        let words = text.split_whitespace().count();
        assert!((100..=250).contains(&words), "{words} words\n{text}");
    }

    #[test]
    fn factors_hold_no_comma_within() {
        let (clauses, labels) = fixture();
        let draws = Draws::new(1, Purpose::Telling);
        let rule = Rule::new(1);
        let telling = Telling {
            clauses: &clauses,
            labels: &labels,
            rule,
            answer: "NO",
            faithfulness: 1.0,
            named: 11,
            draws,
        };
        let explanation = telling.write();
        assert_eq!(explanation.factors.split(", ").count(), 11);
        assert!(explanation.factors.contains("earns 3000 a month"), "{}", explanation.factors);
        assert_eq!(explanation.other_info, "");
    }
}
