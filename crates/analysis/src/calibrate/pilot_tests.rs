//! What `power` says of a pilot, against studies of that many questions.

use super::population::Population;
use super::study::{Sampling, Study};
use super::{CalibrateSettings, Design, Hypothesis, calibrate};
use crate::analyses::power::comparison::{Compared, Comparison, PilotSize, log_error};
use foretell_stats::PilotSpread;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const REFERENCES: [f64; 2] = [0.6, 0.8];

/// The comparison that a pilot of some clusters makes of two references whose NSG are `from` and `to`.
fn pilot(clusters: u32, stream: u64, populations: &[Population; 2]) -> Comparison {
    let sampling = Sampling::clusters(clusters);
    let mut rng = ChaCha8Rng::seed_from_u64(77);
    rng.set_stream(stream);
    let [population, better] = populations;
    let study = Study::draw(&sampling, population, better, 1, false, &mut rng);
    let difference = study.better.nsg().unwrap().difference(&study.reference.nsg().unwrap());
    let [from, to] = [population, better].map(|population| population.nsg_of_clusters(1));
    let influences: Vec<f64> = difference.influence().collect();
    Comparison {
        compared: Compared::Paired,
        who: String::new(),
        from,
        to,
        spread: PilotSpread::of(&difference, sampling.dependence()),
        pilot: Some(PilotSize { questions: u64::from(clusters), error: log_error(&influences) }),
    }
}

#[test]
fn as_many_questions_as_a_pilot_asks_for_give_the_power_it_promises() {
    let settings = CalibrateSettings::quick();
    let of = |f| Population::new(settings.questions, 1, f, &settings.effects, settings.seed);
    let populations = REFERENCES.map(of);
    // A pilot so large that its own error is small beside that of the count below.
    let large = pilot(20_000, 0, &populations);
    let need = large.questions(0.8, 0.05).unwrap();
    let settings = CalibrateSettings {
        design: Design::Clusters(vec![need as u32]),
        faithfulness: vec![REFERENCES[0]],
        step: REFERENCES[1] - REFERENCES[0],
        costly: 0,
        ..settings
    };
    let found = calibrate(&settings, &|_| ()).unwrap();
    let better = found.tests.iter().find(|row| row.hypothesis == Hypothesis::Better).unwrap();
    // Four standard errors of a share of 0.8 in 1,000 studies.
    assert!((better.rejected.value - 0.8).abs() < 0.05, "{need}: {better:?}");
    // Of pilots as small as people make them, 95 in 100 should name a range with that number in it;
    // four standard errors are 9.
    let pilots = (1..=100).map(|stream| pilot(150, stream, &populations));
    let holds = pilots.filter(|pilot| {
        let (low, high) = pilot.range(pilot.questions(0.8, 0.05).unwrap()).unwrap();
        (low..=high).contains(&need)
    });
    let holds = holds.count();
    assert!(holds >= 86, "{holds} of 100 ranges hold {need}");
}
