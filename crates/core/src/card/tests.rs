use super::*;

const CARD: &str = "id = 'x'\ntitle = 'X'\nlabels = ['A', 'B']\n[roles]\ndecider = 'd'\nsubject = 's'\ntask = 't'\n";

/// A tabular card, whole and sound.
const TABLE: &str = r#"
id = "toys"
title = "Toys"
labels = ["KEPT", "RETURNED"]
context = "Toys sold by a shop."
text = "The toy costs {{ price }}, and its colour is {{ colour }}."
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
[target]
column = "back"
values = { KEPT = "0", RETURNED = ["1", "2"] }
[[feature]]
name = "price"
bins = [
    { below = 10, phrase = "less than 10 dollars" },
    { exact = 10, phrase = "10 dollars" },
    { above = 10, upto = 20, phrase = "up to 20 dollars" },
    { phrase = "more than 20 dollars" },
]
values = [{ cell = "?", id = "unknown", phrase = "a sum that nobody noted" }]
[[feature]]
name = "colour"
column = "color"
values = [{ cell = "r", phrase = "red" }, { cell = ["g", "G"], phrase = "green" }]
"#;

#[track_caller]
fn faults(text: &str) -> Vec<String> {
    match Card::parse(text) {
        Err(CardError::Fields { faults, .. }) => faults.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unknown_field_is_named() {
    let error = Card::parse(&CARD.replace("title", "tittle")).unwrap_err().to_string();
    assert!(error.contains("tittle"), "{error}");
    let error = Card::parse(&TABLE.replace("upto", "up_to")).unwrap_err().to_string();
    assert!(error.contains("up_to"), "{error}");
}

#[test]
fn labels_have_no_white_space_around_them() {
    let faults = faults(&CARD.replace("'A'", "'A '"));
    assert_eq!(faults[0], "field `labels`: `A ` has white space around it");
}

#[test]
fn meanings_fit_the_labels() {
    let faults = faults(&format!("{CARD}[meanings]\nC = 'c'\n"));
    let said = [
        "field `meanings.C`: the card has no such label",
        "field `meanings`: nothing says what `A` means",
        "field `meanings`: nothing says what `B` means",
    ];
    assert_eq!(faults, said);
}

#[test]
fn every_number_has_its_bin_and_every_cell_its_value() {
    let card = Card::parse(TABLE).unwrap();
    let [price, colour] = &card.features[..] else { panic!("{:?}", card.features) };
    let ids: Vec<String> = price.levels().into_iter().map(|level| level.id).collect();
    assert_eq!(ids, ["below_10", "10", "upto_20", "above_20", "unknown"]);
    for (cell, level) in [("-3", 0), ("9.99", 0), ("10.0", 1), ("10.5", 2), ("20", 2), ("1e9", 3)] {
        assert_eq!(price.level_of(cell), Some(level), "{cell}");
    }
    assert_eq!(
        (price.level_of("?"), price.level_of(""), price.level_of("x")),
        (Some(4), None, None)
    );
    assert_eq!((colour.level_of("G"), colour.level_of("b")), (Some(1), None));
    assert_eq!(colour.column(), "color");
    let target = card.tabular().unwrap().target;
    assert_eq!((target.label_of("2.0"), target.label_of("3")), (Some("RETURNED"), None));
}

#[test]
fn a_first_bin_that_states_its_start_is_bounded() {
    let text = TABLE.replace("{ below = 10", "{ from = 0, below = 10");
    let card = Card::parse(&text).unwrap();
    assert_eq!((card.features[0].level_of("0"), card.features[0].level_of("-1")), (Some(0), None));
}

#[test]
fn a_card_is_written_as_it_was_read() {
    let card = Card::parse(TABLE).unwrap();
    let written = toml::to_string(&card).unwrap();
    assert_eq!(toml::from_str::<Card>(&written).unwrap(), card);
    let plain = Card::parse(CARD).unwrap();
    let written = toml::to_string(&plain).unwrap();
    assert!(!written.contains("read") && !written.contains("clean"), "{written}");
    assert_eq!(toml::from_str::<Card>(&written).unwrap(), plain);
}

#[test]
fn bins_meet_each_other_and_the_last_is_open() {
    let gap = faults(&TABLE.replace("above = 10, upto", "above = 12, upto"));
    assert_eq!(
        gap,
        ["field `feature.price.bins`: bin `upto_20` begins above 12, and the one before it ends \
          upto 10: a gap; write `above = 10`, or drop the start"]
    );
    let overlap = faults(&TABLE.replace("above = 10, upto", "from = 10, upto"));
    assert!(
        overlap[0].contains("begins from 10") && overlap[0].contains("an overlap"),
        "{overlap:?}"
    );
    let order = faults(&TABLE.replace("above = 10, upto = 20", "upto = 5"));
    assert!(order[0].contains("bin `upto_5` ends upto 5, not past its start"), "{order:?}");
    let closed = faults(&TABLE.replace("{ phrase = \"more", "{ upto = 99, phrase = \"more"));
    assert!(closed[0].contains("bin `upto_99` is the last one and has to be open"), "{closed:?}");
    let open = faults(&TABLE.replace("{ below = 10,", "{"));
    assert!(open[0].contains("is open, and yet others follow"), "{open:?}");
}

#[test]
fn all_faults_are_said_at_once() {
    let text = TABLE
        .replace("context = \"Toys sold by a shop.\"", "")
        .replace("phrase = \"green\"", "phrase = \"red\"")
        .replace("RETURNED = \"it was returned\"", "")
        .replace("RETURNED = [\"1\", \"2\"]", "LOST = \"1\"")
        .replace("file = \"", "file = \"../")
        .replace(", and its colour is {{ colour }}", "");
    let faults = faults(&text).join("\n");
    for said in [
        "field `context`: it is empty",
        "field `meanings`: nothing says what `RETURNED` means",
        "field `source.file`: `../toys.csv` has to be a plain file name",
        "field `target`: the card has no label `LOST`",
        "field `target`: no value gives the label `RETURNED`",
        "field `feature.colour`: two of its levels have the phrase \"red\"",
        "field `text`: the feature `colour` is missing in it",
    ] {
        assert!(faults.contains(said), "`{said}` is missing in:\n{faults}");
    }
}

#[test]
fn cards_are_frozen_whole_in_one_file() {
    let texts = [
        include_str!("../../../../cards/attrition/card.toml"),
        include_str!("../../../../cards/bank_marketing/card.toml"),
        include_str!("../../../../cards/heart_disease/card.toml"),
        include_str!("../../../../cards/moral_machines/card.toml"),
        include_str!("../../../../cards/pima_diabetes/card.toml"),
    ];
    let cards: BTreeMap<String, Card> = texts
        .into_iter()
        .map(|text| Card::parse(text).unwrap())
        .map(|card| (card.id.clone(), card))
        .collect();
    let frozen = toml::to_string(&cards).unwrap();
    assert_eq!(toml::from_str::<BTreeMap<String, Card>>(&frozen).unwrap(), cards);
}

proptest::proptest! {
    #[test]
    fn every_number_has_one_bin_and_bins_are_in_order(
        ends in proptest::collection::vec((-50_i32..50, proptest::bool::ANY), 1..8),
        cell in -60.0_f64..60.0,
    ) {
        let mut ends: Vec<Edge> =
            ends.into_iter().map(|(at, after)| Edge { at: f64::from(at), after }).collect();
        ends.sort_by(|a, b| a.compare(*b));
        ends.dedup();
        let bin = |end: &Edge| Bin {
            upto: end.after.then_some(end.at),
            below: (!end.after).then_some(end.at),
            phrase: end.to_string(),
            ..Bin::default()
        };
        let mut bins: Vec<Bin> = ends.iter().map(bin).collect();
        bins.push(Bin { phrase: "more".into(), ..Bin::default() });
        let feature = Feature { name: "x".into(), column: None, bins, values: Vec::new() };
        for number in [cell, cell.round()] {
            let place = feature.level_of(&number.to_string()).unwrap();
            proptest::prop_assert!(ends[..place].iter().all(|end| !end.is_after(number)));
            proptest::prop_assert!(ends[place..].iter().all(|end| end.is_after(number)));
        }
    }

    #[test]
    fn no_text_panics_the_reader_of_cards(text in ".{0,80}", at in 0_usize..1500) {
        let mut at = at.min(TABLE.len());
        while !TABLE.is_char_boundary(at) {
            at -= 1;
        }
        let _ = Card::parse(&format!("{}{text}{}", &TABLE[..at], &TABLE[at..]));
        let _ = TextTemplate::faults(&text, &[]);
    }
}
