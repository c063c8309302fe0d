//! The kinds of figures that there are. To add one: an entry in [`FIGURES`].

use super::kind::{
    Along, Curve, Dumbbell, FigureKind, Forest, Heat, Mark, Order, Panels, Scatter, Series, Source,
    Stack,
};
use foretell_analysis::GroupKey::{Dataset, Predictor, Reference};

/// The kind of a name.
#[must_use]
pub fn figure_kind(name: &str) -> Option<&'static FigureKind> {
    FIGURES.iter().find(|kind| kind.name == name)
}

const NSG: Along = Along::effect("NSG, the share of errors that explanations remove");
const ERRORS: Option<[&str; 2]> = Some(["more errors", "fewer errors"]);
const ACCURACY: Along = Along::share("accuracy, the share of answers foretold", &[]);
const SHARE: Along = Along::share("share of answers", &[0.0]);
const RISK: Along = Along::ratio("relative risk, changed against unchanged");
const PARAMETERS: Along = Along::log("parameters, billions");
const OBSERVED: &str = "observations";

/// A line a reference.
const BY_REFERENCE: Forest = Forest {
    name: &["reference"],
    block: Some("open"),
    series: Series::One("nsg"),
    along: NSG,
    sides: ERRORS,
    count: OBSERVED,
    order: Order::Value,
};

/// A plot a value of some column, a line a reference.
const PANELS: Panels = Panels {
    name: &["reference"],
    panel: "predictor",
    value: "nsg",
    along: Along::effect("NSG"),
    count: OBSERVED,
};

/// What a changed feature does to the risk of an outcome.
const BY_FEATURE: Forest = Forest {
    name: &["feature"],
    block: Some("dataset"),
    series: Series::One("relative_risk"),
    along: RISK,
    sides: Some(["less often", "more often"]),
    count: "n_changed",
    order: Order::Value,
};

/// Every kind of figure, in the order in which a report has them.
pub const FIGURES: &[FigureKind] = &[
    FigureKind {
        name: "nsg",
        title: "NSG by reference model",
        says: "Right of the line predictors made fewer errors with the explanation than without it.",
        source: Source::of("gain", "gain").by(&[Reference]),
        mark: Mark::Forest(BY_REFERENCE),
    },
    FigureKind {
        name: "ranks",
        title: "Ranks of reference models by predictor",
        says: "The reference with the highest NSG has rank 1 for a predictor; a column is a predictor.",
        source: Source::of("gain", "gain")
            .by(&[Predictor, Reference])
            .ranked("nsg", "predictor")
            .least(4),
        mark: Mark::Heat(Heat {
            down: "reference",
            across: "predictor",
            value: "rank",
            between: None,
            symmetric: false,
            count: OBSERVED,
        }),
    },
    FigureKind {
        name: "accuracy",
        title: "Accuracy without and with explanations",
        says: "How often predictors foretold the answer, in both arms.",
        source: Source::of("gain", "gain").by(&[Reference]),
        mark: Mark::Dumbbell(Dumbbell {
            name: &["reference"],
            block: Some("open"),
            from: ("a_without", ""),
            to: ("a_with", ""),
            along: ACCURACY,
            count: OBSERVED,
        }),
    },
    FigureKind {
        name: "predictors",
        title: "NSG by predictor",
        says: "A plot a predictor, a line a reference; all plots have the same axis.",
        source: Source::of("gain", "gain").by(&[Predictor, Reference]).least(2),
        mark: Mark::Panels(PANELS),
    },
    FigureKind {
        name: "datasets",
        title: "NSG by dataset",
        says: "A plot a dataset, a line a reference; all plots have the same axis.",
        source: Source::of("gain", "gain").by(&[Dataset, Reference]).least(2),
        mark: Mark::Panels(Panels { panel: "dataset", ..PANELS }),
    },
    FigureKind {
        name: "dataset-accuracy",
        title: "Accuracy by dataset and reference model",
        says: "Above the line explanations helped. A dot is a reference on a dataset.",
        source: Source::of("gain", "gain").by(&[Dataset, Reference]).least(2),
        mark: Mark::Scatter(Scatter {
            name: &["reference"],
            series: Some("dataset"),
            x: ("a_without", Along::share("accuracy without explanation", &[])),
            y: ("a_with", Along::share("accuracy with explanation", &[])),
            diagonal: true,
            joined: false,
            count: OBSERVED,
        }),
    },
    FigureKind {
        name: "baseline",
        title: "NSG against the accuracy without explanation",
        says: "Why errors are divided by those without: an NSG that does not go with the baseline \
               compares references that are easy to foretell with those that are not.",
        source: Source::of("gain", "gain").by(&[Reference]).least(2),
        mark: Mark::Scatter(Scatter {
            name: &["reference"],
            series: Some("open"),
            x: ("a_without", Along::share("accuracy without explanation", &[])),
            y: ("nsg", Along::effect("NSG")),
            diagonal: false,
            joined: false,
            count: OBSERVED,
        }),
    },
    FigureKind {
        name: "cross",
        title: "Own explanations and those of other models",
        says: "NSG from the explanations of the reference itself, and from those of models of other \
               families that gave the same answer; the same predictors and pairs.",
        source: Source::of("cross", "cross").only("stratum", &["all"]),
        mark: Mark::Forest(Forest {
            series: Series::Columns(&[
                ("nsg_self", "own explanation"),
                ("nsg_cross", "another model's"),
            ]),
            block: None,
            count: "units",
            ..BY_REFERENCE
        }),
    },
    FigureKind {
        name: "effort",
        title: "NSG by reasoning effort",
        says: "Models that were asked at several efforts.",
        source: Source::of("effort", "effort"),
        mark: Mark::Forest(Forest {
            name: &["effort"],
            block: Some("model"),
            order: Order::Sheet,
            ..BY_REFERENCE
        }),
    },
    FigureKind {
        name: "scaling",
        title: "NSG by the size of the reference model",
        says: "Models whose parameters are known; lines join a family.",
        source: Source::of("scaling", "scaling").least(2),
        mark: Mark::Scatter(Scatter {
            name: &["reference"],
            series: Some("family"),
            x: ("size_b", PARAMETERS),
            y: ("nsg", Along::effect("NSG")),
            diagonal: false,
            joined: true,
            count: OBSERVED,
        }),
    },
    FigureKind {
        name: "trace",
        title: "Explanation against reasoning trace",
        says: "NSG of arm with, which shows the explanation, and of arm reasoning, which shows the trace \
               instead.",
        source: Source::of("arms", "arms")
            .by(&[Reference])
            .only("arm", &["reasoning", "with"])
            .having("arm", "reasoning"),
        mark: Mark::Forest(Forest {
            series: Series::Rows("nsg", "arm"),
            block: None,
            ..BY_REFERENCE
        }),
    },
    FigureKind {
        name: "arms",
        title: "NSG by arm",
        says: "What predictors were shown, each arm against the same baseline.",
        source: Source::of("arms", "arms").by(&[Reference]).least(2),
        mark: Mark::Panels(Panels { panel: "arm", ..PANELS }),
    },
    FigureKind {
        name: "baselines",
        title: "NSG against simple baselines",
        says: "The NSG if a rule or another arm stood in for the guess without explanation; left of the \
               line the rule foretells better.",
        source: Source::of("baselines", "baselines").by(&[Reference]),
        mark: Mark::Panels(Panels { panel: "baseline", ..PANELS }),
    },
    FigureKind {
        name: "egregious",
        title: "Egregious errors",
        says: "Share of answers about which the whole panel, shown the explanation, agreed on one wrong \
               label.",
        source: Source::of("egregious", "egregious").by(&[Reference]),
        mark: Mark::Forest(Forest {
            series: Series::One("rate"),
            along: SHARE,
            sides: None,
            count: "subjects",
            ..BY_REFERENCE
        }),
    },
    FigureKind {
        name: "egregious-risk",
        title: "What raises egregious errors",
        says: "Relative risk of an egregious error where a feature changed.",
        source: Source::of("drivers", "drivers").only("outcome", &["egregious"]),
        mark: Mark::Forest(BY_FEATURE),
    },
    FigureKind {
        name: "answer-change",
        title: "What changes answers",
        says: "Relative risk of another answer of the reference where a feature changed.",
        source: Source::of("drivers", "drivers").only("outcome", &["switched"]).of_answers(),
        mark: Mark::Forest(BY_FEATURE),
    },
    FigureKind {
        name: "drivers",
        title: "Feature impact against egregious risk",
        says: "A dot is a feature; features right of the line change answers, those above it raise \
               egregious errors.",
        source: Source::of("drivers", "drivers-against"),
        mark: Mark::Scatter(Scatter {
            name: &["feature"],
            series: Some("dataset"),
            x: ("switched_risk", Along::ratio("relative risk of another answer")),
            y: ("egregious_risk", Along::ratio("relative risk of an egregious error")),
            diagonal: false,
            joined: false,
            count: "",
        }),
    },
    FigureKind {
        name: "agreement",
        title: "Agreement of reference models",
        says: "Share of questions that two references answer alike.",
        source: Source::of("references", "references-agreement").by(&[Reference]).of_answers(),
        mark: Mark::Heat(Heat {
            down: "reference",
            across: "other",
            value: "agreement",
            between: None,
            symmetric: true,
            count: "questions",
        }),
    },
    FigureKind {
        name: "marginals",
        title: "Answers of reference models",
        says: "Share of each label among the answers; read beside the agreement, which rises where all \
               give one label.",
        source: Source::of("references", "references-labels")
            .by(&[Reference, Dataset])
            .of_answers(),
        mark: Mark::Stack(Stack {
            name: &["reference"],
            block: Some("dataset"),
            parts: Series::Rows("share", "label"),
            title: "share of answers",
            whole: true,
            count: "answers",
        }),
    },
    FigureKind {
        name: "confidence",
        title: "Accuracy by stated confidence",
        says: "How often predictors were right at each confidence that they stated.",
        source: Source::of("predictors", "predictors-confidence")
            .in_order("confidence", &["low", "medium", "high", "all"]),
        mark: Mark::Forest(Forest {
            name: &["confidence"],
            block: Some("predictor"),
            series: Series::Rows("accuracy", "arm"),
            along: Along::share("accuracy, the share of guesses that are right", &[]),
            sides: None,
            count: "guesses",
            order: Order::Sheet,
        }),
    },
    FigureKind {
        name: "ceiling",
        title: "Accuracy and the noise ceiling",
        says: "Accuracy with the explanation, and the bracket of what a perfect predictor could reach, \
               given that the reference does not always answer alike.",
        source: Source::of("ceiling", "ceiling").by(&[Reference]),
        mark: Mark::Forest(Forest {
            block: None,
            series: Series::Columns(&[
                ("a_with", "with explanation"),
                ("ceiling_low", "ceiling, lower end"),
                ("ceiling_high", "ceiling, upper end"),
            ]),
            along: ACCURACY,
            sides: None,
            ..BY_REFERENCE
        }),
    },
    FigureKind {
        name: "gap",
        title: "What the remaining errors are",
        says: "Errors with the explanation, in order: the reference's own inconsistency; then against its \
               most common answer, predictors misled as one, and predictors at odds.",
        source: Source::of("ceiling", "ceiling-errors").by(&[Reference]),
        mark: Mark::Stack(Stack {
            name: &["reference"],
            block: None,
            parts: Series::Columns(&[
                ("inconsistency", "inconsistency of the reference"),
                ("misled", "all predictors misled"),
                ("at_odds", "predictors at odds"),
            ]),
            title: "share of the remaining errors",
            whole: true,
            count: OBSERVED,
        }),
    },
    FigureKind {
        name: "power",
        title: "Power by number of questions",
        says: "The probability that a study like this one finds the difference; of more than three lines of \
               a kind those with the least and the most power.",
        source: Source::of("power", "power-curve").outer(["comparison", "reference", "power"]),
        mark: Mark::Curve(Curve {
            series: &["comparison"],
            line: &["reference"],
            x: ("questions", Along::log("questions")),
            y: ("power", Along::share("power", &[0.0, 1.0])),
            diagonal: false,
            count: "",
        }),
    },
    FigureKind {
        name: "missing",
        title: "Missing replies",
        says: "Share of guesses without an answer, by what became of them; lines without any are not \
               drawn.",
        source: Source::of("missing", "missing").by(&[Reference]),
        mark: Mark::Stack(Stack {
            name: &["reference"],
            block: Some("arm"),
            parts: Series::Rows("share", "outcome"),
            title: "share of guesses",
            whole: false,
            count: "guesses",
        }),
    },
    FigureKind {
        name: "switch",
        title: "Accuracy where the answer switches, by size",
        says: "Accuracy on pairs whose two answers differ, without and with the explanation.",
        source: Source::of("gain-split", "gain-split").by(&[Reference]).melted(&[
            ("a_without_switched", "without explanation"),
            ("a_with_switched", "with explanation"),
        ]),
        mark: Mark::Scatter(Scatter {
            name: &["reference"],
            series: Some("part"),
            x: ("size_b", PARAMETERS),
            y: ("value", Along::share("accuracy where the answer switches", &[])),
            diagonal: false,
            joined: false,
            count: "n_switched",
        }),
    },
    FigureKind {
        name: "switched",
        title: "Accuracy where the answer switches",
        says: "Accuracy on pairs whose two answers differ, in both arms.",
        source: Source::of("gain-split", "gain-split").by(&[Reference]),
        mark: Mark::Dumbbell(Dumbbell {
            name: &["reference"],
            block: Some("open"),
            from: ("a_without_switched", "without explanation"),
            to: ("a_with_switched", "with explanation"),
            along: ACCURACY,
            count: "n_switched",
        }),
    },
    FigureKind {
        name: "order",
        title: "Answer first or last",
        says: "NSG where the reference answers before it explains, and where it explains first.",
        source: Source::of("order", "order-unpaired").by(&[Reference]).least(2),
        mark: Mark::Forest(Forest {
            series: Series::Rows("nsg", "answer_order"),
            block: None,
            ..BY_REFERENCE
        }),
    },
    FigureKind {
        name: "dimensions",
        title: "Egregious errors by moral dimension",
        says: "By what the two groups of a scenario differ in, and by which of them dies if nothing is \
               done.",
        source: Source::of("egregious", "egregious-scenarios"),
        mark: Mark::Forest(Forest {
            name: &["side"],
            block: Some("dimension"),
            series: Series::One("rate"),
            along: SHARE,
            sides: None,
            count: "subjects",
            order: Order::Sheet,
        }),
    },
    FigureKind {
        name: "testability",
        title: "NSG by testability of the explanation",
        says: "NSG of explanations that a judge gave at least a grade from 0 to 10.",
        source: Source::of("predictors", "predictors-testability"),
        mark: Mark::Curve(Curve {
            series: &[],
            line: &[],
            x: ("grade", Along::linear("least testability, 0 to 10", &[0.0, 10.0])),
            y: ("nsg", Along::effect("NSG")),
            diagonal: false,
            count: OBSERVED,
        }),
    },
    FigureKind {
        name: "consistent",
        title: "All guesses and consistent ones",
        says: "NSG of all pairs, and of those whose guesses with the explanation agree; the second is \
               conditional on the treatment.",
        source: Source::of("gain", "gain").by(&[Reference]).with_consistent(),
        mark: Mark::Dumbbell(Dumbbell {
            name: &["reference"],
            block: Some("open"),
            from: ("nsg", "all pairs"),
            to: ("nsg_consistent", "consistent guesses"),
            along: NSG,
            count: OBSERVED,
        }),
    },
];
