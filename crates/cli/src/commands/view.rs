//! `foretell view`.

use crate::Done;
use crate::args::view::ViewArgs;
use crate::exit::{DONE, Failure, INPUT, UNEXPECTED};
use crate::interrupt::wish_to_stop;
use crate::output::{say, show};
use foretell_viewer::{Viewer, serve};
use std::path::Path;
use std::process::{Command, Stdio};
use tokio::net::TcpListener;

pub(crate) fn run(args: &ViewArgs) -> Done {
    let viewer = match args.runs.as_slice() {
        [] => Viewer::of_folder(Path::new("runs"))?,
        runs => Viewer::of_runs(runs)?,
    };
    let viewer = if args.rate { viewer.for_raters_only() } else { viewer };
    let links = if args.rate { viewer.rater_links()? } else { Vec::new() };
    if args.rate && links.is_empty() {
        let help = "`foretell human setup RUN` draws a study of people over a run";
        return Err(Failure::said(INPUT, "no run has a study of people", help));
    }
    let port = match args.port {
        // Links that were handed out name a port, and are to lead here after a new start too.
        None if args.rate => viewer.rating_port()?.unwrap_or(0),
        port => port.unwrap_or(0),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|fault| unexpected(&fault))?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|fault| {
            let message = format!("port {port} of 127.0.0.1 cannot be listened on: {fault}");
            Failure::said(INPUT, message, free_port(args))
        })?;
        let own = listener.local_addr().map_err(|fault| unexpected(&fault))?;
        let address = format!("http://{own}/");
        match args.rate {
            false => show(&address),
            true => {
                let root = address.trim_end_matches('/');
                links
                    .iter()
                    .for_each(|(rater, path)| show(&format!("rater {rater}  {root}{path}")));
            }
        }
        say("Ctrl-C stops");
        // Which link is whose is for those who handed them out.
        if !args.no_open && !args.rate {
            open(&address);
        }
        serve(viewer, listener, wish_to_stop()).await.map_err(|fault| unexpected(&fault))
    })?;
    Ok(DONE)
}

/// How to come by a port that can be listened on.
fn free_port(args: &ViewArgs) -> &'static str {
    match (args.rate, args.port) {
        (false, _) => "name another with `--port`, or none to get a free one",
        (true, None) => {
            "it is the one that the links of this study name: end what listens there, or name another \
             with `--port` and hand out the links that are then printed"
        }
        (true, Some(_)) => "name another with `--port`, or none to get that of the study",
    }
}

fn unexpected(fault: &std::io::Error) -> Failure {
    Failure::said(UNEXPECTED, format!("the pages cannot be served: {fault}"), "try again")
}

/// Opens the user's browser. Where there is none, the address stands on the terminal.
fn open(address: &str) {
    let (program, before): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    command
        .args(before)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if command.spawn().is_err() {
        say(&format!("no browser could be opened: open {address} yourself"));
    }
}
