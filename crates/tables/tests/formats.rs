//! `docs/formats.md` says of every column what the code says. `./dev docs` writes it again.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use foretell_tables::every_table;
use std::fmt::Write;
use std::path::Path;

const BEGIN: &str = "<!-- tables: written by ./dev docs -->";
const END: &str = "<!-- end of tables -->";

fn described() -> String {
    let mut text = String::new();
    for table in every_table() {
        let says = table.says.join("");
        let (name, version, file) = (table.name, table.version, table.file);
        writeln!(text, "\n### `{file}`\n\nTable `{name}`, version {version}. One row:{says}\n")
            .unwrap();
        writeln!(text, "| column | type | null | what it holds |\n|---|---|---|---|").unwrap();
        for column in table.columns {
            let null = if column.nullable { "yes" } else { "" };
            let doc = column.doc.join("").trim().to_owned();
            writeln!(text, "| `{}` | {} | {null} | {doc} |", column.name, column.kind.as_str())
                .unwrap();
        }
    }
    text
}

#[test]
fn the_documentation_of_the_tables_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}\n{}\n{END}{after}", described());
    if std::env::var_os("FORETELL_WRITE_DOCS").is_some() {
        std::fs::write(&path, wanted).unwrap();
    } else {
        assert!(text == wanted, "docs/formats.md is behind the code: run ./dev docs");
    }
}
