//! `foretell report`.

use super::analyze::named_runs;
use crate::Done;
use crate::args::report::ReportArgs;
use crate::command_line::CommandLine;
use crate::exit::{DONE, Failure, USAGE};
use crate::output::{harmless, say};
use foretell_analysis::GainRequest;
use foretell_report::{ReportRequest, write_report};
use foretell_study::Manifest;

pub(crate) fn run(args: &ReportArgs) -> Done {
    if args.arm == args.against {
        return Err(Failure::said(
            USAGE,
            format!("arm `{}` is compared against itself", args.arm),
            "name two arms, such as `--arm with --against without`",
        ));
    }
    let asked: Vec<_> = args.run.iter().cloned().collect();
    let run = named_runs(&asked)?.remove(0);
    let out = args.out.clone().unwrap_or_else(|| run.join("report.html"));
    // A run from elsewhere has no manifest, and its report says so.
    let study = Manifest::read(&run).ok().map(|manifest| manifest.study);
    let name = study.as_ref().map(|study| study.name.clone()).filter(|name| !name.is_empty());
    let folder = || run.file_name().map(|name| name.to_string_lossy().into_owned());
    let command = study.as_ref().and_then(CommandLine::of).map(|command| command.to_string());
    let default = ReportRequest::default();
    let request = ReportRequest {
        title: args.title.clone().or(name).or_else(folder).unwrap_or(default.title),
        command,
        study: None,
        gain: GainRequest {
            by: Vec::new(),
            arm: args.arm.clone(),
            against: args.against.clone(),
            level: args.level,
            bootstrap: args.bootstrap,
            seed: args.seed,
        },
        examples: args.examples,
    };
    write_report(&run, &out, &request)?;
    say(&harmless(&format!("wrote {}", out.display())));
    Ok(DONE)
}
