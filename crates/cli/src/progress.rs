//! Progress: bars on a terminal, plain lines in a pipe.

use crate::grid::dollars;
use crate::output::{harmless, say};
use crate::sparkline::Sparkline;
use foretell_core::{count, counted};
use foretell_llm::{Spent, Tell};
use foretell_study::{GainSoFar, Meter, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Between two plain lines about one stage.
const LINE_EVERY: Duration = Duration::from_secs(10);

const BAR: &str = "{msg:<28} {wide_bar} {human_pos} of {human_len}  {rate}  {eta} left{prefix}";

/// Shows stages on standard error.
pub(crate) struct Stages {
    bars: Option<MultiProgress>,
}

impl Stages {
    pub(crate) fn new() -> Self {
        let bars = std::io::stderr()
            .is_terminal()
            .then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(5)));
        Self { bars }
    }

    /// Says a line to the person at the terminal, above the bars.
    pub(crate) fn teller(&self) -> Tell {
        match self.bars.clone() {
            Some(bars) => Arc::new(move |words| bars.suspend(|| say(&harmless(words)))),
            None => Arc::new(|words| say(&harmless(words))),
        }
    }
}

impl Progress for Stages {
    fn start(&self, what: &str, total: u64) -> Box<dyn Meter> {
        match &self.bars {
            Some(bars) => {
                let bar = bars.add(ProgressBar::new(total).with_style(style("")));
                bar.set_message(what.to_owned());
                Box::new(Bar { bar, gains: Mutex::default() })
            }
            None => Box::new(Lines::new(what, total)),
        }
    }
}

/// A bar, and below it what is given.
fn style(below: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(&format!("{BAR}{below}"));
    let rate = |state: &ProgressState, out: &mut dyn Write| {
        let _ = write!(out, "{}/s", count(state.per_sec().round() as u64));
    };
    style.expect("the template is valid").progress_chars("━╸ ").with_key("rate", rate)
}

struct Bar {
    bar: ProgressBar,
    gains: Mutex<Sparkline>,
}

impl Meter for Bar {
    fn advance(&self, steps: u64) {
        self.bar.inc(steps);
    }

    fn spend(&self, spent: &Spent, attempts: u64) {
        let left = self.bar.length().unwrap_or(0).saturating_sub(self.bar.position());
        if let Some(money) = money(spent, attempts, left) {
            self.bar.set_prefix(format!("  {money}"));
        }
    }

    fn gain(&self, gain: GainSoFar) {
        let mut gains = self.gains.lock().expect("no thread panics while it draws");
        if let Some(nsg) = gain.nsg {
            gains.push(nsg);
        }
        self.bar.set_style(style(&format!("\n  {} {}", words_of(gain), gains.drawn())));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.abandon();
    }
}

/// The NSG of what was guessed so far, with its counts.
fn words_of(gain: GainSoFar) -> String {
    let nsg = gain.nsg.map_or("undefined".to_owned(), |nsg| format!("{nsg:.2}"));
    format!("NSG so far {nsg} ({} in both arms)", counted(gain.guesses, "guess"))
}

struct Lines {
    what: String,
    total: u64,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    done: u64,
    told: Instant,
    /// What was spent, in words.
    money: Option<String>,
    gain: Option<GainSoFar>,
}

impl Lines {
    fn new(what: &str, total: u64) -> Self {
        let now = Instant::now();
        let state = Mutex::new(State { done: 0, told: now, money: None, gain: None });
        Self { what: what.to_owned(), total, started: now, state }
    }

    fn tell(&self, state: &State, goes_on: bool) {
        let done = state.done;
        let seconds = self.started.elapsed().as_secs_f64().max(1e-3);
        let rate = done as f64 / seconds;
        let mut line = format!("{}: {} of {}", self.what, count(done), count(self.total));
        // What is done at once was answered before: a rate would speak of no request.
        if seconds >= 1.0 {
            line.push_str(&format!(", {}/s", count(rate.round() as u64)));
        }
        if goes_on && done < self.total && rate > 0.0 {
            let left = (self.total - done) as f64 / rate;
            line.push_str(&format!(", about {left:.0} s left"));
        }
        if !goes_on && done < self.total {
            line.push_str("; the rest was not asked");
        }
        if let Some(money) = &state.money {
            line.push_str(&format!(", {money}"));
        }
        if let Some(gain) = state.gain {
            line.push_str(&format!("; {}", words_of(gain)));
        }
        say(&line);
    }
}

impl Meter for Lines {
    fn advance(&self, steps: u64) {
        let mut state = self.state.lock().expect("no thread panics while it counts");
        state.done += steps;
        if state.told.elapsed() >= LINE_EVERY {
            state.told = Instant::now();
            self.tell(&state, true);
        }
    }

    fn spend(&self, spent: &Spent, attempts: u64) {
        let mut state = self.state.lock().expect("no thread panics while it counts");
        state.money = money(spent, attempts, self.total.saturating_sub(state.done));
    }

    fn gain(&self, gain: GainSoFar) {
        self.state.lock().expect("no thread panics while it counts").gain = Some(gain);
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if let Ok(state) = self.state.lock() {
            self.tell(&state, false);
        }
    }
}

/// What a stage has cost, and about what it will if what is left costs the same; `None` where nothing
/// was charged.
fn money(spent: &Spent, attempts: u64, left: u64) -> Option<String> {
    let usd = spent.usd();
    if usd == 0.0 || attempts == 0 {
        return (spent.unknown > 0).then(|| "price unknown".to_owned());
    }
    let about = if spent.computed + spent.possible > 0.0 { "about " } else { "" };
    let mut text = format!("{about}{}", dollars(usd));
    if left > 0 {
        let total = usd + usd / attempts as f64 * left as f64;
        text.push_str(&format!(" of about {}", dollars(total)));
    }
    if spent.unknown > 0 {
        text.push_str(" and what has no price");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_told_with_what_it_will_come_to() {
        let spent = Spent { reported: 0.5, ..Spent::default() };
        assert_eq!(money(&spent, 10, 30).unwrap(), "$0.5000 of about $2.00");
        assert_eq!(money(&spent, 10, 0).unwrap(), "$0.5000");
        let spent = Spent { computed: 2.0, unknown: 1, ..Spent::default() };
        assert_eq!(money(&spent, 10, 0).unwrap(), "about $2.00 and what has no price");
        let unknown = Spent { unknown: 3, ..Spent::default() };
        assert_eq!(money(&unknown, 3, 9).unwrap(), "price unknown");
        assert_eq!(money(&Spent::default(), 3, 9), None);
    }
}
