//! The kinds of figures are documented, and draw columns that their analyses have.

use foretell_analysis::{GroupKey, analysis};
use foretell_report::figure::list;
use foretell_report::{FIGURES, figure_kind};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Columns that figures add to those of a sheet.
const ADDED: [&str; 5] = ["open", "size_b", "rank", "part", "value"];

fn documented() -> String {
    let mut text = String::from(
        "# Figures\n\n\
         `foretell plot RUN KIND --out FILE` draws one, `foretell plot RUN --all --out DIR` all that a run has, and\n\
         `foretell report RUN` puts them into one page. A figure draws cells of a sheet of `foretell analyze` and\n\
         nothing else; `--format csv` prints them, in the order in which they are drawn. Written by\n\
         `./dev docs` from the list in `crates/report/src/figure/kinds.rs`.\n\n\
         | kind | what it shows | drawn from | columns |\n|---|---|---|---|\n",
    );
    for kind in FIGURES {
        let source = kind.source;
        let sheet = match source.sheet == source.analysis {
            true => format!("`{}`", source.analysis),
            false => format!("`{}`, sheet `{}`", source.analysis, source.sheet),
        };
        let columns: Vec<String> = kind.columns().iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&format!(
            "| `{}` | {}. {} | {sheet} | {} |\n",
            kind.name,
            kind.title,
            kind.says,
            columns.join(", ")
        ));
    }
    text
}

#[test]
fn the_documentation_of_the_figures_is_up_to_date() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/figures.md");
    let documented = documented();
    if std::env::var_os("FORETELL_WRITE_DOCS").is_some() {
        std::fs::write(&path, documented).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, documented, "run `./dev docs`");
}

#[test]
fn names_are_told_apart_and_listed() {
    let names: BTreeSet<&str> = FIGURES.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), FIGURES.len());
    for name in names {
        assert!(figure_kind(name).is_some() && list().contains(&format!("{name}\n")), "{name}");
    }
}

#[test]
fn every_kind_draws_columns_of_an_analysis_that_exists() {
    for kind in FIGURES {
        let source = kind.source;
        let analysis = analysis(source.analysis).unwrap_or_else(|| panic!("{}", source.analysis));
        let keys = source.by.unwrap_or(analysis.by);
        assert!(keys.iter().all(|key| analysis.keys.contains(key)), "{}", kind.name);
        let own = (analysis.columns)();
        let knows = |name: &str| {
            let bare = name.trim_end_matches("_consistent");
            own.iter().any(|column| column.name == bare)
                || keys.iter().any(|key: &GroupKey| key.as_str() == bare)
                || ADDED.contains(&name)
        };
        for column in kind.columns() {
            assert!(knows(column), "{}: `{}` has no `{column}`", kind.name, source.analysis);
        }
    }
}
