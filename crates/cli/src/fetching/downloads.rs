//! Progress of downloads: a bar on a terminal, plain lines in a pipe.

use crate::output::{harmless, say};
use foretell_core::count;
use foretell_data::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Between two plain lines about one file.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows one download after the other on standard error.
pub(crate) struct Downloads {
    on_terminal: bool,
    current: RefCell<Option<Current>>,
}

/// The file that is coming.
struct Current {
    bar: Option<ProgressBar>,
    total: Option<u64>,
    told: Instant,
}

impl Downloads {
    pub(crate) fn new() -> Self {
        let on_terminal = std::io::stderr().is_terminal();
        Self { on_terminal, current: RefCell::new(None) }
    }

    /// Shows a step.
    pub(crate) fn tell(&self, event: Event<'_>) {
        let mut current = self.current.borrow_mut();
        match event {
            Event::Started { file, done, total } => {
                let bar = self.on_terminal.then(|| bar(file, done, total));
                *current = Some(Current { bar, total, told: Instant::now() });
            }
            Event::Received { file, done } => {
                let Some(current) = current.as_mut() else { return };
                if let Some(bar) = &current.bar {
                    bar.set_position(done);
                } else if current.told.elapsed() >= LINE_EVERY {
                    current.told = Instant::now();
                    say(&so_far(file, done, current.total));
                }
                return;
            }
            _ => {
                if let Some(Current { bar: Some(bar), .. }) = current.take() {
                    bar.finish_and_clear();
                }
            }
        }
        if let Some(line) = line(&event) {
            say(&harmless(&line));
        }
    }
}

fn bar(file: &str, done: u64, total: Option<u64>) -> ProgressBar {
    let template = match total {
        Some(_) => "{msg:<28} {wide_bar} {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left",
        None => "{msg:<28} {spinner} {bytes}  {bytes_per_sec}",
    };
    let style = ProgressStyle::with_template(template).expect("the templates are valid");
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    bar.set_style(style.progress_chars("━╸ "));
    bar.set_message(file.to_owned());
    // What lay there before is no part of the rate.
    bar.with_position(done)
}

fn so_far(file: &str, done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) => format!("{file}: {} of {} bytes", count(done), count(total)),
        None => format!("{file}: {} bytes", count(done)),
    }
}

/// What a step says in a line of its own.
fn line(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Asking { file, url } => Some(format!("{file}: from {url}")),
        Event::Started { file, done, total } if *done > 0 => {
            Some(format!("{}, going on", so_far(file, *done, *total)))
        }
        Event::Waiting { folder } => {
            Some(format!("{}: another download into it is waited for", folder.display()))
        }
        Event::Retrying { url, fault, after } => {
            Some(format!("{url}: {fault}; again in {:.0} s", after.as_secs_f64()))
        }
        Event::Failed { url, fault } => Some(format!("{url}: {fault}; given up")),
        Event::Stored { path, bytes } => {
            Some(format!("{}: {} bytes, the sha256 is right", path.display(), count(*bytes)))
        }
        Event::There { .. } | Event::Started { .. } | Event::Received { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn steps_are_told_in_plain_lines() {
        let (file, url, after) = ("a.csv", "http://host/a", Duration::from_secs(2));
        let path = Path::new("/cache/a.csv");
        let events = [
            Event::There { path },
            Event::Waiting { folder: Path::new("/cache") },
            Event::Asking { file, url },
            Event::Started { file, done: 0, total: None },
            Event::Started { file, done: 1_000, total: Some(2_000) },
            Event::Received { file, done: 1_500 },
            Event::Retrying { url, fault: "503 Service Unavailable", after },
            Event::Failed { url, fault: "404 Not Found" },
            Event::Stored { path, bytes: 2_000 },
        ];
        let lines: Vec<_> = events.iter().filter_map(line).collect();
        assert_eq!(
            lines,
            [
                "/cache: another download into it is waited for",
                "a.csv: from http://host/a",
                "a.csv: 1,000 of 2,000 bytes, going on",
                "http://host/a: 503 Service Unavailable; again in 2 s",
                "http://host/a: 404 Not Found; given up",
                "/cache/a.csv: 2,000 bytes, the sha256 is right",
            ]
        );
    }

    #[test]
    fn a_bar_stands_where_the_download_stands() {
        let bar = bar("a.csv", 1_000, Some(2_000));
        assert_eq!((bar.position(), bar.length()), (1_000, Some(2_000)));
        let downloads = Downloads { on_terminal: true, current: RefCell::new(None) };
        downloads.tell(Event::Started { file: "a.csv", done: 0, total: None });
        downloads.tell(Event::Received { file: "a.csv", done: 7 });
        let at = |current: &Option<Current>| {
            current.as_ref().and_then(|current| current.bar.as_ref()).map(ProgressBar::position)
        };
        assert_eq!(at(&downloads.current.borrow()), Some(7));
        downloads.tell(Event::Failed { url: "http://host/a", fault: "404 Not Found" });
        assert_eq!(at(&downloads.current.borrow()), None);
    }
}
