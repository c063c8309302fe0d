//! The analysis `gain`, and gains as a sheet.

use crate::analyses::Analysis;
use crate::contrast::Contrast;
use crate::counts::GroupCounts;
use crate::error::AnalysisError;
use crate::gain::{GainRequest, GainRow, GainTable, estimate};
use crate::gain_published;
use crate::group::GroupKey;
use crate::prepared::Prepared;
use crate::request::{Compat, Flag, Request};
use crate::sheet::{Cell, Column, Kind, Sheet};
use crate::unit::{Weights, shared_texts};
use crate::warning::warnings;
use rayon::prelude::*;

/// The analysis `gain`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "gain",
    says: "Accuracy with and without the explanation, gain and NSG with intervals.",
    keys: &GroupKey::ALL,
    by: &[GroupKey::Reference],
    honours: &[
        Flag::By,
        Flag::Arm,
        Flag::Against,
        Flag::Weights,
        Flag::ExcludeSelf,
        Flag::ConsistentOnly,
        Flag::Where,
        Flag::Level,
        Flag::Bootstrap,
        Flag::Seed,
        Flag::Compat,
    ],
    columns,
    run,
};

/// What a column of the ratio of two errors holds.
pub(crate) const SE_RATIO: &str = "dyad-robust standard error over the one-way one, the larger of which is used; 1 where no text \
     is shared by pairs of different originals";

/// The keys of [`crate::LeftOutCount`].
const LEFT_OUT: Kind = Kind::Breakdown(&["arm", "predictor", "outcome"]);

fn columns() -> Vec<Column> {
    let nsg = "normalized simulatability gain: the share of the baseline's errors that is removed";
    let mut columns = vec![
        Column::count("pairs", "distinct pairs with a scored observation").wide(),
        Column::count("clusters", "distinct original texts among them"),
        Column::count("observations", "scored observations"),
        Column::fraction("a_with", "accuracy of the treated arm"),
        Column::fraction("a_without", "accuracy of the baseline arm"),
    ];
    // Its limits stand behind those of the NSG, where readers of earlier files find the rest.
    let [gain, gain_limits @ ..] = Column::estimate("gain", Kind::Difference, "a_with - a_without");
    columns.push(gain.wide());
    columns.extend(Column::estimate("nsg", Kind::Signed, nsg).map(|c| c.headed("NSG")));
    columns.extend(gain_limits);
    let hidden =
        |name: &'static str, says: &'static str| Column::new(name, Kind::Signed, says).hidden();
    columns.extend([
        Column::new("se_ratio", Kind::Ratio, SE_RATIO).headed("SE ratio").wide(),
        hidden("bca_low", "lower BCa limit of the cluster bootstrap, which ignores shared texts"),
        hidden("bca_high", "upper BCa limit of the cluster bootstrap, which ignores shared texts"),
        Column::text("bca_fallback", "why the BCa limits are percentiles, where they are").hidden(),
        hidden("boot_low", "lower percentile of the cluster bootstrap, which ignores shared texts"),
        hidden(
            "boot_high",
            "upper percentile of the cluster bootstrap, which ignores shared texts",
        ),
        hidden("bound_low", "lowest NSG that the missing guesses allow"),
        hidden("bound_high", "highest NSG that the missing guesses allow"),
        Column::count("left_out", "guesses that are missing although there is a target"),
        Column::new("left_out_detail", LEFT_OUT, "the same by arm, predictor and outcome"),
        Column::count("targets_missing", "answers of references that are missing").hidden(),
        Column::new(
            "targets_missing_detail",
            Kind::Breakdown(&["outcome"]),
            "the same by what became of them",
        ),
    ]);
    columns
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    if request.compat == Compat::Published {
        return Ok(vec![gain_published::sheet(prepared, request, &by)]);
    }
    let observations = prepared.observations(request, &by);
    let gain_request = GainRequest { by: by.clone(), ..GainRequest::from(request) };
    let groups = observations.groups(&by);
    let rows: Vec<GainRow> = groups
        .par_iter()
        .map(|group| {
            let counts = GroupCounts::of(&observations, &group.members);
            let weighted = (request.weights != Weights::Observation)
                .then(|| observations.units(&group.members, request.weights));
            estimate(&group.values, &counts, &gain_request, weighted.as_deref())
        })
        .collect();
    let units = observations.units(&observations.list, Weights::Observation);
    let shared = shared_texts(units.iter().map(|unit| unit.texts));
    let notices = prepared.notices.iter().cloned().collect();
    let warnings = warnings(&notices, shared, &rows);
    let GainRequest { arm, against, level, bootstrap, seed, .. } = gain_request;
    let table = GainTable { by, arm, against, level, bootstrap, seed, warnings, rows };
    let mut sheet = table.sheet().about(&observations, &request.contrast);
    sheet.settings.push(("weights", request.weights.as_str().into()));
    if table.by.contains(&GroupKey::Changed) {
        sheet.notes.push(GroupKey::OVERLAP.to_owned());
    }
    Ok(vec![sheet])
}

impl From<&Request> for GainRequest {
    fn from(request: &Request) -> Self {
        let Contrast { arm, against } = request.contrast.clone();
        Self {
            by: request.by_or(ANALYSIS.by),
            arm,
            against,
            level: request.level,
            bootstrap: request.bootstrap,
            seed: request.seed,
        }
    }
}

impl GainTable {
    /// The table as a sheet, whose columns are the groups and those of the analysis `gain`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let arms = [("a_with", &self.arm), ("a_without", &self.against)];
        let headed = |column: Column| match arms.iter().find(|(name, _)| column.name == *name) {
            Some((_, arm)) => column.headed((*arm).clone()),
            None => column,
        };
        let columns = Column::groups(&self.by).into_iter().chain(columns()).map(headed).collect();
        let mut sheet = Sheet::new(ANALYSIS.name, "Gain", ANALYSIS.says, columns);
        sheet.contrast = Some(Contrast { arm: self.arm.clone(), against: self.against.clone() });
        sheet.settings = vec![
            ("level", self.level.into()),
            ("bootstrap", u64::from(self.bootstrap).into()),
            ("seed", self.seed.into()),
        ];
        sheet.warnings.clone_from(&self.warnings);
        for row in &self.rows {
            let groups = row.group.iter().map(|value| Cell::from(value.as_str()));
            sheet.push(groups.chain(cells(row)));
        }
        sheet
    }
}

/// The cells of one row after those of its groups.
fn cells(row: &GainRow) -> Vec<Cell> {
    let figure = |value: Option<f64>, reason: &Option<String>| match (value, reason) {
        (Some(value), _) => Cell::from(value),
        (None, Some(reason)) => Cell::undefined(reason),
        (None, None) => Cell::Empty,
    };
    let of = |value| figure(value, &row.undefined);
    let interval = |value| figure(value, &row.interval_undefined);
    let of_gain = |value| figure(value, &row.gain_undefined);
    let boot = |value| figure(value, &row.boot_undefined);
    let left_out = row.left_out_detail.iter().map(|count| {
        let keys = [&count.arm, &count.predictor, &count.outcome];
        (keys.map(|key| key.as_str().into()).to_vec(), count.count)
    });
    let targets = row.targets_missing_detail.iter();
    let targets = targets.map(|count| (vec![count.outcome.as_str().into()], count.count));
    vec![
        row.pairs.into(),
        row.clusters.into(),
        row.observations.into(),
        of(row.a_with),
        of(row.a_without),
        of(row.gain),
        of(row.nsg),
        interval(row.nsg_se),
        interval(row.nsg_low),
        interval(row.nsg_high),
        of_gain(row.gain_se),
        of_gain(row.gain_low),
        of_gain(row.gain_high),
        interval(row.se_ratio),
        boot(row.bca_low),
        boot(row.bca_high),
        row.bca_fallback.clone().into(),
        boot(row.boot_low),
        boot(row.boot_high),
        figure(row.bound_low, &row.bound_undefined),
        figure(row.bound_high, &row.bound_undefined),
        row.left_out.into(),
        Cell::Breakdown(left_out.collect()),
        row.targets_missing.into(),
        Cell::Breakdown(targets.collect()),
    ]
}
