//! Where sheets go, and in which form.

use crate::args::Format;
use crate::args::analyze::AnalyzeArgs;
use crate::exit::{Failure, INPUT, USAGE};
use crate::output::{harmless, say, show};
use foretell_analysis::{GainTable, Sheet, sheets_to_json};
use foretell_report::sheet::sheet_table;
use foretell_report::table::gain_table;
use std::path::{Path, PathBuf};

/// The form and the place asked for.
pub(crate) struct Target {
    format: Format,
    out: Option<PathBuf>,
    /// Whether `out` is a folder of a file a sheet.
    folder: bool,
    force: bool,
}

impl Target {
    /// The format asked for, or that of the file's ending; a file that is there is left alone.
    pub(super) fn of(args: &AnalyzeArgs, many: bool) -> Result<Self, Failure> {
        Self::new(args.format, args.out.as_deref(), args.force, many)
    }

    /// The same for any command; `many` sheets go to a folder where no ending says otherwise.
    pub(crate) fn new(
        asked: Option<Format>,
        out: Option<&Path>,
        force: bool,
        many: bool,
    ) -> Result<Self, Failure> {
        let Some(out) = out else {
            let format = asked.unwrap_or(Format::Table);
            if format == Format::Parquet {
                return Err(no_place());
            }
            return Ok(Self { format, out: None, folder: false, force });
        };
        let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let by_ending = match ending.as_deref() {
            Some("csv") => Some(Format::Csv),
            Some("json") => Some(Format::Json),
            Some("parquet") => Some(Format::Parquet),
            _ => None,
        };
        let folder = out.is_dir() || (many && by_ending.is_none());
        let Some(format) = asked.or(by_ending) else {
            return Err(Failure::said(
                USAGE,
                format!("`--out {}` does not say by its ending how to write it", out.display()),
                "end it in .csv, .json or .parquet, or add `--format`",
            ));
        };
        if !folder {
            refuse_existing(out, force)?;
        }
        Ok(Self { format, out: Some(out.to_owned()), folder, force })
    }

    pub(crate) fn write(&self, sheets: &[Sheet]) -> Result<(), Failure> {
        // These have no place for them.
        if matches!(self.format, Format::Csv | Format::Parquet) {
            tell_warnings(sheets);
        }
        match &self.out {
            None => {
                show(text(sheets, self.format, width()).trim_end());
                Ok(())
            }
            Some(out) if !self.folder && sheets.len() == 1 => self.write_one(&sheets[0], out),
            Some(out) if !self.folder && self.format == Format::Json => {
                save(out, &text(sheets, self.format, None))
            }
            Some(out) if !self.folder => {
                let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
                Err(Failure::said(
                    USAGE,
                    format!("{} sheets do not fit into one file {}", sheets.len(), out.display()),
                    format!("name a folder for {}, or write .json", names.join(", ")),
                ))
            }
            Some(folder) => self.write_folder(sheets, folder),
        }
    }

    fn write_folder(&self, sheets: &[Sheet], folder: &Path) -> Result<(), Failure> {
        let ending = match self.format {
            Format::Table => "txt",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Parquet => "parquet",
        };
        let path = |sheet: &Sheet| folder.join(format!("{}.{ending}", sheet.name));
        sheets.iter().try_for_each(|sheet| refuse_existing(&path(sheet), self.force))?;
        std::fs::create_dir_all(folder).map_err(|fault| {
            let help = "name a folder that can be made";
            Failure::said(INPUT, format!("{}: {fault}", folder.display()), help)
        })?;
        sheets.iter().try_for_each(|sheet| self.write_one(sheet, &path(sheet)))
    }

    fn write_one(&self, sheet: &Sheet, path: &Path) -> Result<(), Failure> {
        if self.format != Format::Parquet {
            return save(path, &text(std::slice::from_ref(sheet), self.format, None));
        }
        sheet.write_parquet(path)?;
        say(&format!("wrote {}", path.display()));
        Ok(())
    }
}

fn no_place() -> Failure {
    Failure::said(
        USAGE,
        "`--format parquet` writes a file, and no file is named",
        "add `--out gain.parquet`",
    )
}

pub(super) fn refuse_existing(path: &Path, force: bool) -> Result<(), Failure> {
    if !path.exists() || force {
        return Ok(());
    }
    let help = "name another file, or replace it with `--force`";
    Err(Failure::said(INPUT, format!("{} is there already", path.display()), help))
}

fn save(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|fault| {
        let help = "name a file in a folder you can write to";
        Failure::said(INPUT, format!("{}: {fault}", path.display()), help)
    })?;
    say(&format!("wrote {}", path.display()));
    Ok(())
}

/// Sheets as text. Of several tables each has its title; several of CSV stand under comment lines.
fn text(sheets: &[Sheet], format: Format, width: Option<u16>) -> String {
    let one = sheets.len() == 1;
    match format {
        Format::Json => sheets_to_json(sheets),
        Format::Csv => {
            let titled = |sheet: &Sheet| format!("# {}\n{}", sheet.name, sheet.to_csv());
            match sheets {
                [sheet] => sheet.to_csv(),
                _ => sheets.iter().map(titled).collect::<Vec<_>>().join("\n"),
            }
        }
        Format::Table | Format::Parquet => {
            let titled = |sheet: &Sheet| {
                let table = sheet_table(sheet, width);
                if one { table } else { format!("{}. {}\n\n{table}", sheet.title, sheet.says) }
            };
            sheets.iter().map(titled).collect::<Vec<_>>().join("\n")
        }
    }
}

fn tell_warnings(sheets: &[Sheet]) {
    for sheet in sheets {
        let warnings = sheet.warnings.iter();
        warnings.for_each(|warning| say(&harmless(&format!("warning: {warning}"))));
    }
}

/// Prints the gains of a run that was just made.
pub(crate) fn print_gains(table: &GainTable, format: Format) {
    let sheet = table.sheet();
    if format == Format::Csv {
        tell_warnings(std::slice::from_ref(&sheet));
    }
    let text = match format {
        Format::Json => sheet.to_json(),
        Format::Csv => sheet.to_csv(),
        Format::Table | Format::Parquet => gain_table(table, width()),
    };
    show(text.trim_end());
}

/// Columns of the terminal; none in a pipe, where a table is as wide as it is.
pub(crate) fn width() -> Option<u16> {
    console::Term::stdout().size_checked().map(|(_, columns)| columns)
}
