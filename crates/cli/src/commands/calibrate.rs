//! `foretell calibrate`.

use super::analyze::Target;
use crate::Done;
use crate::args::calibrate::CalibrateArgs;
use crate::exit::{DONE, Failure};
use crate::fetching::raw_folders;
use crate::progress::Stages;
use foretell_analysis::{CalibrateSettings, Design, Effects, PairGraph, calibrate};
use foretell_data::{Cards, PairOptions, load_pairs};
use foretell_study::Progress;
use std::collections::HashMap;

pub(crate) fn run(args: &CalibrateArgs) -> Done {
    let target = Target::new(args.format, args.out.as_deref(), args.force, true)?;
    let settings = settings(args)?;
    // Before a bar is drawn.
    settings.check()?;
    let stages = Stages::new();
    let meter = stages.start("replicates", settings.steps());
    let found = calibrate(&settings, &|replicates| meter.advance(replicates))?;
    drop(meter);
    target.write(&found.sheets())?;
    Ok(DONE)
}

fn settings(args: &CalibrateArgs) -> Result<CalibrateSettings, Failure> {
    let default = match args.quick {
        true => CalibrateSettings::quick(),
        false => CalibrateSettings::default(),
    };
    let sizes = match (&default.design, args.clusters.is_empty()) {
        (Design::Clusters(sizes), true) => sizes.clone(),
        _ => args.clusters.clone(),
    };
    let design = match &args.graph {
        Some(spec) => Design::Graph(graph(spec)?),
        None if args.shared => Design::Shared(sizes),
        None => Design::Clusters(sizes),
    };
    Ok(CalibrateSettings {
        design,
        faithfulness: match args.faithfulness.as_slice() {
            [] => default.faithfulness,
            given => given.to_vec(),
        },
        step: args.step,
        effects: Effects {
            difficulty: args.difficulty,
            telling: args.telling,
            counterfactual: args.counterfactual_effect,
            noise: args.noise,
            missing: args.missing,
        },
        repeats: args.repeats,
        replicates: args.replicates.unwrap_or(default.replicates),
        costly: args.costly.unwrap_or(default.costly),
        draws: args.draws.unwrap_or(default.draws),
        questions: default.questions,
        level: args.level,
        seed: args.seed,
    })
}

/// The pairs of a run folder or a source of pairs, by their texts.
fn graph(spec: &str) -> Result<PairGraph, Failure> {
    // Prompts are not looked at, so that pairs are read whatever their words are.
    let options = PairOptions { reprompt: true, raw: raw_folders(None), ..PairOptions::default() };
    let set = load_pairs(&[spec.to_owned()], &Cards::embedded(), &options)?;
    let mut numbers: HashMap<(&str, &str), u32> = HashMap::new();
    let mut number = |dataset, text| {
        let next = numbers.len() as u32;
        *numbers.entry((dataset, text)).or_insert(next)
    };
    let texts = set.pairs.iter().map(|pair| {
        let ids = [&pair.original_text_id, &pair.counterfactual_text_id];
        ids.map(|text| number(pair.dataset.as_str(), text.as_str()))
    });
    let (originals, counterfactuals): (Vec<u32>, Vec<u32>) = texts.map(|[a, b]| (a, b)).unzip();
    Ok(PairGraph::new(&originals, &counterfactuals))
}
