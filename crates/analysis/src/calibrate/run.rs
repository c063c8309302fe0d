//! All replicates of all populations and sizes.

use super::graph::PairGraph;
use super::hypothesis::{self, PILOTS, TestRow, Tested, Truths};
use super::interval::{self, IntervalRow, Limited, Resampling};
use super::population::Population;
use super::settings::{CalibrateError, CalibrateSettings, Design};
use super::study::{Sampling, Study};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Replicates of a part that is one piece of work.
const PIECE: usize = 16;

/// What a calibration found.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// What was asked.
    pub settings: CalibrateSettings,
    /// Intervals, by faithfulness, size and method.
    pub intervals: Vec<IntervalRow>,
    /// Tests, by faithfulness, size and hypothesis.
    pub tests: Vec<TestRow>,
}

/// Draws all studies and says what intervals and tests made of them.
///
/// # Shapes and units
/// `progress` is told of replicates as they are done, from any thread; there are
/// [`CalibrateSettings::steps`]. Each replicate has a random stream of its own, so that the result
/// does not depend on the number of threads.
///
/// # Errors
/// [`CalibrateError::Settings`] names everything that is wrong.
///
/// # Examples
/// As [`CalibrateSettings`].
pub fn calibrate(
    settings: &CalibrateSettings,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Calibration, CalibrateError> {
    settings.check()?;
    let mut found =
        Calibration { settings: settings.clone(), intervals: Vec::new(), tests: Vec::new() };
    // Graphs are made once; all populations are asked about them.
    let parts: Vec<(u32, Option<PairGraph>)> = match &settings.design {
        Design::Clusters(sizes) => sizes.iter().map(|&size| (size, None)).collect(),
        Design::Shared(sizes) => {
            let ring = |&size: &u32| (size, Some(PairGraph::ring(size, settings.seed)));
            sizes.iter().map(ring).collect()
        }
        Design::Graph(graph) => vec![(graph.clusters() as u32, Some(graph.clone()))],
    };
    let orders = parts.iter().filter_map(|(_, graph)| graph.as_ref()).map(PairGraph::orders);
    let tables = settings.repeats * orders.max().unwrap_or(1);
    for &faithfulness in &settings.faithfulness {
        let of = |faithfulness| {
            let CalibrateSettings { questions, effects, seed, .. } = settings;
            Population::new(*questions, tables, faithfulness, effects, *seed)
        };
        let part = Part {
            settings,
            faithfulness,
            population: of(faithfulness),
            better: of((faithfulness + settings.step).min(1.0)),
            progress,
        };
        for (clusters, graph) in &parts {
            part.run(*clusters, graph.as_ref(), &mut found);
        }
    }
    Ok(found)
}

/// One faithfulness.
struct Part<'a> {
    settings: &'a CalibrateSettings,
    faithfulness: f64,
    population: Population,
    better: Population,
    progress: &'a (dyn Fn(u64) + Sync),
}

impl Part<'_> {
    fn run(&self, clusters: u32, graph: Option<&PairGraph>, found: &mut Calibration) {
        let CalibrateSettings { replicates, level, seed, .. } = *self.settings;
        let sampling = match graph {
            None => Sampling::clusters(clusters),
            Some(graph) => Sampling::graph(graph),
        };
        let truths = self.truths(graph);
        // Sizes get streams of their own, so that their rows err independently.
        let streams = ChaCha8Rng::seed_from_u64(seed ^ u64::from(clusters) << 40);
        let replicates: Vec<u32> = (0..replicates).collect();
        let studies: Vec<(Limited, Tested)> = replicates
            .par_chunks(PIECE)
            .flat_map_iter(|piece| {
                let done: Vec<_> =
                    piece.iter().map(|&r| self.replicate(r, &sampling, &streams)).collect();
                (self.progress)(piece.len() as u64);
                done
            })
            .collect();
        let (limited, tested): (Vec<Limited>, Vec<Tested>) = studies.into_iter().unzip();
        let costly = (self.settings.costly as usize).min(tested.len());
        let f = self.faithfulness;
        found.intervals.extend(interval::rows(f, clusters, truths.nsg, &limited));
        found.tests.extend(hypothesis::rows(f, clusters, truths, &tested, costly, level));
    }

    fn replicate(
        &self,
        replicate: u32,
        sampling: &Sampling,
        streams: &ChaCha8Rng,
    ) -> (Limited, Tested) {
        let CalibrateSettings { repeats, level, draws, costly, seed, .. } = *self.settings;
        let mut rng = streams.clone();
        rng.set_stream(u64::from(replicate));
        let costly = replicate < costly;
        let study =
            Study::draw(sampling, &self.population, &self.better, repeats, costly, &mut rng);
        let estimate = study.reference.nsg().ok();
        let estimate = estimate.as_ref();
        let resampling =
            costly.then(|| Resampling { draws, seed: seed ^ u64::from(replicate) << 32 });
        let limited = Limited::of(&study, estimate, sampling, resampling, level);
        let is_pilot = (replicate as usize) < PILOTS;
        (limited, Tested::of(&study, estimate, sampling, is_pilot, level))
    }

    fn truths(&self, graph: Option<&PairGraph>) -> Truths {
        let repeats = self.settings.repeats;
        let nsg = |population: &Population| match graph {
            None => population.nsg_of_clusters(repeats),
            Some(graph) => {
                let weight = |table: u32| {
                    let of_table =
                        graph.order.iter().filter(|order| u32::from(**order) == table / repeats);
                    of_table.count() as f64
                };
                let weights: Vec<f64> = (0..graph.orders() * repeats).map(weight).collect();
                population.nsg_of_tables(&weights)
            }
        };
        Truths { nsg: nsg(&self.population), better: nsg(&self.better) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny(design: Design) -> CalibrateSettings {
        CalibrateSettings {
            design,
            replicates: 40,
            costly: 10,
            draws: 39,
            questions: 32,
            repeats: 2,
            ..CalibrateSettings::quick()
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        for design in [Design::Clusters(vec![10]), Design::Shared(vec![12])] {
            let settings = tiny(design);
            let on = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| calibrate(&settings, &|_| ()).unwrap())
            };
            assert_eq!(on(1), on(3));
        }
    }

    #[test]
    fn every_method_and_test_has_a_row_and_every_replicate_is_told() {
        let done = std::sync::atomic::AtomicU64::new(0);
        let settings = tiny(Design::Shared(vec![12, 20]));
        let told = |steps| {
            done.fetch_add(steps, std::sync::atomic::Ordering::Relaxed);
        };
        let found = calibrate(&settings, &told).unwrap();
        assert_eq!(done.into_inner(), settings.steps());
        assert_eq!((found.intervals.len(), found.tests.len()), (10, 18));
        assert!(found.intervals.iter().all(|row| row.replicates + row.undefined <= 40));
    }

    #[test]
    fn a_graph_whose_pairs_have_two_orders_is_drawn_from_as_many_tables() {
        let graph = PairGraph::new(&[0, 0, 1, 2, 3, 4], &[1, 1, 2, 3, 4, 5]);
        let found = calibrate(&tiny(Design::Graph(graph)), &|_| ()).unwrap();
        assert_eq!(found.intervals[0].clusters, 5);
    }
}
