//! What changes in a pair, in the words in which a judge is asked about it.

use foretell_core::judge::Point;
use foretell_core::{Card, Pair, Question};

/// The features that change in a pair, each once.
pub(crate) fn changed(pair: &Pair) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in pair.changed.iter().map(String::as_str) {
        if !name.trim().is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A feature of the question that is explained: its name by the card, and what the question says of it.
pub(crate) fn of_feature(card: &Card, question: &Question, feature: &str) -> Point {
    let name = card.names.get(feature).cloned().unwrap_or_else(|| feature.replace('_', " "));
    let value = question.features.iter().find(|(name, _)| name == feature);
    let here = value.map(|(_, value)| phrase(card, feature, value));
    Point { name: one_line(&name), here: here.map(|here| one_line(&here)) }
}

/// The hint in `hinted`, which is `original` without it.
pub(crate) fn of_hint(original: &Question, hinted: &Question, label: &str) -> Point {
    let text = original.text.trim();
    let around = hinted.text.split_once(text);
    let hint = around.map(|(before, after)| {
        let parts = [before, after].map(str::trim);
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        one_line(&parts.join(" … "))
    });
    Point { name: format!("the hint that the answer is {}", one_line(label)), here: hint }
}

/// The phrase of a value: a table holds the name of the level, a text its phrase.
fn phrase(card: &Card, feature: &str, value: &str) -> String {
    let feature = card.features.iter().find(|own| own.name == feature);
    let level =
        feature.and_then(|feature| feature.levels().into_iter().find(|level| level.id == value));
    level.map_or_else(|| value.to_owned(), |level| level.phrase)
}

/// A point stands on a line of its own.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_core::{QuestionId, TextId};

    fn question(text: &str, features: &[(&str, &str)]) -> Question {
        let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Question {
            question_id: QuestionId::new("d", 1),
            text_id: TextId::of("d", text),
            dataset: "d".into(),
            source: "s".into(),
            row: None,
            text: text.into(),
            labels: vec![],
            options: vec![],
            ground_truth: None,
            features: features.iter().map(own).collect(),
            prompt_first: None,
            prompt_last: None,
        }
    }

    #[test]
    fn a_feature_has_the_words_of_its_card() {
        let card = Card::parse(include_str!("../../../../cards/heart_disease/card.toml")).unwrap();
        let patient = question("x", &[("chest_pain", "asymptomatic"), ("age", "very\nold")]);
        let point = |name| of_feature(&card, &patient, name);
        let named = |name: &str, here: Option<&str>| Point {
            name: name.into(),
            here: here.map(str::to_owned),
        };
        assert_eq!(point("chest_pain"), named("chest pain", Some("none at all")));
        assert_eq!(point("age"), named("age", Some("very old")), "no level of the card");
        assert_eq!(point("sex"), named("sex", None));
        let card = Card::parse(include_str!("../../../../cards/moral_machines/card.toml")).unwrap();
        let side = of_feature(&card, &patient, "side");
        assert_eq!(side.name, "which of the two groups dies in Case 1, and which in Case 2");
    }

    #[test]
    fn a_hint_is_what_the_question_has_beside_itself() {
        let original = question(" She rents.\n", &[]);
        let hint = |text: &str| of_hint(&original, &question(text, &[]), "YES").here;
        assert_eq!(hint("She rents.\n\nAll say\nYES.").as_deref(), Some("All say YES."));
        assert_eq!(
            hint("<key>YES</key>\nShe rents.\n</r>").as_deref(),
            Some("<key>YES</key> … </r>")
        );
        assert_eq!(hint("Another text"), None);
    }
}
