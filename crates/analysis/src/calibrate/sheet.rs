//! A calibration as sheets.

use super::hypothesis::TestRow;
use super::interval::IntervalRow;
use super::population::PREDICTORS;
use super::run::Calibration;
use super::settings::{Design, Effects};
use crate::sheet::{Cell, Column, Kind, Sheet};

/// The two columns of a figure with its Monte-Carlo error beside it.
fn figure(name: &'static str, kind: Kind, says: &'static str) -> [Column; 2] {
    let error = Column::new(
        format!("{name}_mc"),
        Kind::Number,
        format!("Monte-Carlo standard error of {name}"),
    );
    [Column::new(name, kind, says), error.headed("±")]
}

fn interval_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("method", "how the interval is made"),
        Column::fraction("faithfulness", "probability that a clause is told truthfully")
            .headed("F"),
        Column::count("clusters", "clusters of every replicate"),
        Column::count("replicates", "replicates with an interval"),
        Column::count("undefined", "replicates in which the method gave none").wide(),
        Column::new("truth", Kind::Difference, "NSG of the population"),
    ];
    columns.extend(figure("bias", Kind::Number, "mean estimate less truth"));
    columns.push(Column::fraction("spread", "standard deviation of the estimates"));
    columns.extend(figure(
        "se_over_spread",
        Kind::Fraction,
        "root mean square of the standard errors over the spread",
    ));
    columns.extend(figure("coverage", Kind::Fraction, "intervals that hold the truth"));
    columns.extend([
        Column::fraction("below", "intervals that lie below the truth").wide(),
        Column::fraction("above", "intervals that lie above the truth").wide(),
    ]);
    columns.extend(figure("width", Kind::Fraction, "mean width of the interval"));
    columns
}

fn test_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("test", "what is tested"),
        Column::fraction("faithfulness", "probability that a clause is told truthfully")
            .headed("F"),
        Column::count("clusters", "clusters of every replicate"),
        Column::count("replicates", "replicates in which it was tested"),
        Column::count("undefined", "replicates in which it could not be").wide(),
        Column::new("effect", Kind::Difference, "NSG or difference of NSG that there is"),
    ];
    columns.extend(figure(
        "rejected",
        Kind::Fraction,
        "replicates that reject: false positives where the effect is 0, else power",
    ));
    columns.push(Column::fraction("promised", "power that pilots of this size promise"));
    columns
}

impl IntervalRow {
    fn cells(&self) -> Vec<Cell> {
        let [ratio, ratio_error] = match self.error_ratio {
            Some((ratio, error)) => [ratio.into(), error.into()],
            None => [Cell::Empty, Cell::Empty],
        };
        vec![
            self.method.as_str().into(),
            self.faithfulness.into(),
            u64::from(self.clusters).into(),
            self.replicates.into(),
            self.undefined.into(),
            self.truth.into(),
            self.bias.0.into(),
            self.bias.1.into(),
            self.spread.into(),
            ratio,
            ratio_error,
            self.coverage.value.into(),
            self.coverage.error.into(),
            self.below.value.into(),
            self.above.value.into(),
            self.width.0.into(),
            self.width.1.into(),
        ]
    }
}

impl TestRow {
    fn cells(&self) -> Vec<Cell> {
        vec![
            self.hypothesis.as_str().into(),
            self.faithfulness.into(),
            u64::from(self.clusters).into(),
            self.replicates.into(),
            self.undefined.into(),
            self.effect.into(),
            self.rejected.value.into(),
            self.rejected.error.into(),
            self.promised.into(),
        ]
    }
}

impl Calibration {
    /// Two sheets: `calibrate-intervals` and `calibrate-tests`.
    #[must_use]
    pub fn sheets(&self) -> Vec<Sheet> {
        let intervals = Sheet::new(
            "calibrate-intervals",
            "Intervals",
            "How often intervals hold the NSG of the population they were drawn from.",
            interval_columns(),
        );
        let tests = Sheet::new(
            "calibrate-tests",
            "Tests",
            "How often tests reject: where there is nothing to find, and where there is.",
            test_columns(),
        );
        let mut sheets = [intervals, tests].map(|sheet| self.about(sheet));
        self.intervals.iter().for_each(|row| sheets[0].push(row.cells()));
        self.tests.iter().for_each(|row| sheets[1].push(row.cells()));
        if sheets[1].rows.iter().any(|row| row.last().and_then(Cell::number).is_some()) {
            let said =
                "promised: what the standard errors of the first replicates say of the power";
            sheets[1].notes.push(said.to_owned());
        }
        sheets.into()
    }

    /// Says what was simulated.
    fn about(&self, mut sheet: Sheet) -> Sheet {
        let settings = &self.settings;
        let Effects { difficulty, telling, counterfactual, noise, missing } = settings.effects;
        sheet.settings = vec![
            ("level", settings.level.into()),
            ("replicates", u64::from(settings.replicates).into()),
            ("costly_replicates", u64::from(settings.costly.min(settings.replicates)).into()),
            ("draws", u64::from(settings.draws).into()),
            ("repeats", u64::from(settings.repeats).into()),
            ("step", settings.step.into()),
            ("difficulty", difficulty.into()),
            ("telling", telling.into()),
            ("counterfactual", counterfactual.into()),
            ("noise", noise.into()),
            ("missing", missing.into()),
            ("questions", u64::from(settings.questions).into()),
            ("seed", settings.seed.into()),
        ];
        let questions = u64::from(settings.questions);
        let guesses = questions * questions * PREDICTORS as u64 * 2 * u64::from(settings.repeats);
        let count = foretell_core::count;
        sheet.notes.push(format!(
            "population: {} questions, all {} pairs of them, {PREDICTORS} predictors, {} guesses; the \
             truth is counted over all of them",
            count(questions),
            count(questions * questions),
            count(guesses),
        ));
        sheet.notes.push(match &settings.design {
            Design::Clusters(_) => {
                "replicates draw clusters, each with 2 to 6 counterfactuals of its own".to_owned()
            }
            Design::Shared(_) => {
                "replicates draw questions; their pairs share texts with each other".to_owned()
            }
            Design::Graph(graph) => format!(
                "replicates draw a question for each of the {} texts of the graph: {} pairs, {} \
                 originals, of which {} are counterfactuals too",
                count(graph.texts() as u64),
                count(graph.pairs() as u64),
                count(graph.clusters() as u64),
                count(graph.shared() as u64),
            ),
        });
        sheet
    }
}
