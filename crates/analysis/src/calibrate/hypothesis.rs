//! How often tests reject: where there is nothing to find, and where there is.

use super::gather::Share;
use super::study::{Sampling, Study};
use foretell_stats::{
    Dependence, LinearEstimate, PilotSpread, Scale, Undefined, auroc, dependent_mcnemar,
    dependent_risk, trend,
};

/// Replicates whose spreads are averaged into what power is promised.
pub(super) const PILOTS: usize = 400;

/// What is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hypothesis {
    /// Two references of the same NSG on the same questions: the paired difference is 0.
    References,
    /// The same, clusters taken as independent although they share texts.
    ReferencesOneWay,
    /// Two predictors that are alike: the paired difference of their NSG is 0.
    Predictors,
    /// Two arms of the same accuracy: Obuchowski's clustered McNemar.
    Arms,
    /// A feature without effect: relative risk.
    Feature,
    /// A confidence without meaning: clustered trend.
    Trend,
    /// The same: its AUROC is one half.
    Auroc,
    /// The NSG of the reference is 0, which it is not.
    Zero,
    /// The reference and a more faithful one have the same NSG, which they have not.
    Better,
}

impl Hypothesis {
    /// Every hypothesis.
    pub const ALL: [Self; 9] = [
        Self::References,
        Self::ReferencesOneWay,
        Self::Predictors,
        Self::Arms,
        Self::Feature,
        Self::Trend,
        Self::Auroc,
        Self::Zero,
        Self::Better,
    ];

    /// The test, in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::References => "two references, paired NSG",
            Self::ReferencesOneWay => "two references, one-way",
            Self::Predictors => "two predictors, paired NSG",
            Self::Arms => "two arms, clustered McNemar",
            Self::Feature => "feature, relative risk",
            Self::Trend => "confidence, clustered trend",
            Self::Auroc => "confidence, AUROC",
            Self::Zero => "NSG against zero",
            Self::Better => "more faithful reference, paired NSG",
        }
    }

    /// Whether it is true, so that rejecting is an error.
    #[must_use]
    pub fn is_true(self) -> bool {
        !matches!(self, Self::Zero | Self::Better)
    }

    /// Whether it is tested in the first replicates only.
    pub(super) fn is_costly(self) -> bool {
        matches!(self, Self::Trend | Self::Auroc)
    }
}

/// What the tests said of one study.
pub(super) struct Tested {
    /// Whether each hypothesis is rejected, in the order of [`Hypothesis::ALL`]; none where it was not
    /// tested or could not be.
    rejected: [Option<bool>; 9],
    /// Spreads that would be a pilot's, of the NSG and of the difference.
    pilots: [Option<f64>; 2],
}

impl Tested {
    pub(super) fn of(
        study: &Study,
        estimate: Option<&LinearEstimate>,
        sampling: &Sampling,
        is_pilot: bool,
        level: f64,
    ) -> Self {
        let alpha = 1.0 - level;
        let dependence = sampling.dependence();
        let p_of = |figure: &Option<LinearEstimate>, dependence: &Dependence| {
            figure.as_ref().and_then(|figure| p_value(figure.p_value(dependence, 0.0)))
        };
        let less =
            |other: Result<LinearEstimate, Undefined>| Some(other.ok()?.difference(estimate?));
        let [twin, better] = [&study.twin, &study.better].map(|arms| less(arms.nsg()));
        let [one, other] = &study.predictors;
        let predictors = one.nsg().and_then(|one| Ok(one.difference(&other.nsg()?))).ok();
        let one_way = || p_of(&twin, sampling.one_way());
        let scored = !study.scores.is_empty();
        let p = [
            p_of(&twin, dependence),
            sampling.is_shared().then(one_way).flatten(),
            p_of(&predictors, dependence),
            dependent_mcnemar(&study.exchanged, dependence).test.ok().map(|test| test.p),
            dependent_risk(&study.risks, dependence, level).test.ok().map(|test| test.p),
            scored.then(|| trend_p(study, dependence, level)).flatten(),
            None,
            estimate.and_then(|nsg| p_value(nsg.p_value(dependence, 0.0))),
            p_of(&better, dependence),
        ];
        let mut rejected = p.map(|p| p.map(|p| p < alpha));
        if scored {
            let interval = auroc(&study.scores, dependence, level).interval;
            rejected[6] = interval.ok().map(|interval| !interval.contains(0.5));
        }
        let spread = |figure: Option<&LinearEstimate>| {
            let spread = PilotSpread::of(figure?, dependence).ok()?;
            Some(spread.error(1))
        };
        let pilots = match is_pilot {
            true => [spread(estimate), spread(better.as_ref())],
            false => [None; 2],
        };
        Self { rejected, pilots }
    }
}

/// What does not differ at all is not significant; other figures that do not exist were not tested.
fn p_value(p: Result<f64, Undefined>) -> Option<f64> {
    match p {
        Err(Undefined::NoDifference | Undefined::NoSpread) => Some(1.0),
        p => p.ok(),
    }
}

fn trend_p(study: &Study, dependence: &Dependence, level: f64) -> Option<f64> {
    use foretell_stats::{ClusterRate, LevelRate};
    let rows = study.scores.iter().map(|row| LevelRate {
        unit: row.unit,
        score: row.score,
        counts: ClusterRate { observations: 1.0, events: f64::from(u8::from(row.positive)) },
    });
    trend(&rows.collect::<Vec<_>>(), dependence, level).clustered.ok().map(|test| test.p)
}

/// How often a test rejected over all replicates of one population and size.
#[derive(Debug, Clone, PartialEq)]
pub struct TestRow {
    /// Faithfulness of the population.
    pub faithfulness: f64,
    /// Clusters of every replicate.
    pub clusters: u32,
    /// What is tested.
    pub hypothesis: Hypothesis,
    /// Replicates in which it was tested.
    pub replicates: u64,
    /// Replicates in which it could not be.
    pub undefined: u64,
    /// The effect there is: NSG, or a difference of NSG. 0 where the hypothesis is true.
    pub effect: f64,
    /// Replicates in which it was rejected: the false-positive rate, or the power.
    pub rejected: Share,
    /// The power that pilots of this size promise on average; none where the hypothesis is true.
    pub promised: Option<f64>,
}

/// The truths that are tested against 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Truths {
    pub(super) nsg: f64,
    pub(super) better: f64,
}

/// Rows of all tests, in their order.
pub(super) fn rows(
    faithfulness: f64,
    clusters: u32,
    truths: Truths,
    studies: &[Tested],
    costly: usize,
    level: f64,
) -> Vec<TestRow> {
    let row = |(at, hypothesis): (usize, Hypothesis)| {
        let asked = if hypothesis.is_costly() { &studies[..costly] } else { studies };
        let tested = asked.iter().filter_map(|study| study.rejected[at]);
        let tested: Vec<bool> = tested.collect();
        if tested.is_empty() {
            return None;
        }
        let effect = match hypothesis {
            Hypothesis::Zero => truths.nsg,
            Hypothesis::Better => truths.better - truths.nsg,
            _ => 0.0,
        };
        let promised = match hypothesis {
            Hypothesis::Zero => promised(studies, 0, Scale::LogComplement),
            Hypothesis::Better => promised(studies, 1, Scale::Plain),
            _ => None,
        };
        let n = tested.len() as u64;
        let rejected = tested.iter().filter(|rejected| **rejected).count() as u64;
        Some(TestRow {
            faithfulness,
            clusters,
            hypothesis,
            replicates: n,
            undefined: asked.len() as u64 - n,
            effect,
            rejected: Share::of(rejected, n),
            promised: promised
                .map(|spread| spread.power(u64::from(clusters), 0.0, effect, 1.0 - level)),
        })
    };
    Hypothesis::ALL.into_iter().enumerate().filter_map(row).collect()
}

/// The spread whose square is the mean of the pilots'.
fn promised(studies: &[Tested], which: usize, scale: Scale) -> Option<PilotSpread> {
    let squares = studies.iter().filter_map(|study| study.pilots[which]).map(|s| s * s);
    let squares: Vec<f64> = squares.collect();
    let mean = squares.iter().sum::<f64>() / squares.len() as f64;
    (mean > 0.0).then(|| PilotSpread::new(mean.sqrt(), scale))
}
