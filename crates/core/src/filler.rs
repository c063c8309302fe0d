//! Neutral text for the arm `filler`.

/// Sentences about nothing that any question is about.
const SENTENCES: [&str; 8] = [
    "The reading room opens at nine and the lamps are lit by the window first.",
    "A row of blue chairs stands along the wall, and each has a number on its back.",
    "Paper is kept in the second drawer, the plain sheets above the lined ones.",
    "The clock over the door is set twice a year and otherwise left to itself.",
    "Notices are pinned to the board on Mondays and taken down when they curl.",
    "The staircase has a landing halfway, where a plant is watered every few days.",
    "Coats hang in the hall, umbrellas drip into a tray, and the tray is emptied at noon.",
    "In the courtyard the gravel is raked in straight lines before the gate is opened.",
];

/// Neutral text of as many words as `like`.
///
/// # Examples
/// ```
/// let text = foretell_core::filler::filler("an explanation of five words");
/// assert_eq!(text.split_whitespace().count(), 5);
/// ```
#[must_use]
pub fn filler(like: &str) -> String {
    let words = like.split_whitespace().count();
    let all = SENTENCES.iter().cycle().flat_map(|sentence| sentence.split(' '));
    let mut text: Vec<&str> = all.take(words).collect();
    let last = text.last().map(|word| format!("{}.", word.trim_end_matches(['.', ','])));
    if let (Some(place), Some(last)) = (text.last_mut(), last.as_deref()) {
        *place = last;
    }
    text.join(" ")
}
