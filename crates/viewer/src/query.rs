//! What is looked at, as the address of a page says it: every filter, the order and the page.

use foretell_analysis::Contrast;
use form_urlencoded::{Serializer, parse};

/// What an effect of the treated arm on one guess, or on all of a case, is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// Wrong in the baseline, right in the treated arm.
    Helped,
    /// Right in the baseline, wrong in the treated arm.
    Misled,
    /// Every predictor of the case was helped.
    HelpedAll,
    /// Every predictor of the case was misled.
    MisledAll,
    /// Every predictor gave the same wrong answer in the treated arm.
    Egregious,
    /// Right in both arms.
    BothRight,
    /// Wrong in both arms.
    BothWrong,
}

impl Effect {
    pub(crate) const ALL: [Self; 7] = [
        Self::Helped,
        Self::Misled,
        Self::HelpedAll,
        Self::MisledAll,
        Self::Egregious,
        Self::BothRight,
        Self::BothWrong,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Helped => "helped",
            Self::Misled => "misled",
            Self::HelpedAll => "helped-all",
            Self::MisledAll => "misled-all",
            Self::Egregious => "egregious",
            Self::BothRight => "both-right",
            Self::BothWrong => "both-wrong",
        }
    }

    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Helped => "helped a predictor",
            Self::Misled => "misled a predictor",
            Self::HelpedAll => "helped all predictors",
            Self::MisledAll => "misled all predictors",
            Self::Egregious => "all wrong alike (egregious)",
            Self::BothRight => "right in both arms",
            Self::BothWrong => "wrong in both arms",
        }
    }
}

/// The order of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sort {
    /// As the tables have them.
    #[default]
    Run,
    /// Those that misled most predictors first.
    Misled,
    /// Those that helped most predictors first.
    Helped,
}

impl Sort {
    pub(crate) const ALL: [Self; 3] = [Self::Run, Self::Misled, Self::Helped];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Misled => "misled",
            Self::Helped => "helped",
        }
    }

    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Run => "as in the run",
            Self::Misled => "most misled first",
            Self::Helped => "most helped first",
        }
    }
}

/// What is looked at. Empty text is no condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) dataset: String,
    pub(crate) reference: String,
    pub(crate) predictor: String,
    /// The feature that changed.
    pub(crate) changed: String,
    /// What became of the treated guess.
    pub(crate) outcome: String,
    pub(crate) effect: Option<Effect>,
    pub(crate) switched: Option<bool>,
    /// Words and quoted phrases in questions, explanations, factors or names of pairs ([`terms`]).
    pub(crate) text: String,
    pub(crate) contrast: Contrast,
    pub(crate) sort: Sort,
    /// From 1.
    pub(crate) page: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            dataset: String::new(),
            reference: String::new(),
            predictor: String::new(),
            changed: String::new(),
            outcome: String::new(),
            effect: None,
            switched: None,
            text: String::new(),
            contrast: Contrast::default(),
            sort: Sort::default(),
            page: 1,
        }
    }
}

impl Query {
    /// Reads an address; what it says of anything else is left to others.
    pub(crate) fn read(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in parse(query.as_bytes()) {
            let value = value.trim().to_owned();
            match &*name {
                "dataset" => read.dataset = value,
                "reference" => read.reference = value,
                "predictor" => read.predictor = value,
                "changed" => read.changed = value,
                "outcome" => read.outcome = value,
                "effect" => read.effect = Effect::ALL.into_iter().find(|e| e.as_str() == value),
                "switched" => {
                    read.switched = match &*value {
                        "yes" => Some(true),
                        "no" => Some(false),
                        _ => None,
                    };
                }
                "text" => read.text = value,
                "arm" if !value.is_empty() => read.contrast.arm = value,
                "against" if !value.is_empty() => read.contrast.against = value,
                "sort" => {
                    let found = Sort::ALL.into_iter().find(|sort| sort.as_str() == value);
                    read.sort = found.unwrap_or_default();
                }
                "page" => read.page = value.parse().ok().filter(|page| *page > 0).unwrap_or(1),
                _ => {}
            }
        }
        read.contrast = apart(read.contrast);
        read
    }

    /// The conditions as name and value, without those that are as they are by themselves.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let plain = Contrast::default();
        let switched = self.switched.map(|switched| if switched { "yes" } else { "no" });
        let unless = |value: &str, plain: &str| {
            if value == plain { String::new() } else { value.to_owned() }
        };
        let fields = [
            ("dataset", self.dataset.clone()),
            ("reference", self.reference.clone()),
            ("predictor", self.predictor.clone()),
            ("changed", self.changed.clone()),
            ("outcome", self.outcome.clone()),
            ("effect", self.effect.map_or("", Effect::as_str).to_owned()),
            ("switched", switched.unwrap_or("").to_owned()),
            ("text", self.text.clone()),
            ("arm", unless(&self.contrast.arm, &plain.arm)),
            ("against", unless(&self.contrast.against, &plain.against)),
            ("sort", unless(self.sort.as_str(), Sort::default().as_str())),
            ("page", unless(&self.page.to_string(), "1")),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The address of `path` with these conditions and `more`.
    pub(crate) fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let fields = self.fields();
        let all =
            fields.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied());
        address(path, all)
    }

    /// How many conditions leave anything out.
    pub(crate) fn conditions(&self) -> usize {
        let about = ["sort", "page", "arm", "against"];
        self.fields().iter().filter(|(name, _)| !about.contains(name)).count()
    }
}

/// Two arms that are not one: an arm against itself tells nothing, so that one gives way to what is
/// compared unasked.
fn apart(contrast: Contrast) -> Contrast {
    let plain = Contrast::default();
    match contrast {
        Contrast { arm, against } if arm != against => Contrast { arm, against },
        Contrast { arm, .. } if arm != plain.against => Contrast { arm, against: plain.against },
        _ => plain,
    }
}

/// What a search asks for: words, and phrases that stand in quotes; each has to occur.
pub(crate) fn terms(text: &str) -> Vec<&str> {
    let in_and_out = text.split('"').enumerate();
    let terms = in_and_out.flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    });
    terms.filter(|term| !term.is_empty()).collect()
}

/// The address of `path` with a query.
pub(crate) fn address<'a>(
    path: &str,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(fields);
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The value of a field of an address.
pub(crate) fn field(query: &str, wanted: &str) -> Option<String> {
    let mut fields = parse(query.as_bytes());
    fields.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

/// One part of a path, such that it stays one whatever it holds.
pub(crate) fn segment(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let query = Query {
            dataset: "a&b".to_owned(),
            text: "ü 100% +x".to_owned(),
            effect: Some(Effect::MisledAll),
            switched: Some(false),
            contrast: Contrast { arm: "shuffled".to_owned(), ..Contrast::default() },
            sort: Sort::Misled,
            page: 7,
            ..Query::default()
        };
        let address = query.address("/run/x", &[("pair", "a/1>2:first")]);
        let (_, written) = address.split_once('?').unwrap();
        assert_eq!(Query::read(written), query);
        assert_eq!(field(written, "pair").as_deref(), Some("a/1>2:first"));
        assert_eq!((query.conditions(), Query::default().fields().len()), (4, 0));
    }

    #[test]
    fn no_arm_is_compared_with_itself() {
        let arms = |query| {
            let Contrast { arm, against } = Query::read(query).contrast;
            [arm, against]
        };
        assert_eq!(arms("arm=without"), ["with", "without"]);
        assert_eq!(arms("against=with"), ["with", "without"]);
        assert_eq!(arms("arm=blind&against=blind"), ["blind", "without"]);
        assert_eq!(arms("arm=without&against=with"), ["without", "with"]);
    }

    #[test]
    fn nonsense_is_no_condition() {
        let read = Query::read("effect=x&page=-1&page=0&sort=&switched=perhaps&arm=");
        assert_eq!(read, Query::default());
    }

    #[test]
    fn a_search_is_for_every_word_and_for_phrases_in_quotes() {
        assert_eq!(terms(" CRIMINAL  homeless"), ["CRIMINAL", "homeless"]);
        assert_eq!(terms("a \"b  c\"d \"\" "), ["a", "b  c", "d"]);
        assert_eq!(terms("say \"not closed yet"), ["say", "not closed yet"]);
        assert!(terms(" \" \"").len() == 1 && terms("\"").is_empty());
    }

    #[test]
    fn a_name_stays_one_part_of_a_path() {
        assert_eq!(segment("../a b"), "..%2Fa%20b");
    }
}
