//! The runs that there are.

use super::{Page, Refused};
use crate::query::segment;
use crate::runs::RunSlot;
use crate::server::Viewer;
use crate::state::{State, Told};
use foretell_core::{count, counted};
use foretell_study::Manifest;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct Line {
    id: String,
    href: String,
    folder: String,
    name: String,
    /// Why the manifest cannot be read.
    fault: Option<String>,
    /// None where the manifest cannot be read.
    state: Option<Told>,
    imported: Option<String>,
    pairs: String,
    from: String,
    references: Vec<String>,
    predictors: Vec<String>,
    arms: Vec<String>,
    tables: String,
}

/// The page of all runs.
pub(crate) fn overview(viewer: &Viewer) -> Result<Page, Refused> {
    let slots = viewer.runs.list()?;
    let lines: Vec<Line> = slots.iter().map(line).collect();
    let page = viewer.render(
        "overview",
        context! { runs => Serde(lines), version => version_of(&slots), poll => "/version" },
    )?;
    Ok(Page::html(page))
}

/// What changes when the page of all runs would.
pub(crate) fn overview_version(viewer: &Viewer) -> Result<Page, Refused> {
    Ok(Page::text(version_of(&viewer.runs.list()?)))
}

fn version_of(slots: &[Arc<RunSlot>]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hash = DefaultHasher::new();
    slots.iter().for_each(|slot| (&slot.id, slot.version_of(slot.stamp())).hash(&mut hash));
    format!("{:016x}", hash.finish())
}

/// What is known of a run before it is read, as name and value.
pub(super) fn facts(slot: &Arc<RunSlot>) -> Vec<(&'static str, String)> {
    let line = line(slot);
    vec![
        ("Pairs", line.pairs),
        ("References", line.references.join(", ")),
        ("Predictors", line.predictors.join(", ")),
        ("Arms", line.arms.join(", ")),
        ("Tables of predictions", line.tables),
    ]
}

fn line(slot: &Arc<RunSlot>) -> Line {
    let mut line = Line {
        id: slot.id.clone(),
        href: format!("/run/{}", segment(&slot.id)),
        folder: slot.folder.display().to_string(),
        name: slot.id.clone(),
        fault: None,
        state: None,
        imported: None,
        pairs: String::new(),
        from: String::new(),
        references: Vec::new(),
        predictors: Vec::new(),
        arms: Vec::new(),
        tables: String::new(),
    };
    let manifest = match Manifest::read(&slot.folder) {
        Ok(manifest) => manifest,
        Err(error) => return Line { fault: Some(error.to_string()), ..line },
    };
    let study = &manifest.study;
    let named = |models: &[foretell_study::ModelTable]| -> Vec<String> {
        let name = |model: &foretell_study::ModelTable| {
            model.name_in_run().unwrap_or_else(|_| model.model.clone())
        };
        models.iter().map(name).collect()
    };
    let pairs = study.limit.unwrap_or(manifest.frozen.pairs).min(manifest.frozen.pairs);
    line.name.clone_from(&study.name);
    line.state = Some(State::of(&slot.folder, &manifest).told());
    line.imported = manifest.imported.map(|from| from.file);
    line.pairs = counted(pairs, "pair");
    line.from = study.pairs.join(", ");
    (line.references, line.predictors) = (named(&study.references), named(&study.predictors));
    line.arms.clone_from(&study.arms);
    let wanted = line.references.len() * line.predictors.len() * line.arms.len();
    let there = foretell_study::count_tables(&slot.folder);
    line.tables = format!("{} of {}", count(there), counted(wanted as u64, "table"));
    line
}
