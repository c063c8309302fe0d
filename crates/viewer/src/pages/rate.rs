//! The pages of a rater: one case, blinded, and nothing that leads away from it.
//!
//! Every case has an address of its own, so that Back and Forward of a browser move among them. The
//! next case takes an answer, the one answered last a correction; those before it only say that they
//! are answered.

use super::{Page, Refused};
use crate::query::field;
use crate::server::Viewer;
use foretell_core::ConfidenceLevel;
use foretell_study::{Given, HUMAN_ARMS, Rated, Rating, Ratings, Task, Texts};
use minijinja::{Value, context};
use std::sync::{Mutex, MutexGuard};

const LEVELS: [ConfidenceLevel; 3] =
    [ConfidenceLevel::Low, ConfidenceLevel::Medium, ConfidenceLevel::High];

/// Longer than anyone looks at a case: a page left open over night says nothing.
const LONGEST_S: f64 = 86_400.0;

/// The place after the last case.
const END: &str = "end";

/// One rater at their link.
struct Seat<'a> {
    viewer: &'a Viewer,
    ratings: MutexGuard<'a, Ratings>,
    rater: u32,
    /// Path of the link.
    path: String,
}

/// The ratings that a link is of, and its rater.
fn open<'a>(viewer: &'a Viewer, token: &str) -> Result<Seat<'a>, Refused> {
    viewer.open_ratings()?;
    let all: &'a [Mutex<Ratings>] = viewer.ratings();
    for ratings in all {
        let ratings = ratings.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(rater) = ratings.rater(token) {
            return Ok(Seat { viewer, ratings, rater, path: format!("/rate/{token}") });
        }
    }
    Err(Refused::missing("this link belongs to no rater of the runs served here"))
}

/// The link itself: leads to the next case of its rater.
pub(crate) fn rate(viewer: &Viewer, token: &str) -> Result<Page, Refused> {
    let seat = open(viewer, token)?;
    Ok(Page::see_other(seat.next()))
}

/// One case of a rater, or what is at its place.
pub(crate) fn rate_at(viewer: &Viewer, token: &str, place: &str) -> Result<Page, Refused> {
    let seat = open(viewer, token)?;
    let task = place.parse().ok().and_then(|position| seat.ratings.task(seat.rater, position));
    let Some(task) = task else {
        let ends = place == END && seat.ratings.next(seat.rater).is_none();
        return if ends { seat.page(None, None) } else { Ok(Page::see_other(seat.next())) };
    };
    let is_next = seat.ratings.next(seat.rater) == Some(task);
    if is_next || seat.ratings.given(task).is_some() {
        seat.page(Some(task), None)
    } else {
        // Not its turn yet.
        Ok(Page::see_other(seat.next()))
    }
}

/// Keeps an answer or a correction, and leads on.
pub(crate) fn answer(viewer: &Viewer, token: &str, form: &str) -> Result<Page, Refused> {
    let mut seat = open(viewer, token)?;
    let position = field(form, "position").and_then(|position| position.parse().ok());
    let level = field(form, "confidence");
    let confidence = LEVELS.into_iter().find(|known| Some(known.as_str()) == level.as_deref());
    let (Some(position), Some(confidence), Some(answer)) =
        (position, confidence, field(form, "answer"))
    else {
        let fault = "Choose an answer and how sure you are; nothing was saved.";
        return seat.page(seat.ratings.next(seat.rater), Some(fault));
    };
    let seconds = field(form, "seconds").and_then(|seconds| seconds.parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| (0.0..LONGEST_S).contains(seconds));
    let corrects = field(form, "corrects").is_some();
    let rater = seat.rater;
    let rating = Rating { rater, position, answer: answer.clone(), confidence, seconds, corrects };
    match seat.ratings.keep(rating) {
        // From another window of the same rater: shows what was kept, which can still be corrected.
        Ok(Rated::Known) if !seat.holds(position, &answer, confidence) => {
            Ok(Page::see_other(format!("{}/{position}", seat.path)))
        }
        // Another address, so that reloading sends nothing again.
        Ok(_) => Ok(Page::see_other(seat.next())),
        Err(fault) => seat.page(seat.ratings.next(rater), Some(&fault.to_string())),
    }
}

impl Seat<'_> {
    /// Where to go on.
    fn next(&self) -> String {
        let next = self.ratings.next(self.rater);
        let place = next.map_or_else(|| END.to_owned(), |task| task.position.to_string());
        format!("{}/{place}", self.path)
    }

    /// Whether an answer is the one that counts.
    fn holds(&self, position: u32, answer: &str, confidence: ConfidenceLevel) -> bool {
        let task = self.ratings.task(self.rater, position);
        let given = task.and_then(|task| self.ratings.given(task));
        given.is_some_and(|given| given.answer == answer && given.confidence == confidence)
    }

    /// The page of a task, or the one after all of them.
    fn page(&self, task: Option<&Task>, fault: Option<&str>) -> Result<Page, Refused> {
        let (done, all) = self.ratings.progress(self.rater);
        let last = self.ratings.last(self.rater);
        let given = task.and_then(|task| self.ratings.given(task));
        // Earlier cases are not shown again: what can be read there changes nothing any more.
        let case = task.filter(|_| given.is_none() || task == last);
        let case = case.map(|task| shown(task, self.ratings.study().case(task), given));
        let undo = last.filter(|_| task != last).map(|task| task.position);
        let page = self.viewer.render(
            "rate",
            context! {
                action => &self.path,
                rater => self.rater,
                position => task.map(|task| task.position),
                next => self.next(),
                levels => LEVELS.map(ConfidenceLevel::as_str),
                done, all, fault, case, undo,
            },
        )?;
        Ok(Page::html(page))
    }
}

/// What a rater sees of a case: never the target.
fn shown(task: &Task, case: &Texts, given: Option<&Given>) -> Value {
    let meanings = case.meanings.iter().map(|(label, meaning)| context! { label, meaning });
    context! {
        context => &case.context,
        meanings => meanings.collect::<Vec<_>>(),
        original => &case.original,
        original_answer => &case.original_answer,
        explanation => (task.arm == HUMAN_ARMS[0]).then_some(&case.explanation),
        factors => &case.factors,
        other_info => &case.other_info,
        counterfactual => &case.counterfactual,
        check => &task.check,
        labels => &case.labels,
        given => given.map(|given| context! {
            answer => &given.answer,
            confidence => given.confidence.as_str(),
        }),
    }
}
