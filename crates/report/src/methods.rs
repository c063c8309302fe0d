//! A paragraph on methods, and entries to cite, ready to be pasted.

use crate::content::Guessers;
use crate::number::{count, percent};
use foretell_analysis::{GainTable, Observations};

/// The version that made the page.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What was done, as a paper would say it.
pub(crate) fn paragraph(gains: &GainTable, observations: &Observations) -> String {
    let panel = observations.panel();
    let guessers = Guessers::of(&observations.guesses);
    let pairs: u64 = gains.rows.iter().map(|row| row.pairs).max().unwrap_or(0);
    let clusters: u64 = gains.rows.iter().map(|row| row.clusters).max().unwrap_or(0);
    let references = gains.rows.len();
    let (arm, against) = (&gains.arm, &gains.against);
    let shown = match (arm.as_str(), against.as_str()) {
        ("with", "without") => {
            "once with and once without the reference's explanation of the original".to_owned()
        }
        _ => format!("once in arm {arm} and once in arm {against}"),
    };
    let bootstrap = match gains.bootstrap {
        0 => String::new(),
        draws => format!(
            " Limits by {} draws of a cluster bootstrap (seed {}) stand beside them.",
            count(draws.into()),
            gains.seed
        ),
    };
    let conditional = match observations.conditional.is_empty() {
        true => String::new(),
        false => format!(" Figures are conditional on {}.", observations.conditional.join(", ")),
    };
    format!(
        "We measured how well explanations tell what a model does by the normalized simulatability gain \
         (NSG; Mayne et al., 2026). {references} reference {} answered pairs of an original question and \
         a counterfactual (at most {} pairs in {} clusters a reference). A panel of {} {} (panel {}) \
         guessed the answer to the counterfactual, {shown}{}. Every observation is one answer of a \
         reference and one predictor; NSG = (A_{arm} - A_{against}) / (1 - A_{against}) over \
         observations with both guesses and a target. {} intervals are t intervals on the log ratio of \
         errors, with standard errors robust to clusters (all pairs of one original text) and, where \
         pairs share texts, to dyads.{bootstrap} Guesses and answers that are missing are never scored; \
         their numbers, and the bounds that they allow, are reported.{conditional} Computed with \
         foretell {VERSION}.",
        if references == 1 { "model" } else { "models" },
        count(pairs),
        count(clusters),
        guessers.panel.len(),
        if guessers.panel.len() == 1 { "predictor" } else { "predictors" },
        panel.id,
        guessers.people(),
        percent(gains.level),
    )
}

/// BibTeX for the measure and for this program.
pub(crate) fn bibtex() -> String {
    format!(
        "@misc{{mayne2026nsg,
  author = {{Mayne, Harry and Kang, Justin Singh and Gould, Dewi and Ramchandran, Kannan and Mahdi, Adam
    and Siegel, Noah Y.}},
  title = {{A Positive Case for Faithfulness: {{LLM}} Self-Explanations Help Predict Model Behavior}},
  year = {{2026}},
  eprint = {{2602.02639}},
  archivePrefix = {{arXiv}}
}}

@software{{foretell,
  author = {{{{The foretell authors}}}},
  title = {{foretell: do a model's explanations let you foretell what it does?}},
  version = {{{VERSION}}},
  year = {{2026}}
}}"
    )
}
