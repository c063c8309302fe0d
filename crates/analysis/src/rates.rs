//! Rates of what happens to subjects, by cluster, as cells.

use crate::guesses::Guesses;
use crate::sheet::{Cell, Estimate};
use crate::unit::shared_texts;
use foretell_stats::{ClusterRate, clustered_rate};
use std::collections::BTreeMap;

/// Events and observations by cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rate(BTreeMap<u32, ClusterRate>);

impl Rate {
    /// Counts one observation of a cluster.
    pub(crate) fn add(&mut self, cluster: u32, event: bool) {
        let counts = self.0.entry(cluster).or_default();
        counts.observations += 1.0;
        counts.events += f64::from(u8::from(event));
    }

    pub(crate) fn clusters(&self) -> u64 {
        self.0.len() as u64
    }

    pub(crate) fn observations(&self) -> u64 {
        self.0.values().map(|counts| counts.observations).sum::<f64>() as u64
    }

    pub(crate) fn events(&self) -> u64 {
        self.0.values().map(|counts| counts.events).sum::<f64>() as u64
    }

    /// The share of events with Wilson's interval at the effective number of observations.
    pub(crate) fn estimate(&self, level: f64) -> Estimate {
        let clusters: Vec<ClusterRate> = self.0.values().copied().collect();
        let rate = clustered_rate(&clusters, level);
        Estimate::new(rate.rate, rate.se, rate.interval)
    }

    /// The share alone.
    pub(crate) fn share(&self) -> Cell {
        match self.observations() {
            0 => Cell::undefined(foretell_stats::Undefined::NothingCounted),
            all => (self.events() as f64 / all as f64).into(),
        }
    }
}

/// The figures of most sheets whose limits take originals as independent.
pub(crate) const RATES: &str = "intervals of rates and risks";

/// What the sheets of levels leave one-way.
pub(crate) const TRENDS: &str = "limits of AUROC and tests of trends";

/// What to say where pairs of different originals share texts and figures do not allow for it.
pub(crate) fn one_way_warning(
    guesses: &Guesses,
    subjects: impl Iterator<Item = u32>,
    figures: &str,
) -> Option<String> {
    let mut pairs: Vec<u32> =
        subjects.map(|subject| guesses.subjects[subject as usize].pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let texts = pairs.into_iter().map(|pair| {
        let pair = &guesses.pairs[pair as usize];
        [pair.original, pair.counterfactual]
    });
    let shared = shared_texts(texts);
    (shared > 0).then(|| {
        format!(
            "{} texts are shared by pairs of different originals, which {figures} treat as \
             independent: they may be too narrow",
            foretell_core::count(shared)
        )
    })
}
