//! The words of a starter card.

use super::column::{Guess, Kind, is_missing};
use super::counts;
use super::toml_text::{comment, key, quoted};
use crate::table::GridColumn;
use foretell_core::card::{Read, number};
use foretell_core::{Labels, count};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Everything that a starter card is made of.
pub(super) struct Draft<'a> {
    pub(super) id: &'a str,
    pub(super) file: &'a str,
    pub(super) sha256: String,
    pub(super) read: &'a Read,
    pub(super) target: &'a GridColumn,
    pub(super) rows: usize,
    pub(super) guesses: &'a [Guess],
}

const NEVER_FAILS: &str = "writing to a string cannot fail";

impl Draft<'_> {
    /// The card.
    pub(super) fn text(&self) -> String {
        let mut card = String::new();
        let labels = labels(&self.target.cells);
        self.head(&labels, &mut card).expect(NEVER_FAILS);
        self.source(&mut card).expect(NEVER_FAILS);
        self.target(&labels, &mut card).expect(NEVER_FAILS);
        for guess in self.guesses {
            feature(guess, &mut card).expect(NEVER_FAILS);
        }
        card
    }

    fn head(&self, labels: &[String], card: &mut String) -> std::fmt::Result {
        let title = self.id.replace('_', " ");
        writeln!(
            card,
            "# A card to start from. Lines marked EDIT are guesses; docs/cards.md explains the fields."
        )?;
        writeln!(card, "# Check it with: foretell data check DIR --raw FOLDER_OF_THE_CSV\n")?;
        writeln!(card, "id = {}", quoted(self.id))?;
        writeln!(card, "title = {}  # EDIT: a name for people", quoted(&title))?;
        let list: Vec<String> = labels.iter().map(|label| quoted(label)).collect();
        writeln!(
            card,
            "labels = [{}]  # EDIT: what can be answered, in this order",
            list.join(", ")
        )?;
        writeln!(
            card,
            "# EDIT: what every prompt states: who or what the rows are, where they come from, base rates."
        )?;
        writeln!(card, "context = '''\n{}\n'''", self.context(labels))?;
        writeln!(
            card,
            "# EDIT: the phrases of one row as prose. Each feature stands in it once, as a clause of its own:"
        )?;
        writeln!(
            card,
            "# between commas, full stops or \" and \". A `\\` at the end of a line joins it to the next."
        )?;
        writeln!(card, "text = \"\"\"")?;
        let features: Vec<&Guess> =
            self.guesses.iter().filter(|own| !matches!(own.kind, Kind::LeftOut(_))).collect();
        for (at, feature) in features.iter().enumerate() {
            let end = if at + 1 < features.len() { " \\" } else { "" };
            let name = &feature.name;
            writeln!(card, "The {} is {{{{ {name} }}}}.{end}", name.replace('_', " "))?;
        }
        writeln!(card, "\"\"\"\n\n[roles]  # EDIT")?;
        writeln!(card, "decider = \"a careful analyst of such cases\"    # who decides")?;
        writeln!(card, "subject = \"case\"                # what a question shows")?;
        writeln!(
            card,
            "task = \"tell which answer fits a case\"         # what is decided, after \"to\"\n"
        )?;
        writeln!(card, "[meanings]  # EDIT: what each label means")?;
        for (label, cell) in labels.iter().zip(&self.target.cells) {
            let meaning = format!("the {} is {}", spaced(&self.target.name), said(cell));
            writeln!(card, "{} = {}", key(label), quoted(&meaning))?;
        }
        Ok(())
    }

    /// How many rows there are, and how many of each label.
    fn context(&self, labels: &[String]) -> String {
        let shares: Vec<String> = labels
            .iter()
            .zip(counts(self.target))
            .map(|(label, rows)| {
                let percent = 100.0 * rows as f64 / self.rows as f64;
                format!("{percent:.0} % are {label}")
            })
            .collect();
        let rows = count(self.rows as u64);
        format!("The cases are the {rows} rows of a table. Of these, {}.", shares.join(", "))
    }

    fn source(&self, card: &mut String) -> std::fmt::Result {
        writeln!(card, "\n[source]\nfile = {}", quoted(self.file))?;
        writeln!(card, "sha256 = {}", quoted(&self.sha256))?;
        writeln!(
            card,
            "licence = \"not stated\"  # EDIT: under which licence the data may be used"
        )?;
        writeln!(card, "citation = \"not stated\"  # EDIT: whom to cite")?;
        writeln!(card, "# [[source.address]]  # EDIT: where others can download it, best first")?;
        writeln!(card, "# url = \"https://example.org/data.zip\"")?;
        writeln!(
            card,
            "# member = [\"data.csv\"]        # its way through zip archives; drop it for the file itself\n"
        )?;
        let read = self.read;
        if *read != Read::default() {
            writeln!(card, "[read]")?;
            if read.delimiter != ',' {
                writeln!(card, "delimiter = {}", quoted(&read.delimiter.to_string()))?;
            }
            if !read.columns.is_empty() {
                let names: Vec<String> = read.columns.iter().map(|name| quoted(name)).collect();
                writeln!(
                    card,
                    "columns = [{}]  # EDIT: the file's first line names none",
                    names.join(", ")
                )?;
            }
            writeln!(card)?;
        }
        writeln!(card, "[clean]")?;
        writeln!(
            card,
            "# drop = [{{ cells = [\"\", \"?\"] }}]  # drops rows with such a cell in any column, or in `columns = [...]`"
        )?;
        writeln!(
            card,
            "drop_duplicates = true         # of rows that are alike in all features and the label, keep the first"
        )
    }

    fn target(&self, labels: &[String], card: &mut String) -> std::fmt::Result {
        writeln!(card, "\n[target]  # EDIT if the truth stands in another column")?;
        writeln!(card, "column = {}", quoted(&self.target.name))?;
        let values: Vec<String> = labels
            .iter()
            .zip(&self.target.cells)
            .map(|(label, cell)| format!("{} = {}", key(label), quoted(cell)))
            .collect();
        writeln!(card, "values = {{ {} }}", values.join(", "))
    }
}

/// A label for each value of the target.
fn labels(cells: &[String]) -> Vec<String> {
    let yes_no = |cell: &String| match number(cell) {
        Some(1.0) => Some("YES".to_owned()),
        Some(0.0) => Some("NO".to_owned()),
        _ => None,
    };
    let all_yes_no: Option<Vec<String>> = cells.iter().map(yes_no).collect();
    let upper = || -> Vec<String> {
        let has_letter = |cell: &str| cell.chars().any(char::is_alphabetic);
        let label = |cell: &String| {
            if has_letter(cell) {
                spaced(cell).to_uppercase()
            } else if is_missing(cell) {
                "NOT KNOWN".to_owned()
            } else {
                format!("CLASS {}", spaced(cell))
            }
        };
        cells.iter().map(label).collect()
    };
    let labels = all_yes_no.unwrap_or_else(upper);
    if Labels::new(labels.iter().cloned()).is_ok() {
        labels
    } else {
        (1..=cells.len()).map(|at| format!("CLASS {at}")).collect()
    }
}

fn feature(guess: &Guess, card: &mut String) -> std::fmt::Result {
    let column = &guess.column;
    if let Kind::LeftOut(reason) = &guess.kind {
        return writeln!(card, "\n# The column `{}` is left out: {reason}.", comment(column));
    }
    writeln!(card, "\n[[feature]]\nname = {}", quoted(&guess.name))?;
    if *column != guess.name {
        writeln!(card, "column = {}", quoted(column))?;
    }
    match &guess.kind {
        Kind::LeftOut(_) => Ok(()),
        Kind::Numbers { cuts, least, whole, missing } => {
            writeln!(card, "bins = [  # EDIT: cut at the quartiles; say the unit in the phrases")?;
            let mut previous = None;
            for &cut in cuts {
                let bounds = match previous {
                    None if cut <= *least => format!("exact = {cut}"),
                    None => format!("upto = {cut}"),
                    Some(at) => format!("above = {at}, upto = {cut}"),
                };
                let phrase = match previous {
                    None if cut <= *least => cut.to_string(),
                    _ => between(previous, Some(cut), *whole),
                };
                writeln!(card, "    {{ {bounds}, phrase = {} }},", quoted(&phrase))?;
                previous = Some(cut);
            }
            let start = previous.map(|at| format!("above = {at}, ")).unwrap_or_default();
            let phrase = between(previous, None, *whole);
            writeln!(card, "    {{ {start}phrase = {} }},\n]", quoted(&phrase))?;
            if missing.is_empty() { Ok(()) } else { values(missing, card) }
        }
        Kind::Values(cells) => values(cells, card),
    }
}

fn values(cells: &[String], card: &mut String) -> std::fmt::Result {
    writeln!(card, "values = [  # EDIT: the phrases")?;
    let mut taken = BTreeSet::new();
    for cell in cells {
        let mut phrase = said(cell);
        if !taken.insert(phrase.clone()) {
            phrase = format!("{phrase} (written {cell:?})");
            taken.insert(phrase.clone());
        }
        let id = if cell.is_empty() { "id = \"empty\", " } else { "" };
        writeln!(card, "    {{ cell = {}, {id}phrase = {} }},", quoted(cell), quoted(&phrase))?;
    }
    writeln!(card, "]")
}

/// What a bin holds, in words.
fn between(above: Option<f64>, upto: Option<f64>, whole: bool) -> String {
    match (above, upto) {
        (None, Some(upto)) => format!("{upto} or less"),
        (Some(above), Some(upto)) if whole && above + 1.0 == upto => upto.to_string(),
        (Some(above), Some(upto)) if whole => format!("{} to {upto}", above + 1.0),
        (Some(above), Some(upto)) => format!("above {above} but at most {upto}"),
        (Some(above), None) => format!("above {above}"),
        (None, None) => "any number".to_owned(),
    }
}

/// What a cell says.
fn said(cell: &str) -> String {
    if is_missing(cell) { "not known".to_owned() } else { spaced(cell) }
}

/// A cell or name in words.
fn spaced(text: &str) -> String {
    let words: String =
        text.chars().map(|c| if c == '_' || c.is_control() { ' ' } else { c }).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
