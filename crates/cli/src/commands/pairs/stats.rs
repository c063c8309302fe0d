//! `foretell pairs stats`.

use super::source;
use crate::Done;
use crate::args::TextFormat;
use crate::args::pairs::StatsArgs;
use crate::exit::DONE;
use crate::grid;
use crate::output::{say, show};
use foretell_core::count;
use foretell_data::{GroupStats, PairStats, Summary, pair_stats};
use serde::Serialize;
use serde_json::json;

/// One source, with its figures.
#[derive(Serialize)]
struct Of<'a> {
    spec: &'a str,
    #[serde(flatten)]
    stats: PairStats,
}

/// A figure's name, and its value of a group.
type Figure = (&'static str, fn(&GroupStats) -> String);

/// A part of a summary: its name, and its value.
type Part = (&'static str, fn(Summary) -> f64);

pub(super) fn run(args: &StatsArgs) -> Done {
    let mut all = Vec::new();
    for spec in &args.specs {
        let set = source::read(std::slice::from_ref(spec), &args.source, true)?;
        all.push(Of { spec, stats: pair_stats(&set) });
    }
    match args.format {
        TextFormat::Json => {
            show(&serde_json::to_string_pretty(&all).expect("figures are always JSON"));
        }
        TextFormat::Csv => show(csv(&all).trim_end()),
        TextFormat::Table => print(&all),
    }
    Ok(DONE)
}

fn print(all: &[Of<'_>]) {
    for of in all {
        say(&format!("read {}", of.stats.source));
    }
    let totals = [
        ("rows", all.iter().map(|of| count(of.stats.rows)).collect::<Vec<_>>()),
        ("identical texts", each(all, |stats| stats.identical_texts)),
        ("repeated pairs", each(all, |stats| stats.repeated_pairs)),
        ("missing texts", each(all, |stats| stats.missing_texts)),
    ];
    let columns = all.iter().map(|of| (of.spec.to_owned(), &of.stats.overall)).collect();
    show(&block("all pairs", totals.to_vec(), columns));
    for of in all {
        let by_dataset: Vec<_> =
            of.stats.datasets.iter().map(|part| (part.dataset.clone(), &part.stats)).collect();
        let by_method: Vec<_> = of
            .stats
            .methods
            .iter()
            .map(|part| (named(part.generator.as_deref(), part.method.as_deref()), &part.stats))
            .collect();
        for (title, columns) in [("by dataset", by_dataset), ("by method", by_method)] {
            if columns.len() > 1 {
                show(&format!("\n{}: {title}", of.spec));
                show(&block("", Vec::new(), columns));
            }
        }
    }
}

fn each(all: &[Of<'_>], value: fn(&PairStats) -> usize) -> Vec<String> {
    all.iter().map(|of| count(value(&of.stats) as u64)).collect()
}

fn named(generator: Option<&str>, method: Option<&str>) -> String {
    match (generator, method) {
        (None, None) => "not said".to_owned(),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (Some(generator), Some(method)) if generator == method => method.to_owned(),
        (Some(generator), Some(method)) => format!("{generator} / {method}"),
    }
}

/// Figures as rows, groups as columns.
fn block(
    title: &str,
    mut lines: Vec<(&'static str, Vec<String>)>,
    columns: Vec<(String, &GroupStats)>,
) -> String {
    for (name, value) in FIGURES {
        lines.push((name, columns.iter().map(|(_, stats)| value(stats)).collect()));
    }
    let names = columns.into_iter().map(|(name, _)| name);
    let header: Vec<String> = std::iter::once(title.to_owned()).chain(names).collect();
    let rows: Vec<Vec<String>> = lines
        .into_iter()
        .map(|(name, values)| std::iter::once(name.to_owned()).chain(values).collect())
        .collect();
    grid::table(&header, 1, &rows)
}

const FIGURES: [Figure; 23] = [
    ("pairs", |of| whole(of.pairs)),
    ("questions", |of| whole(of.questions)),
    ("texts", |of| whole(of.texts)),
    ("clusters by id", |of| whole(of.clusters_by_id)),
    ("clusters by text", |of| whole(of.clusters_by_text)),
    ("counterfactual texts", |of| whole(of.counterfactual_texts)),
    ("texts on both sides", |of| whole(of.texts_on_both_sides)),
    ("pairs onto an original", |of| whole(of.counterfactual_is_original)),
    ("  in the same order", |of| whole(of.counterfactual_is_original_in_order)),
    ("texts in several clusters", |of| whole(of.texts_in_several_clusters)),
    ("connected components", |of| whole(of.components)),
    ("pairs of the largest", |of| whole(of.largest_component_pairs)),
    ("pairs by distance", distances),
    ("both truths known", |of| whole(of.truths_known)),
    ("label flips", flips),
    ("answer first", |of| whole(of.answer_first)),
    ("answer last", |of| whole(of.answer_last)),
    ("words, original (mean)", |of| mean(of.words_original, 1)),
    ("words, counterfactual (mean)", |of| mean(of.words_counterfactual, 1)),
    ("Jaccard (mean)", |of| mean(of.jaccard, 3)),
    ("  25 %, median, 75 %", |of| quartiles(of.jaccard)),
    ("BLEU (mean)", |of| mean(of.bleu, 3)),
    ("  25 %, median, 75 %", |of| quartiles(of.bleu)),
];

fn whole(number: usize) -> String {
    count(number as u64)
}

fn distances(of: &GroupStats) -> String {
    let known =
        of.distances.iter().map(|(distance, pairs)| format!("{distance}: {}", whole(*pairs)));
    let none = (of.without_distance > 0).then(|| format!("none: {}", whole(of.without_distance)));
    known.chain(none).collect::<Vec<_>>().join(", ")
}

/// Undefined where no pair has both truths.
fn flips(of: &GroupStats) -> String {
    if of.truths_known == 0 {
        return "undefined: no truths".to_owned();
    }
    let share = of.label_flips as f64 / of.truths_known as f64;
    format!("{} ({:.1} %)", whole(of.label_flips), 100.0 * share)
}

fn mean(summary: Option<Summary>, digits: usize) -> String {
    summary.map_or("undefined".to_owned(), |summary| format!("{:.digits$}", summary.mean))
}

fn quartiles(summary: Option<Summary>) -> String {
    summary.map_or("undefined".to_owned(), |summary| {
        format!("{:.3}, {:.3}, {:.3}", summary.q25, summary.median, summary.q75)
    })
}

/// One row a source and group; what is undefined is empty.
fn csv(all: &[Of<'_>]) -> String {
    let mut header: Vec<String> =
        ["spec", "group", "dataset", "generator", "method"].map(str::to_owned).to_vec();
    let mut rows = Vec::new();
    for of in all {
        let groups =
            std::iter::once(("all", [None; 3], &of.stats.overall))
                .chain(of.stats.datasets.iter().map(|part| {
                    ("dataset", [Some(part.dataset.as_str()), None, None], &part.stats)
                }))
                .chain(of.stats.methods.iter().map(|part| {
                    let names = [None, part.generator.as_deref(), part.method.as_deref()];
                    ("method", names, &part.stats)
                }));
        for (group, names, stats) in groups {
            let mut row = vec![json!(of.spec), json!(group)];
            row.extend(names.map(|name| json!(name)));
            for (name, value) in flat(stats) {
                if rows.is_empty() {
                    header.push(name);
                }
                row.push(json!(value));
            }
            rows.push(row);
        }
    }
    grid::csv(&header, &rows)
}

/// The figures by name: `jaccard_mean`, `jaccard_q25`, …; distances as one cell.
fn flat(stats: &GroupStats) -> Vec<(String, String)> {
    let mut figures: Vec<(String, String)> = [
        ("pairs", stats.pairs),
        ("questions", stats.questions),
        ("texts", stats.texts),
        ("clusters_by_id", stats.clusters_by_id),
        ("clusters_by_text", stats.clusters_by_text),
        ("counterfactual_texts", stats.counterfactual_texts),
        ("texts_on_both_sides", stats.texts_on_both_sides),
        ("counterfactual_is_original", stats.counterfactual_is_original),
        ("counterfactual_is_original_in_order", stats.counterfactual_is_original_in_order),
        ("texts_in_several_clusters", stats.texts_in_several_clusters),
        ("components", stats.components),
        ("largest_component_pairs", stats.largest_component_pairs),
        ("without_distance", stats.without_distance),
        ("truths_known", stats.truths_known),
        ("label_flips", stats.label_flips),
        ("answer_first", stats.answer_first),
        ("answer_last", stats.answer_last),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_string()))
    .to_vec();
    let known = stats.distances.iter().map(|(distance, pairs)| format!("{distance}:{pairs}"));
    figures.push(("distances".to_owned(), known.collect::<Vec<_>>().join(" ")));
    for (name, summary) in [
        ("words_original", stats.words_original),
        ("words_counterfactual", stats.words_counterfactual),
        ("jaccard", stats.jaccard),
        ("bleu", stats.bleu),
    ] {
        let parts: [Part; 6] = [
            ("mean", |of| of.mean),
            ("min", |of| of.min),
            ("q25", |of| of.q25),
            ("median", |of| of.median),
            ("q75", |of| of.q75),
            ("max", |of| of.max),
        ];
        for (part, of) in parts {
            let value = summary.map(|summary| of(summary).to_string()).unwrap_or_default();
            figures.push((format!("{name}_{part}"), value));
        }
    }
    figures
}
