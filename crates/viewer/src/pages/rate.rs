//! The page of a rater: one case, blinded, and nothing that leads away from it.

use super::{Page, Refused};
use crate::query::field;
use crate::server::Viewer;
use foretell_core::ConfidenceLevel;
use foretell_study::{HUMAN_ARMS, Rating, Ratings};
use minijinja::context;
use std::sync::{Mutex, MutexGuard};

const LEVELS: [ConfidenceLevel; 3] =
    [ConfidenceLevel::Low, ConfidenceLevel::Medium, ConfidenceLevel::High];

/// Longer than anyone looks at a case: a page left open over night says nothing.
const LONGEST_S: f64 = 86_400.0;

/// The ratings that a link is of, and its rater.
fn open<'a>(viewer: &'a Viewer, token: &str) -> Result<(MutexGuard<'a, Ratings>, u32), Refused> {
    viewer.open_ratings()?;
    let all: &'a [Mutex<Ratings>] = viewer.ratings();
    for ratings in all {
        let ratings = ratings.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(rater) = ratings.rater(token) {
            return Ok((ratings, rater));
        }
    }
    Err(Refused::missing("this link belongs to no rater of the runs served here"))
}

/// The next case of a rater.
pub(crate) fn rate(viewer: &Viewer, token: &str) -> Result<Page, Refused> {
    let (ratings, rater) = open(viewer, token)?;
    page(viewer, &ratings, rater, token, None)
}

/// Keeps an answer, and shows what is next.
pub(crate) fn answer(viewer: &Viewer, token: &str, form: &str) -> Result<Page, Refused> {
    let (mut ratings, rater) = open(viewer, token)?;
    let position = field(form, "position").and_then(|position| position.parse().ok());
    let level = field(form, "confidence");
    let confidence = LEVELS.into_iter().find(|known| Some(known.as_str()) == level.as_deref());
    let (Some(position), Some(confidence), Some(answer)) =
        (position, confidence, field(form, "answer"))
    else {
        let fault = "Choose an answer and how sure you are; nothing was saved.";
        return page(viewer, &ratings, rater, token, Some(fault));
    };
    let seconds = field(form, "seconds").and_then(|seconds| seconds.parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| (0.0..LONGEST_S).contains(seconds));
    match ratings.keep(Rating { rater, position, answer, confidence, seconds }) {
        // Back to the link itself, so that reloading sends nothing again.
        Ok(_) => Ok(Page::see_other(format!("/rate/{token}"))),
        Err(fault) => page(viewer, &ratings, rater, token, Some(&fault.to_string())),
    }
}

fn page(
    viewer: &Viewer,
    ratings: &Ratings,
    rater: u32,
    token: &str,
    fault: Option<&str>,
) -> Result<Page, Refused> {
    let (done, all) = ratings.progress(rater);
    let task = ratings.next(rater);
    let case = task.map(|task| (task, ratings.study().case(task)));
    let shown = case.map(|(task, case)| {
        context! {
            position => task.position,
            context => &case.context,
            meanings => case.meanings.iter().map(|(label, meaning)| context! { label, meaning }).collect::<Vec<_>>(),
            original => &case.original,
            original_answer => &case.original_answer,
            explanation => (task.arm == HUMAN_ARMS[0]).then_some(&case.explanation),
            factors => case.factors.clone(),
            other_info => case.other_info.clone(),
            counterfactual => &case.counterfactual,
            check => &task.check,
            labels => case.labels.clone(),
        }
    });
    let page = viewer.render(
        "rate",
        context! {
            action => format!("/rate/{token}"),
            rater, done, all, fault,
            case => shown,
            levels => LEVELS.map(ConfidenceLevel::as_str),
        },
    )?;
    Ok(Page::html(page))
}
