//! `foretell plot` and `foretell report`, over a small run from elsewhere and over one of simulated models.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod scripted;

use foretell_analysis::{Cell, Contrast, Prepared, Request, Sheet, analysis};
use foretell_report::figure::{Form, Width, figures};
use foretell_report::{FIGURES, FigureKind, Theme};
use scripted::{fails, succeeds};
use std::path::{Path, PathBuf};

/// The runs that figures are tested on.
struct Runs {
    folder: tempfile::TempDir,
}

impl Runs {
    /// The small synthetic study of 6 references and 5 predictors.
    fn imported() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/wide/small.parquet");
        succeeds(folder.path(), &["import", file.to_str().unwrap(), "--out", "run"]);
        Self { folder }
    }

    /// Simulated models with every arm that needs no third model, and repeats for the ceiling.
    fn simulated() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let args = "run --pairs moral_machines --limit 60 --ceiling 3 --out run \
                    --reference sim:reference?rule=5&name=faithful \
                    --reference sim:reference?rule=2&faithfulness=0&name=silent \
                    --predictor sim:reader --predictor sim:reader?skill=0.5&name=dim \
                    --arm without --arm with --arm reasoning --arm shuffled --arm filler";
        let args: Vec<&str> = args.split_whitespace().collect();
        succeeds(folder.path(), &args);
        Self { folder }
    }

    fn run(&self) -> PathBuf {
        self.folder.path().join("run")
    }
}

/// The data of every figure of a run as CSV, its figures cut to nine digits, which every machine has.
fn all_data(run: &Path) -> String {
    let request = Request::default();
    let prepared = Prepared::read(&[run], &request).unwrap();
    let kinds: Vec<&'static FigureKind> = FIGURES.iter().collect();
    let mut text = String::new();
    for (kind, figure) in figures(&kinds, &prepared, &request, &[]) {
        match figure {
            Ok(mut figure) => {
                for cell in figure.data.rows.iter_mut().flatten() {
                    if let Cell::Number(number) = cell {
                        *number = format!("{number:.8e}").parse().unwrap();
                    }
                }
                text.push_str(&format!("{}\n{}\n{}\n", kind.name, figure.caption, figure.to_csv()));
            }
            Err(reason) => text.push_str(&format!("no {}: {reason}\n\n", kind.name)),
        }
    }
    text
}

#[test]
fn the_data_of_every_figure_of_an_imported_run() {
    insta::assert_snapshot!(all_data(&Runs::imported().run()));
}

#[test]
fn the_data_of_every_figure_of_a_simulated_run() {
    insta::assert_snapshot!(all_data(&Runs::simulated().run()));
}

/// Whether a row of a figure stands in a sheet: every column that both have holds the same.
fn stands_in(data: &Sheet, row: &[Cell], sheet: &Sheet) -> bool {
    let shared: Vec<(usize, usize)> = data
        .columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| Some((at, sheet.column(&column.name)?)))
        .collect();
    shared.len() > 1
        && sheet.rows.iter().any(|other| shared.iter().all(|&(at, place)| row[at] == other[place]))
}

#[test]
fn figures_hold_the_cells_of_analyze_and_nothing_else() {
    let runs = [Runs::imported(), Runs::simulated()];
    let mut drawn = 0;
    for run in &runs {
        let folder = run.run();
        let request = Request { contrast: Contrast::default(), ..Request::default() };
        let prepared = Prepared::read(&[&folder], &request).unwrap();
        let kinds: Vec<&'static FigureKind> = FIGURES.iter().collect();
        for (kind, figure) in figures(&kinds, &prepared, &request, &[]) {
            let Ok(figure) = figure else { continue };
            drawn += 1;
            let by = kind.source.by.map(<[_]>::to_vec);
            let asked = Request { by, ..request.clone() };
            let sheets = (analysis(kind.source.analysis).unwrap().run)(&prepared, &asked).unwrap();
            let sheet = sheets.iter().find(|sheet| sheet.name == kind.source.sheet).unwrap();
            for row in &figure.data.rows {
                assert!(stands_in(&figure.data, row, sheet), "{}: {row:?}", kind.name);
            }
            for form in [Form::Svg, Form::Pdf] {
                for width in [Width::Column, Width::Page] {
                    let picture = figure.draw(form, Theme::Print, width).unwrap();
                    assert!(picture.len() > 500, "{}", kind.name);
                }
            }
        }
    }
    assert!(drawn > 30, "only {drawn} figures");
}

#[test]
fn pictures_and_data_land_where_they_are_asked_for() {
    let run = Runs::simulated();
    let at = run.folder.path();
    let (out, err) = succeeds(at, &["plot", "run", "nsg", "--out", "nsg.svg", "--width", "column"]);
    assert!(
        out.starts_with("NSG by reference model.") && err.contains("wrote nsg.svg"),
        "{out}{err}"
    );
    let svg = std::fs::read_to_string(at.join("nsg.svg")).unwrap();
    assert!(svg.contains("width=\"85.00mm\"") && svg.contains("fewer errors"), "{svg}");
    assert!(svg.contains("faithful"));
    succeeds(at, &["plot", "run", "nsg", "--out", "nsg.png", "--theme", "dark"]);
    assert!(std::fs::read(at.join("nsg.png")).unwrap().starts_with(b"\x89PNG"));
    succeeds(at, &["plot", "run", "nsg", "--out", "nsg.pdf", "--theme", "print"]);
    assert!(std::fs::read(at.join("nsg.pdf")).unwrap().starts_with(b"%PDF-"));
    let (csv, _) = succeeds(at, &["plot", "run", "nsg", "--format", "csv"]);
    assert!(csv.starts_with("reference,nsg,nsg_low,nsg_high,observations,undefined\n"), "{csv}");
    let said = fails(at, 3, &["plot", "run", "nsg", "--out", "nsg.svg"]);
    assert!(said.contains("is there already"), "{said}");
    let (_, err) = succeeds(at, &["plot", "run", "--all", "--out", "figures"]);
    assert!(err.contains("no `effort` figure: no model was asked at several efforts"), "{err}");
    for name in ["nsg.svg", "nsg.csv", "arms.svg", "gap.svg", "captions.txt"] {
        assert!(at.join("figures").join(name).is_file(), "{name}");
    }
    // One file of the user's is enough, whichever it is.
    for (name, all) in [
        ("captions.txt", &["plot", "run", "--all", "--out", "mine"][..]),
        ("gap.pdf", &["plot", "run", "--all", "--form", "svg,pdf", "--out", "mine"]),
    ] {
        let path = at.join("mine").join(name);
        std::fs::create_dir(at.join("mine")).unwrap();
        std::fs::write(&path, "of the user").unwrap();
        let said = fails(at, 3, all);
        assert!(said.contains(&format!("mine/{name} is there already")), "{said}");
        assert_eq!(std::fs::read_dir(at.join("mine")).unwrap().count(), 1);
        std::fs::remove_dir_all(at.join("mine")).unwrap();
    }
}

#[test]
fn mistakes_in_plotting_are_named() {
    let run = Runs::imported();
    let at = run.folder.path();
    let said = fails(at, 2, &["plot", "run", "nsgg"]);
    assert!(said.contains("`nsgg` is neither") && said.contains("did you mean `nsg`"), "{said}");
    let said = fails(at, 2, &["plot", "run", "nsg", "--out", "nsg.jpg"]);
    assert!(said.contains("does not say by its ending"), "{said}");
    let said = fails(at, 3, &["plot", "run", "effort"]);
    assert!(said.contains("no `effort` figure"), "{said}");
}

#[test]
fn a_report_is_written_where_it_is_asked_for_and_brings_its_tables() {
    let run = Runs::imported();
    let at = run.folder.path();
    let (_, err) = succeeds(at, &["report", "run", "--out", "r.html", "--title", "A <title>"]);
    assert!(err.contains("wrote r.html"), "{err}");
    let page = std::fs::read_to_string(at.join("r.html")).unwrap();
    assert!(page.contains("<title>A &lt;title&gt;</title>") && page.contains("\\begin{tabular}"));
    assert!(page.contains("data-file=\"gain.csv\"") && page.contains("@software{foretell"));
    succeeds(at, &["report", "run"]);
    assert!(at.join("run/report.html").is_file());
    let said = fails(at, 2, &["report", "run", "--arm", "with", "--against", "with"]);
    assert!(said.contains("compared against itself"), "{said}");
}
