//! What an address names that there is not, in words: nobody takes another figure for the one asked for.

use crate::query::{Effect, Query, Sort, field};
use crate::run_data::RunData;
use foretell_analysis::Contrast;

/// What is said of the names in an address that a run does not know.
pub(crate) fn notices(run: &RunData, asked: &str, query: &Query) -> Vec<String> {
    let choices = &run.choices;
    let named = [
        ("dataset", &query.dataset, &choices.datasets),
        ("reference", &query.reference, &choices.references),
        ("predictor", &query.predictor, &choices.predictors),
        ("changed feature", &query.changed, &choices.changed),
        ("outcome", &query.outcome, &choices.outcomes),
    ];
    let unknown = named.into_iter().filter(|(_, value, known)| {
        !value.is_empty() && !known.iter().any(|known| known == *value)
    });
    let mut notices: Vec<String> = unknown
        .map(|(what, value, known)| {
            let known = listed(known.iter().map(String::as_str));
            format!("no {what} `{value}` in this run, so that no case is shown; there is {known}")
        })
        .collect();
    notices.extend(ignored(asked));
    notices.extend(arms(run, asked, query));
    notices
}

/// Values that are none of those a filter can have, which are left aside.
fn ignored(asked: &str) -> Vec<String> {
    let known: [(&str, &str, Vec<&str>); 3] = [
        ("effect", "cases of every effect are shown", Effect::ALL.map(Effect::as_str).to_vec()),
        ("switched", "cases are shown whether it switched or not", vec!["yes", "no"]),
        ("sort", "the order is that of the run", Sort::ALL.map(Sort::as_str).to_vec()),
    ];
    let said = known.into_iter().filter_map(|(name, instead, known)| {
        let value = field(asked, name)?.trim().to_owned();
        let fits = value.is_empty() || known.contains(&&*value);
        let known = listed(known.into_iter());
        (!fits).then(|| {
            format!("`{value}` is no value of `{name}`, so that {instead}; it can be {known}")
        })
    });
    said.collect()
}

fn arms(run: &RunData, asked: &str, query: &Query) -> Vec<String> {
    let Contrast { arm, against } = &query.contrast;
    let plain = Contrast::default();
    let wanted = |name, plain: String| match field(asked, name) {
        Some(value) if !value.trim().is_empty() => value.trim().to_owned(),
        _ => plain,
    };
    let [one, other] = [wanted("arm", plain.arm), wanted("against", plain.against)];
    let same = (one == other).then(|| {
        format!("`{one}` is not compared with itself: shown is `{arm}` against `{against}`")
    });
    let unknown = [arm, against].into_iter().filter(|name| !run.choices.arms.contains(name));
    let unknown = unknown.map(|name| {
        let known = listed(run.choices.arms.iter().map(String::as_str));
        format!("no arm `{name}` in this run, so that nothing is compared; there is {known}")
    });
    same.into_iter().chain(unknown).collect()
}

/// Names in words, the first few where they are many.
fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const FEW: usize = 8;
    let more = names.len().saturating_sub(FEW);
    let few: Vec<String> = names.take(FEW).map(|name| format!("`{name}`")).collect();
    match (few.is_empty(), more) {
        (true, _) => "none".to_owned(),
        (false, 0) => few.join(", "),
        (false, more) => format!("{} and {more} more", few.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_no_filter_has_is_named_with_those_it_has() {
        assert!(ignored("effect=misled&switched=no&sort=&text=nope").is_empty());
        let said = ignored("effect=nope&switched=perhaps");
        assert!(said.len() == 2 && said[0].contains("`nope`") && said[0].contains("`misled-all`"));
    }

    #[test]
    fn many_names_are_cut() {
        assert_eq!(listed([].into_iter()), "none");
        assert_eq!(listed(["a", "b"].into_iter()), "`a`, `b`");
        assert!(listed(["x"; 10].into_iter()).ends_with("`x` and 2 more"));
    }
}
