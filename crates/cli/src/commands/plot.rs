//! `foretell plot`.

use super::analyze::named_runs;
use crate::Done;
use crate::args::TextFormat;
use crate::args::plot::PlotArgs;
use crate::exit::{DONE, Failure, INPUT, USAGE};
use crate::output::{harmless, say, show};
use crate::saving::{make_folder, refuse_existing, save};
use foretell_analysis::{Flag, Prepared};
use foretell_core::did_you_mean;
use foretell_report::figure::{Form, figures};
use foretell_report::sheet::sheet_table;
use foretell_report::{FIGURES, Figure, FigureKind, figure_kind};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &PlotArgs) -> Done {
    if args.list {
        show(foretell_report::figure::list().trim_end());
        return Ok(DONE);
    }
    let (kinds, runs) = chosen(args)?;
    let place = Place::of(args, &kinds)?;
    let request = args.selection.request();
    let given: Vec<Flag> = args.selection.given().collect();
    let runs = named_runs(&runs)?;
    let paths: Vec<&Path> = runs.iter().map(PathBuf::as_path).collect();
    let prepared = Prepared::read(&paths, &request)?;
    let mut drawn = Vec::new();
    let mut lacking = Vec::new();
    for (kind, figure) in figures(&kinds, &prepared, &request, &given) {
        match figure {
            Ok(figure) => drawn.push(figure),
            Err(reason) => lacking.push(harmless(&format!("no `{}` figure: {reason}", kind.name))),
        }
    }
    if drawn.is_empty() {
        let help = "`foretell plot --list` says what each figure is drawn from";
        return Err(Failure::said(INPUT, lacking.join("\n"), help));
    }
    lacking.iter().for_each(|reason| say(reason));
    place.write(args, &drawn)?;
    Ok(DONE)
}

/// The kinds asked for, and the runs.
fn chosen(args: &PlotArgs) -> Result<(Vec<&'static FigureKind>, Vec<PathBuf>), Failure> {
    let known = || FIGURES.iter().map(|kind| kind.name);
    let kind = |word: &PathBuf| word.to_str().and_then(figure_kind);
    let help = || format!("the kinds are {}", known().collect::<Vec<_>>().join(", "));
    let (kinds, runs): (Vec<&PathBuf>, Vec<&PathBuf>) =
        args.what.iter().partition(|word| kind(word).is_some());
    if let Some(word) = runs.iter().find(|word| !word.exists() && word.components().count() == 1) {
        let word = word.display().to_string();
        let near = did_you_mean(&word, known());
        let said = format!("`{word}` is neither a kind of figure nor a run folder{near}");
        return Err(Failure::said(USAGE, harmless(&said), help()));
    }
    let runs: Vec<PathBuf> = runs.into_iter().cloned().collect();
    match (kinds.as_slice(), args.all) {
        ([], true) => Ok((FIGURES.iter().collect(), runs)),
        ([], false) => Err(Failure::said(USAGE, "no kind of figure is named", help())),
        (_, true) => {
            Err(Failure::said(USAGE, "a kind of figure and `--all`", "leave out one of them"))
        }
        ([one], false) => Ok((vec![kind(one).expect("it was looked up")], runs)),
        _ => Err(Failure::said(USAGE, "more than one kind of figure", "name one, or give `--all`")),
    }
}

/// What comes out, and where.
enum Place {
    /// The data of one figure, on standard output.
    Printed(TextFormat),
    /// The data of one figure, in a file.
    Data(TextFormat, PathBuf),
    /// One picture.
    Picture(Form, PathBuf),
    /// Pictures, with their data and captions, in a folder.
    Folder(PathBuf),
}

impl Place {
    /// Refuses a file that is there, and one that does not say what it is.
    fn of(args: &PlotArgs, kinds: &[&'static FigureKind]) -> Result<Self, Failure> {
        let Some(out) = &args.out else {
            return Ok(Self::Printed(args.format.unwrap_or(TextFormat::Table)));
        };
        if args.all {
            let files = kinds.iter().flat_map(|kind| files_of(args, out, kind.name));
            let files: Vec<PathBuf> = files.chain([captions_in(out)]).collect();
            refuse_existing(&files, args.force)?;
            return Ok(Self::Folder(out.clone()));
        }
        refuse_existing(std::slice::from_ref(out), args.force)?;
        let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let place = match (args.format, ending.as_deref()) {
            (Some(format), _) => Self::Data(format, out.clone()),
            (None, Some("svg")) => Self::Picture(Form::Svg, out.clone()),
            (None, Some("png")) => Self::Picture(Form::Png, out.clone()),
            (None, Some("pdf")) => Self::Picture(Form::Pdf, out.clone()),
            (None, Some("csv")) => Self::Data(TextFormat::Csv, out.clone()),
            (None, Some("json")) => Self::Data(TextFormat::Json, out.clone()),
            _ => {
                let said =
                    format!("`--out {}` does not say by its ending how to draw", out.display());
                let help = "end it in .svg, .png or .pdf, or in .csv or .json for the data";
                return Err(Failure::said(USAGE, said, help));
            }
        };
        Ok(place)
    }

    fn write(&self, args: &PlotArgs, drawn: &[Figure]) -> Result<(), Failure> {
        let (theme, width) = (args.theme.into(), args.width.into());
        match self {
            Self::Printed(format) => {
                show(text(&drawn[0], *format).trim_end());
                Ok(())
            }
            Self::Data(format, out) => save(out, text(&drawn[0], *format).as_bytes()),
            Self::Picture(form, out) => {
                save(out, &drawn[0].draw(*form, theme, width)?)?;
                show(&harmless(&drawn[0].caption));
                Ok(())
            }
            Self::Folder(folder) => {
                make_folder(folder)?;
                let mut captions = String::new();
                for figure in drawn {
                    let name = figure.kind.name;
                    let mut files = files_of(args, folder, name);
                    for form in &args.form {
                        let picture = figure.draw((*form).into(), theme, width)?;
                        save(&files.next().expect("a file a form"), &picture)?;
                    }
                    save(&files.next().expect("then the data"), figure.to_csv().as_bytes())?;
                    captions.push_str(&format!("{name}\n{}\n\n", harmless(&figure.caption)));
                }
                save(&captions_in(folder), captions.as_bytes())
            }
        }
    }
}

/// The files of a figure in a folder: a picture a form, then the data.
fn files_of<'a>(
    args: &'a PlotArgs,
    folder: &'a Path,
    name: &'a str,
) -> impl Iterator<Item = PathBuf> + 'a {
    let forms = args.form.iter().map(|form| format!("{form:?}").to_lowercase());
    forms.chain(["csv".to_owned()]).map(move |ending| folder.join(format!("{name}.{ending}")))
}

fn captions_in(folder: &Path) -> PathBuf {
    folder.join("captions.txt")
}

fn text(figure: &Figure, format: TextFormat) -> String {
    match format {
        TextFormat::Json => figure.to_json(),
        TextFormat::Csv => figure.to_csv(),
        TextFormat::Table => {
            let table = sheet_table(&figure.data, super::analyze::width());
            format!("{}\n\n{table}", harmless(&figure.caption))
        }
    }
}
