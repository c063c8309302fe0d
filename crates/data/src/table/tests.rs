use super::*;
use foretell_core::Card;

const CARD: &str = r#"
id = "toys"
title = "Toys"
labels = ["KEPT", "RETURNED"]
context = "Toys sold by a shop."
text = "The toy costs {{ price }}, weighs {{ weight }}, and is {{ colour }}."
[roles]
decider = "a shopkeeper"
subject = "toy"
task = "tell whether a toy was returned"
[meanings]
KEPT = "it was kept"
RETURNED = "it was returned"
[source]
file = "toys.csv"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
licence = "CC0"
citation = "none"
[clean]
drop = [{ cells = "?" }]
fill = [{ cells = "0", columns = ["weight"], with = "median" }]
drop_duplicates = true
[target]
column = "back"
bins = [{ upto = 0, label = "KEPT" }, { label = "RETURNED" }]
[[feature]]
name = "price"
bins = [{ from = 0, below = 10, phrase = "less than 10" }, { phrase = "10 or more" }]
[[feature]]
name = "weight"
bins = [{ upto = 5, phrase = "at most 5" }, { phrase = "more than 5" }]
[[feature]]
name = "colour"
values = [{ cell = "r", phrase = "red" }, { cell = "g", phrase = "green" }]
"#;

fn table(card: &str, text: &str) -> Result<Table, Vec<String>> {
    let card = Card::parse(card).unwrap();
    Table::of(card.tabular().unwrap(), text.as_bytes(), "0".into())
        .map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

const ROWS: &str = "price,weight,colour,back,note
5,2,r,0,
12,0,g,3,
7,9,r,0,?
12,8,g,1,
5.0,3,r,0,
5,3,r,1,
";

#[test]
fn rows_are_dropped_filled_encoded_and_counted_once() {
    let table = table(CARD, ROWS).unwrap();
    // Line 4 has a `?`; line 3 weighs the median of 2, 8, 3 and 3, which is 3; line 6 repeats line 2.
    assert_eq!(table.cleaned(), (6, 1, 1));
    assert_eq!((table.rows(), table.width()), (4, 3));
    assert_eq!(table.codes(), [0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0]);
    assert_eq!(table.label_codes(), [0, 1, 1, 1]);
    assert_eq!((0..4).map(|row| table.line(row)).collect::<Vec<_>>(), [2, 3, 5, 7]);
    assert_eq!(table.text_classes(), [0, 1, 2, 0]);
}

#[test]
fn a_row_is_a_question() {
    let question = table(CARD, ROWS).unwrap().question(2);
    assert_eq!(question.question_id.as_str(), "toys/2");
    assert_eq!(question.text, "The toy costs 10 or more, weighs more than 5, and is green.");
    assert_eq!(question.ground_truth.as_deref(), Some("RETURNED"));
    assert_eq!(question.features[2], ("colour".to_owned(), "green".to_owned()));
    assert_eq!(question.row, Some(2));
}

#[test]
fn texts_that_coincide_are_one_class() {
    let card = CARD.replace(
        "is {{ colour }}",
        "{% if weight == 'at most 5' %}x{% else %}{{ colour }}{% endif %}",
    );
    let rows = "price,weight,colour,back\n5,2,r,0\n5,2,g,0\n5,8,r,0\n5,8,g,0\n";
    assert_eq!(table(&card, rows).unwrap().text_classes(), [0, 0, 1, 2]);
}

#[test]
fn every_cell_without_a_phrase_or_label_is_named() {
    let rows = "price,weight,colour,back\n-1,2,blue,0\n5,x,r,no\n5,1,blue,0\n?,y,z,u\n";
    let faults = table(CARD, rows).unwrap_err();
    assert_eq!(
        faults,
        [
            "column `price`: `feature.price` of the card has no phrase for `-1` (line 2)",
            "column `weight`: `feature.weight` of the card has no phrase for `x` (line 3)",
            "column `colour`: `feature.colour` of the card has no phrase for `blue` (line 2 and 1 more)",
            "column `back`: `target` of the card has no label for `no` (line 3)",
        ]
    );
}

#[test]
fn every_missing_column_is_named() {
    let faults = table(CARD, "price,color,back\n1,r,0\n").unwrap_err();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(
        faults[0].contains("no column `weight`") && faults[0].contains("`color`"),
        "{faults:?}"
    );
    assert!(
        faults[1].contains("`feature.colour`") && faults[2].contains("`clean.fill`"),
        "{faults:?}"
    );
}

#[test]
fn nothing_left_is_a_fault() {
    let faults = table(CARD, "price,weight,colour,back\n1,?,r,0\n").unwrap_err();
    assert_eq!(faults, ["no rows: 1 of 1 were dropped by `clean.drop`"]);
    let faults = table(CARD, "price,weight,colour,back\n1,0,r,0\n").unwrap_err();
    assert_eq!(faults[0], "column `weight`: no number to take the median of");
}
