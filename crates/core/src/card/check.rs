//! What is wrong with a card: everything that can be said without its file.

use super::bins::Bin;
use super::{Card, Edge, Feature, FieldFault, Target, TextTemplate, same_cell};
use crate::Labels;

/// Names of the other columns of a table.
const TABLE_COLUMNS: [&str; 2] = ["row", "target"];

/// Everything that is wrong with `card`.
pub(super) fn faults(card: &Card) -> Vec<FieldFault> {
    let mut faults = Faults(Vec::new());
    for (field, text) in [
        ("id", &card.id),
        ("title", &card.title),
        ("roles.decider", &card.roles.decider),
        ("roles.subject", &card.roles.subject),
        ("roles.task", &card.roles.task),
    ] {
        faults.filled(field, text);
    }
    if !card.labels.is_empty()
        && let Err(fault) = Labels::new(card.labels.iter().cloned())
    {
        faults.add("labels", fault.to_string());
    }
    for label in card.labels.iter().filter(|label| label.trim() != label.as_str()) {
        faults.add("labels", format!("`{label}` has white space around it"));
    }
    for label in card.meanings.keys().filter(|label| !card.labels.contains(label)) {
        faults.add(format!("meanings.{label}"), "the card has no such label");
    }
    let lacks =
        |label: &&String| card.meanings.get(*label).is_none_or(|meaning| meaning.trim().is_empty());
    if is_tabular(card) || !card.meanings.is_empty() {
        for label in card.labels.iter().filter(lacks) {
            faults.add("meanings", format!("nothing says what `{label}` means"));
        }
    }
    for (name, text) in &card.names {
        faults.filled(&format!("names.{name}"), text);
    }
    if is_tabular(card) {
        tabular(card, &mut faults);
    }
    faults.0
}

struct Faults(Vec<FieldFault>);

impl Faults {
    fn add(&mut self, field: impl Into<String>, fault: impl Into<String>) {
        self.0.push(FieldFault::new(field, fault));
    }

    fn filled(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.add(field, "it is empty");
        }
    }
}

fn is_tabular(card: &Card) -> bool {
    card.target.is_some() || card.text.is_some() || !card.features.is_empty()
}

fn tabular(card: &Card, faults: &mut Faults) {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !card.id.chars().all(is_plain) {
        faults.add("id", format!("`{}` has to be of letters, digits, `_` and `-`", card.id));
    }
    faults.filled("context", &card.context);
    if card.labels.is_empty() {
        faults.add("labels", "a card with features needs labels");
    }
    for (field, there) in [
        ("source", card.source.is_some()),
        ("target", card.target.is_some()),
        ("text", card.text.is_some()),
        ("feature", !card.features.is_empty()),
    ] {
        if !there {
            faults.add(
                field,
                "it is missing: a card of a table needs `source`, `target`, `text` and `feature`",
            );
        }
    }
    source(card, faults);
    read(card, faults);
    clean(card, faults);
    if let Some(own) = &card.target {
        target(card, own, faults);
    }
    for (at, own) in card.features.iter().enumerate() {
        feature(card, at, own, faults);
    }
    if let Some(text) = &card.text {
        for fault in TextTemplate::faults(text, &card.features) {
            faults.add("text", fault.to_string());
        }
    }
}

fn source(card: &Card, faults: &mut Faults) {
    let Some(source) = &card.source else { return };
    faults.filled("source.file", &source.file);
    faults.filled("source.licence", &source.licence);
    faults.filled("source.citation", &source.citation);
    if source.file.contains(['/', '\\']) || source.file.starts_with('.') {
        faults.add("source.file", format!("`{}` has to be a plain file name", source.file));
    }
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if source.sha256.len() != 64 || !source.sha256.bytes().all(is_hex) {
        faults.add("source.sha256", format!("`{}` is not 64 lower-case hex digits", source.sha256));
    }
    for (at, address) in source.addresses.iter().enumerate() {
        if !address.url.starts_with("https://") && !address.url.starts_with("http://") {
            let fault = format!("`{}` begins neither with https:// nor with http://", address.url);
            faults.add(format!("source.address[{at}].url"), fault);
        }
    }
}

fn read(card: &Card, faults: &mut Faults) {
    for (field, own) in [("delimiter", card.read.delimiter), ("quote", card.read.quote)] {
        if !own.is_ascii() || matches!(own, '\n' | '\r') {
            faults.add(
                format!("read.{field}"),
                format!("{own:?} is no single ASCII character of a line"),
            );
        }
    }
    if let Some(name) = repeated(card.read.columns.iter().map(String::as_str)) {
        faults.add("read.columns", format!("`{name}` stands in it twice"));
    }
}

fn clean(card: &Card, faults: &mut Faults) {
    for (at, drop) in card.clean.drop.iter().enumerate() {
        let field = format!("clean.drop[{at}]");
        if drop.cells.iter().len() == 0 {
            faults.add(format!("{field}.cells"), "it is empty");
        }
        drop.columns.iter().for_each(|column| known_column(card, &field, column, faults));
    }
    for (at, fill) in card.clean.fill.iter().enumerate() {
        let field = format!("clean.fill[{at}]");
        if fill.cells.iter().len() == 0 || fill.columns.is_empty() {
            faults.add(&field, "it needs both cells and columns");
        }
        fill.columns.iter().for_each(|column| known_column(card, &field, column, faults));
    }
}

/// Where the card names the columns, `column` is one of them. A header is checked with the file.
fn known_column(card: &Card, field: &str, column: &str, faults: &mut Faults) {
    let columns = &card.read.columns;
    if !columns.is_empty() && !columns.iter().any(|own| own == column) {
        faults.add(field, format!("`read.columns` has no `{column}`"));
    }
}

fn target(card: &Card, target: &Target, faults: &mut Faults) {
    known_column(card, "target.column", &target.column, faults);
    for label in target.labels().filter(|label| !card.labels.iter().any(|own| own == label)) {
        faults.add("target", format!("the card has no label `{label}`"));
    }
    for label in card.labels.iter().filter(|own| !target.labels().any(|label| label == *own)) {
        faults.add("target", format!("no value gives the label `{label}`"));
    }
    if let Some(cell) = repeated(target.values.values().flat_map(|cells| cells.iter())) {
        faults.add("target.values", format!("the cell `{cell}` stands in it twice"));
    }
    let bins =
        target.bins.iter().map(|own| Bin { upto: own.upto, below: own.below, ..Bin::default() });
    order("target.bins", &bins.collect::<Vec<_>>(), faults);
}

fn feature(card: &Card, at: usize, feature: &Feature, faults: &mut Faults) {
    let field = format!("feature.{}", feature.name);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = feature.name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !starts || !feature.name.chars().all(is_name) {
        let fault = "it has to be of letters, digits and `_`, and begin with a letter";
        faults.add(format!("{field}.name"), fault);
    }
    if card.features[..at].iter().any(|other| other.name == feature.name) {
        faults.add(format!("{field}.name"), "another feature has this name");
    }
    if TABLE_COLUMNS.contains(&feature.name.as_str()) {
        faults.add(format!("{field}.name"), "tables have another column of this name");
    }
    known_column(card, &format!("{field}.column"), feature.column(), faults);
    if card.target.as_ref().is_some_and(|target| target.column == feature.column()) {
        faults.add(format!("{field}.column"), "it is the target: a text would tell the answer");
    }
    let levels = feature.levels();
    if levels.len() < 2 {
        faults.add(&field, "it needs two or more bins or values");
    }
    if levels.len() > usize::from(u16::MAX) {
        faults.add(&field, "it has more levels than a table can hold");
    }
    for level in &levels {
        if level.phrase.trim().is_empty() {
            faults.add(&field, format!("`{}` has no phrase", level.id));
        } else if level.phrase.trim() != level.phrase || level.phrase.contains(char::is_control) {
            let fault = "has white space around it, or more than one line";
            faults.add(&field, format!("the phrase of `{}` {fault}", level.id));
        }
    }
    if let Some(phrase) = repeated(levels.iter().map(|level| level.phrase.as_str())) {
        faults.add(&field, format!("two of its levels have the phrase \"{phrase}\""));
    }
    if let Some(id) = repeated(levels.iter().map(|level| level.id.as_str())) {
        faults.add(&field, format!("two of its levels have the id `{id}`"));
    }
    if let Some(cell) = repeated(feature.values.iter().flat_map(|value| value.cell.iter())) {
        faults.add(format!("{field}.values"), format!("the cell `{cell}` stands in it twice"));
    }
    order(&format!("{field}.bins"), &feature.bins, faults);
}

/// Bins are in order, meet each other, and the last one is open.
fn order(field: &str, bins: &[Bin], faults: &mut Faults) {
    let mut previous: Option<Edge> = None;
    for (at, bin) in bins.iter().enumerate() {
        let id = bin.id_after(previous);
        let mut fault = |fault: String| faults.add(field, format!("bin `{id}` {fault}"));
        if let Some((name, bound)) = bin.bounds().find(|(_, bound)| !bound.is_finite()) {
            fault(format!("has `{name} = {bound}`, which is no number to compare with"));
        }
        let ends = bin.bounds().filter(|(name, _)| matches!(*name, "upto" | "below" | "exact"));
        let starts = bin.bounds().filter(|(name, _)| matches!(*name, "above" | "from" | "exact"));
        let (ends, starts) = (ends.count(), starts.count());
        if ends > 1 || starts > 1 {
            fault("states an end, or a start, twice".to_owned());
        }
        let is_last = at + 1 == bins.len();
        if is_last && ends > 0 {
            fault("is the last one and has to be open: drop its end".to_owned());
        } else if !is_last && ends == 0 {
            fault("is open, and yet others follow: give it `upto`, `below` or `exact`".to_owned());
        }
        if let (Some(start), Some(previous)) = (bin.start(), previous)
            && start != previous
        {
            let what = if previous.compare(start).is_lt() { "a gap" } else { "an overlap" };
            fault(format!(
                "begins {}, and the one before it ends {previous}: {what}; write `{}`, or drop the start",
                start.onwards(),
                previous.onwards().replace(' ', " = "),
            ));
        }
        if let (Some(end), Some(begins)) = (bin.end(), previous.or(bin.start()))
            && end.compare(begins).is_le()
        {
            fault(format!("ends {end}, not past its start ({}): out of order", begins.onwards()));
        }
        previous = bin.end().or(previous);
    }
}

/// The first that stands in a list twice.
fn repeated<'a>(items: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen: Vec<&str> = Vec::new();
    for item in items {
        if seen.iter().any(|other| same_cell(other, item)) {
            return Some(item);
        }
        seen.push(item);
    }
    None
}
