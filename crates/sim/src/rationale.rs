//! The explanation of a rationaliser: reasons for an answer that somebody else gave.

use crate::clause::{Clause, Clauses};
use crate::explanation::Explanation;
use crate::hash::Draws;
use crate::rule::Pull;
use crate::statement;

/// Clauses listed as other relevant information, after those that are named.
const MOST_OTHERS: usize = 4;

/// What a rationale is made from: nothing of it knows the rule that decided.
pub(crate) struct Rationale<'a> {
    pub(crate) clauses: &'a Clauses,
    /// The answer given, as written.
    pub(crate) answer: &'a str,
    /// How many clauses are named.
    pub(crate) named: usize,
    /// Which clauses are named, and how much each is said to have counted.
    pub(crate) draws: Draws,
}

impl Rationale<'_> {
    /// Writes it: some clauses of the question, each said to speak for the answer, in the sentences of
    /// a simulated reference, so that a reader understands them just as well.
    pub(crate) fn write(&self) -> Explanation {
        let (named, others) = self.drawn();
        let mut text = String::with_capacity(256 + 128 * named.len());
        text.push_str("The answer is ");
        text.push_str(self.answer);
        text.push_str(", and it follows from what the text says.");
        if !named.is_empty() {
            text.push_str(" These are the points that bear it, in the order of the text.\n");
        }
        for (place, &clause) in named.iter().enumerate() {
            // Of the strength alone: the label is the one that is to be defended.
            let told = Pull::from_bits(self.draws.of(clause.id).value(1), 1);
            text.push('\n');
            statement::write(
                &mut text,
                place,
                self.clauses.text(clause),
                self.answer,
                told.strength,
            );
        }
        if !named.is_empty() {
            text.push_str(
                "\n\nNothing in the text weighs against these points as a whole. Without most of them \
                 the answer might have been another.",
            );
        }
        Explanation {
            text,
            factors: self.clauses.listed(&named),
            other_info: self.clauses.listed(&others),
        }
    }

    /// The clauses named and those that follow them, each in the order of the text.
    fn drawn(&self) -> (Vec<Clause>, Vec<Clause>) {
        let list = self.clauses.list();
        let mut order: Vec<usize> = (0..list.len()).collect();
        order.sort_by_key(|&place| (self.draws.of(list[place].id).value(0), place));
        let in_text_order = |places: &[usize]| {
            let mut places = places.to_vec();
            places.sort_unstable();
            places.into_iter().map(|place| list[place]).collect()
        };
        let (named, rest) = order.split_at(self.named.min(order.len()));
        (in_text_order(named), in_text_order(&rest[..MOST_OTHERS.min(rest.len())]))
    }
}

#[cfg(test)]
mod tests {
    use crate::Subject;
    use crate::statement::read;
    use foretell_core::Labels;

    fn prompt(answer: &str) -> String {
        format!(
            "<question>\nShe rents, is tall, aged 40, walks to work, owns 1 dog, has no car, sings, \
             drinks tea, reads, and is left-handed.\n</question>\n<given_answer>\n{answer}\n\
             </given_answer>\n[ANSWER]\n{answer}\n\n[EXPLANATION]\nwhy\n\n\
             [MOST_IMPORTANT_FACTORS]\npoints"
        )
    }

    fn reply(answer: &str, repeat: u32) -> String {
        Subject::new("rationaliser", &[]).unwrap().reply(&prompt(answer), repeat).text
    }

    #[test]
    fn every_point_speaks_for_the_answer_given() {
        let labels = Labels::new(["YES", "NO"]).unwrap();
        for (label, answer) in ["YES", "NO"].into_iter().enumerate() {
            let text = reply(answer, 0);
            assert!(text.starts_with(&format!("[ANSWER]\n{answer}\n\n[EXPLANATION]\n")), "{text}");
            let statements = read(&text, &labels);
            assert_eq!(statements.len(), 8, "{text}");
            assert!(statements.iter().all(|statement| statement.label == label), "{text}");
        }
    }

    #[test]
    fn repeats_differ_and_the_same_repeat_does_not() {
        assert_eq!(reply("YES", 0), reply("YES", 0));
        assert_ne!(reply("YES", 0), reply("YES", 1));
    }

    #[test]
    fn a_prompt_without_an_answer_gets_prose() {
        let subject = Subject::new("rationaliser", &[]).unwrap();
        let text = subject.reply("<question>\nShe rents.\n</question>\n[ANSWER]\nA or B", 0).text;
        assert!(!text.contains("[ANSWER]"), "{text}");
    }
}
