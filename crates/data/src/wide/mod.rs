//! The wide layout: one row a pair and answer order, in columns `original_*` and `counterfactual_*`.
//!
//! | column | what it holds | type |
//! |---|---|---|
//! | `original_dataset` | dataset of both questions | text |
//! | `original_answer_first` | whether the answer is asked for first | true and false, as text or number too |
//! | `SIDE_question_idx` | number or name within the dataset | integer or text |
//! | `SIDE_question` | the question | text |
//! | `SIDE_description` | the question, where there is no column `SIDE_question` | text |
//! | `SIDE_question_prompt` | the reference prompt that goes with it | text |
//! | `SIDE_ground_truth` | the true label | text, number, true and false |
//! | `SIDE_question_options` | the options | list of texts |
//! | `counterfactual_generator_model` | what made the counterfactual | text |
//! | `counterfactual_generator_method` | by which method | text |
//! | `counterfactual_hamming_distance` | number of features that differ | number |
//!
//! `SIDE` is `original` or `counterfactual`. The dataset and both `idx` are needed, and of each side
//! the question, its description or its prompt: a question of which only the prompt is there has
//! its name for text, as in `bank/42`. All other columns may be absent or empty, and other columns
//! are not read. The answer order is that of `original_answer_first`, else that of the prompt's
//! block (original, then counterfactual), else answer first.

mod cell;
mod columns;
mod import;
mod row;

pub use cell::{Cell, CellKind};
pub(crate) use import::{column_names, load, load_valid};
