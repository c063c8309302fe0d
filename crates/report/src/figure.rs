//! The figures: NSG with intervals, and accuracies without and with.

use crate::canvas::{Canvas, Ink, LETTER, Side, TEXT, svg};
use crate::number::{self, UNDEFINED, shortened};
use foretell_analysis::GainRow;

/// Width of a figure on the page.
const WIDTH: f64 = 840.0;

/// Height of a line.
const LINE: f64 = 26.0;

/// Most that names take of the width.
const NAMES: f64 = 250.0;

/// Space between two columns.
const GAP: f64 = 18.0;

/// Space above the first line, for what the columns and directions are called.
const HEAD: f64 = 34.0;

/// Space under the last line, for the axis.
const FOOT: f64 = 52.0;

/// One line of a figure.
pub(crate) struct Entry<'a> {
    /// What a block of lines is about, on the first line of the block.
    pub(crate) block: Option<String>,
    /// What this line is about.
    pub(crate) name: String,
    /// Its figures.
    pub(crate) row: &'a GainRow,
}

/// Where things stand on a sheet.
struct Layout {
    left: f64,
    right: f64,
    low: f64,
    high: f64,
    step: f64,
    bottom: f64,
}

impl Layout {
    /// Room for names on the left, for columns of `letters` on the right, an axis between.
    fn new(entries: &[Entry<'_>], letters: &[usize], range: (f64, f64)) -> Self {
        let longest = entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
        let names = (longest as f64 * LETTER).min(NAMES);
        let columns: f64 = letters.iter().map(|&n| n as f64 * LETTER + GAP).sum();
        let (low, high, step) = rounded(range);
        let blocks = entries.iter().filter(|entry| entry.block.is_some()).count();
        let lines = (entries.len() + blocks) as f64;
        let bottom = HEAD + lines * LINE;
        Self { left: names + GAP, right: WIDTH - columns - GAP, low, high, step, bottom }
    }

    fn height(&self) -> f64 {
        self.bottom + FOOT
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        self.left + share * (self.right - self.left)
    }

    fn axis(&self, canvas: &Canvas<'_>, title: &str) {
        let ticks = ((self.high - self.low) / self.step).round() as i32;
        for tick in 0..=ticks {
            let value = self.low + f64::from(tick) * self.step;
            let x = self.x(value);
            canvas.line(&[(x, HEAD), (x, self.bottom)], Ink::Faint, 1.0);
            let digits = if self.step < 0.1 { 2 } else { 1 };
            let at = (x, self.bottom + 14.0);
            canvas.text(at, &number::fixed(value, digits), Ink::Quiet, Side::Middle);
        }
        let middle = (self.left + self.right) / 2.0;
        canvas.text((middle, self.bottom + 36.0), title, Ink::Plain, Side::Middle);
    }

    /// Draws what names the lines, and gives the height of each line's middle.
    fn names(&self, canvas: &Canvas<'_>, entries: &[Entry<'_>]) -> Vec<f64> {
        let letters = ((self.left - GAP) / LETTER).round() as usize;
        let mut y = HEAD + LINE / 2.0;
        let mut heights = Vec::with_capacity(entries.len());
        for entry in entries {
            if let Some(block) = &entry.block {
                canvas.text((0.0, y), &shortened(block, 60), Ink::Quiet, Side::Right);
                y += LINE;
            }
            canvas.text(
                (self.left - GAP, y),
                &shortened(&entry.name, letters),
                Ink::Plain,
                Side::Left,
            );
            heights.push(y);
            y += LINE;
        }
        heights
    }
}

/// A range of round numbers around `range`, with the step of its ticks.
fn rounded((low, high): (f64, f64)) -> (f64, f64, f64) {
    let span = (high - low).max(1e-6);
    let steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0, 1_000.0];
    let step = steps.into_iter().find(|step| span / step <= 8.0).unwrap_or(span / 5.0);
    // A hair inside, so that a limit on a tick does not open another step.
    let low = ((low / step) + 1e-9).floor() * step;
    let high = ((high / step) - 1e-9).ceil() * step;
    (low, high.max(low + step), step)
}

/// The NSG of each line with its interval and the line of no effect.
pub(crate) fn forest(entries: &[Entry<'_>], about: &str, level: f64) -> String {
    let layout = Layout::new(entries, &[20, 8], nsg_range(entries));
    let spoken = |entry: &Entry<'_>| format!("{}: {}", entry.name, number::nsg(entry.row));
    let alt = alt(&format!("NSG with its interval, {about}"), entries, spoken);
    svg((WIDTH, layout.height()), &alt, |canvas| {
        layout.axis(canvas, "NSG, the share of errors that explanations remove");
        let zero = layout.x(0.0);
        canvas.line(&[(zero, HEAD - 4.0), (zero, layout.bottom)], Ink::Plain, 1.2);
        directions(canvas, &layout, zero);
        let head = format!("NSG [{}]", number::percent(level));
        let columns = (WIDTH - 8.0 * LETTER - GAP, WIDTH);
        canvas.text((columns.0, 12.0), &head, Ink::Quiet, Side::Left);
        canvas.text((columns.1, 12.0), "observed", Ink::Quiet, Side::Left);
        for (entry, y) in entries.iter().zip(layout.names(canvas, entries)) {
            canvas.text((columns.0, y), &number::nsg(entry.row), Ink::Plain, Side::Left);
            let observed = number::count(entry.row.observations);
            canvas.text((columns.1, y), &observed, Ink::Quiet, Side::Left);
            estimate(canvas, &layout, entry.row, y);
        }
    })
}

/// What the two sides of the line of no effect mean, where there is room for it.
fn directions(canvas: &Canvas<'_>, layout: &Layout, zero: f64) {
    let sides = [
        ("fewer errors →", zero + 8.0, layout.right - zero, Side::Right),
        ("← more errors", zero - 8.0, zero - layout.left, Side::Left),
    ];
    for (text, x, room, side) in sides {
        if room > text.chars().count() as f64 * LETTER {
            canvas.text((x, 12.0), text, Ink::Quiet, side);
        }
    }
}

fn estimate(canvas: &Canvas<'_>, layout: &Layout, row: &GainRow, y: f64) {
    // The column of numbers says that it is undefined.
    let Some(nsg) = row.nsg else { return };
    if let (Some(low), Some(high)) = (row.nsg_low, row.nsg_high) {
        let (from, to) = (layout.x(low), layout.x(high));
        canvas.line(&[(from, y), (to, y)], Ink::Strong, 2.0);
        // What goes on beyond the axis ends in an arrow, what ends within it in a bar.
        match low < layout.low {
            true => canvas.line(
                &[(from + 6.0, y - 5.0), (from, y), (from + 6.0, y + 5.0)],
                Ink::Strong,
                2.0,
            ),
            false => canvas.line(&[(from, y - 4.0), (from, y + 4.0)], Ink::Strong, 2.0),
        }
        canvas.line(&[(to, y - 4.0), (to, y + 4.0)], Ink::Strong, 2.0);
    }
    canvas.dot((layout.x(nsg), y), 5.0, Ink::Strong);
}

/// From the lowest limit to the highest, zero always inside. Limits far below the estimates, which
/// few clusters give, run out of the figure instead of pressing the rest together.
fn nsg_range(entries: &[Entry<'_>]) -> (f64, f64) {
    let rows = || entries.iter().map(|entry| entry.row);
    let (mut low, mut high) = (-0.02_f64, 0.05_f64);
    for nsg in rows().filter_map(|row| row.nsg) {
        (low, high) = (low.min(nsg), high.max(nsg));
    }
    let floor = low - 0.5;
    for row in rows() {
        low = low.min(row.nsg_low.unwrap_or(low)).max(floor);
        high = high.max(row.nsg_high.unwrap_or(high));
    }
    (low, high)
}

/// Accuracy without and with, a line from one to the other.
pub(crate) fn dumbbell(entries: &[Entry<'_>], about: &str, arms: (&str, &str)) -> String {
    let (arm, against) = arms;
    let accuracies = |row: &GainRow| [row.a_without, row.a_with].into_iter().flatten();
    let lowest = entries.iter().flat_map(|entry| accuracies(entry.row)).fold(0.9, f64::min);
    let layout = Layout::new(entries, &[14, 7, 8], ((lowest - 0.03).max(0.0), 1.0));
    let spoken = |entry: &Entry<'_>| {
        let (a, b) = (number::fraction(entry.row.a_without), number::fraction(entry.row.a_with));
        format!("{}: {a} to {b}", entry.name)
    };
    let alt = alt(&format!("Accuracy in arm {against} and in arm {arm}, {about}"), entries, spoken);
    svg((WIDTH, layout.height()), &alt, |canvas| {
        layout.axis(canvas, "accuracy, the share of answers foretold");
        legend(canvas, &layout, arms);
        let gains = WIDTH - 8.0 * LETTER - GAP;
        let accuracy = gains - 7.0 * LETTER - GAP;
        for (x, text) in [(accuracy, "accuracy"), (gains, "gain"), (WIDTH, "observed")] {
            canvas.text((x, 12.0), text, Ink::Quiet, Side::Left);
        }
        for (entry, y) in entries.iter().zip(layout.names(canvas, entries)) {
            let row = entry.row;
            canvas.text((WIDTH, y), &number::count(row.observations), Ink::Quiet, Side::Left);
            let (Some(without), Some(with)) = (row.a_without, row.a_with) else {
                canvas.text((accuracy, y), UNDEFINED, Ink::Plain, Side::Left);
                continue;
            };
            let text = format!("{} → {}", number::fixed(without, 3), number::fixed(with, 3));
            canvas.text((accuracy, y), &text, Ink::Plain, Side::Left);
            canvas.text((gains, y), &number::signed(row.gain), Ink::Plain, Side::Left);
            let (from, to) = (layout.x(without), layout.x(with));
            canvas.line(&[(from, y), (to, y)], Ink::Quiet, 2.0);
            canvas.ring((from, y), 5.5, Ink::Other);
            canvas.dot((to, y), 5.0, Ink::Strong);
        }
    })
}

/// Says which mark is which arm.
fn legend(canvas: &Canvas<'_>, layout: &Layout, (arm, against): (&str, &str)) {
    let (arm, against) = (shortened(arm, 16), shortened(against, 16));
    let x = layout.left;
    canvas.ring((x, 12.0), 5.5, Ink::Other);
    canvas.text((x + 11.0, 12.0), &against, Ink::Plain, Side::Right);
    let x = x + 11.0 + against.chars().count() as f64 * LETTER + GAP;
    canvas.dot((x, 12.0), 5.0, Ink::Strong);
    canvas.text((x + 11.0, 12.0), &arm, Ink::Plain, Side::Right);
}

/// The figure in words: its lines, unless they are so many that only the table can hold them.
fn alt(what: &str, entries: &[Entry<'_>], spoken: impl Fn(&Entry<'_>) -> String) -> String {
    let lines: Vec<String> = entries.iter().take(12).map(spoken).collect();
    let more = if entries.len() > lines.len() { "; and more in the table" } else { "" };
    format!("{what}. {}{more}.", lines.join("; "))
}

/// A line is high enough for its text.
const _: () = assert!(LINE > TEXT);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::row;

    #[test]
    fn axes_begin_and_end_on_round_numbers() {
        let close = |(low, high, step): (f64, f64, f64), expected: (f64, f64, f64)| {
            let off = (low - expected.0).abs() + (high - expected.1).abs() + step - expected.2;
            assert!(off < 1e-9, "{low} {high} {step}");
        };
        close(rounded((-0.27, 0.21)), (-0.3, 0.3, 0.1));
        close(rounded((0.6, 1.0)), (0.6, 1.0, 0.1));
        close(rounded((-0.02, 0.05)), (-0.02, 0.05, 0.01));
    }

    #[test]
    fn a_limit_without_end_does_not_press_the_rest_together() {
        let rough = row(&["r"], Some((0.4, -2_000.0, 0.99)));
        let entries = [Entry { block: None, name: "r".into(), row: &rough }];
        let (low, high) = nsg_range(&entries);
        assert!(low > -1.0 && high < 1.0);
    }

    #[test]
    fn an_undefined_figure_says_so() {
        let silent = row(&["r"], None);
        let entries = [Entry { block: Some("d".into()), name: "r".into(), row: &silent }];
        assert!(forest(&entries, "by reference", 0.95).contains("undefined"));
        assert!(dumbbell(&entries, "by reference", ("with", "without")).contains("undefined"));
    }
}
