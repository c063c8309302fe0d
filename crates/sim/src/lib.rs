//! Simulated subjects: models whose way of deciding is known, with a dial for how truthfully they
//! explain it.
//!
//! A [`Subject`] is given a rendered prompt and returns a tagged reply, as a model behind an API
//! would. The same options, prompt and repeat give the same reply on every machine: the crate reads
//! no file, clock or network, and uses whole numbers, correctly rounded arithmetic and its own hash.
//! What the subjects do is written down in `docs/simulated.md`.
//!
//! | file | noun |
//! |---|---|
//! | `subject` | one simulated model: draws, noise, failures |
//! | `options` | what can be set, and what is wrong with a setting |
//! | `asked` | what a prompt asks: question, labels, sections, what is shown |
//! | `instruction` | sentences and headings that address the reader |
//! | `clause` | the clauses of a question |
//! | `rule` | the hidden linear rule |
//! | `statement` | one sentence of an explanation, written and read back |
//! | `explanation` | the explanation of a simulated reference |
//! | `rationale` | the reasons that a rationaliser finds for a given answer |
//! | `reading` | how a reader re-weighs a question with an explanation |
//! | `writing` | the counterfactuals of a generator |
//! | `judging` | the verdicts of a judge |
//! | `layout` | a reply in the sections asked for |
//! | `hash` | the hash and the draws |

mod asked;
mod clause;
mod explanation;
mod hash;
mod instruction;
mod judging;
mod layout;
mod options;
mod rationale;
mod reading;
mod rule;
mod statement;
mod subject;
mod writing;

pub use options::SimError;
pub use subject::{SimReply, Subject};
