//! The NSG of one predictor while it is asked, from the moment when its second arm is, for whoever shows the progress: from the replies that
//! came, read as the tables will read them. The figures that count are those of `foretell-analysis`.

use crate::derive::Derived;
use crate::error::StudyError;
use crate::folder::{Frozen, labels_of};
use crate::models::Model;
use crate::progress::{GainSoFar, Meter};
use crate::said::Said;
use foretell_core::{Arm, Pair, PairId};
use foretell_llm::{Ledger, LedgerReader, RequestKey};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// The arms that are compared.
const WITH: &str = "with";
const WITHOUT: &str = "without";

/// Between two looks at what has been settled.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Most time that one look takes: asking needs the processors more.
const LOOK_FOR: Duration = Duration::from_millis(100);

/// Most settled requests that are still read when the stage ends.
const READ_AT_END: usize = 20_000;

/// Most guesses that are remembered until their replies are read; more are left out of the figure.
const REMEMBERED: usize = 500_000;

/// Most guesses whose other arm is waited for; pairs beyond are left out of the figure, in both arms.
const HALVES: usize = 2_000_000;

/// Which guess a request is for.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The number of the reference.
    pub(crate) said: usize,
    pub(crate) pair: &'a Pair,
    pub(crate) answer_repeat: u32,
    pub(crate) repeat: u32,
    pub(crate) arm: &'a Arm,
}

impl<'a> Place<'a> {
    /// The two guesses that are compared have the same.
    fn both(&self) -> Both<'a> {
        (self.said, &self.pair.pair_id, self.answer_repeat, self.repeat)
    }
}

/// Reference, pair and the repeats of both models.
type Both<'a> = (usize, &'a PairId, u32, u32);

/// What the threads that ask tell the one that reads.
#[derive(Default)]
struct Waiting<'a> {
    /// Equal requests are sent once, so one may be for several guesses.
    places: HashMap<RequestKey, Vec<Place<'a>>>,
    settled: Vec<RequestKey>,
}

/// Gathers the guesses of one predictor.
pub(crate) struct Gathering<'a> {
    frozen: &'a Frozen,
    said: &'a [Said],
    model: &'a Model,
    waiting: Mutex<Waiting<'a>>,
}

/// Guesses read so far.
#[derive(Default)]
struct Counts<'a> {
    /// Whether the guess of one arm was right, until that of the other is read.
    half: HashMap<Both<'a>, bool>,
    guesses: u64,
    errors_with: u64,
    errors_without: u64,
}

impl<'a> Counts<'a> {
    fn add(&mut self, place: &Place<'a>, hit: bool) {
        let treated = place.arm.name == WITH;
        let Some(other) = self.half.remove(&place.both()) else {
            if self.half.len() < HALVES {
                self.half.insert(place.both(), hit);
            }
            return;
        };
        let (with, without) = if treated { (hit, other) } else { (other, hit) };
        self.guesses += 1;
        self.errors_with += u64::from(!with);
        self.errors_without += u64::from(!without);
    }

    /// 1 − errors with / errors without.
    fn gain(&self) -> GainSoFar {
        let (with, without) = (self.errors_with as f64, self.errors_without as f64);
        let nsg = (self.errors_without > 0).then(|| 1.0 - with / without);
        GainSoFar { nsg, guesses: self.guesses }
    }
}

impl<'a> Gathering<'a> {
    pub(crate) fn new(frozen: &'a Frozen, said: &'a [Said], model: &'a Model) -> Self {
        Self { frozen, said, model, waiting: Mutex::default() }
    }

    /// A request is made for a guess.
    pub(crate) fn note(&self, key: RequestKey, place: Place<'a>) {
        if !matches!(place.arm.name.as_str(), WITH | WITHOUT) {
            return;
        }
        let mut waiting = self.waiting.lock().expect("no thread panics while it notes");
        if waiting.places.len() < REMEMBERED {
            waiting.places.entry(key).or_default().push(place);
        }
    }

    /// The ledger holds the reply, or one will settle it later.
    pub(crate) fn settle(&self, key: RequestKey) {
        let mut waiting = self.waiting.lock().expect("no thread panics while it notes");
        if waiting.places.contains_key(&key) {
            waiting.settled.push(key);
        }
    }

    /// Reads what is settled and tells the meter, until the other side of `end` is dropped. What
    /// cannot be read is left out here: the derivation of the tables meets it too, and says so.
    pub(crate) fn follow(&self, ledger: &Ledger, meter: &dyn Meter, end: &Receiver<()>) {
        let Ok(reader) = ledger.reader() else { return };
        let mut counts = Counts::default();
        loop {
            let goes_on = end.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout);
            let keys = self.take(goes_on);
            let (start, before) = (Instant::now(), counts.guesses);
            let mut left = keys.into_iter();
            for key in left.by_ref() {
                // A reply that cannot be read is not counted.
                let _ = self.read(key, &reader, &mut counts);
                if goes_on && start.elapsed() > LOOK_FOR {
                    break;
                }
            }
            self.put_back(left);
            if counts.guesses > before {
                meter.gain(counts.gain());
            }
            if !goes_on {
                return;
            }
        }
    }

    /// What is settled; nothing at the end, where it is too much.
    fn take(&self, goes_on: bool) -> Vec<RequestKey> {
        let mut waiting = self.waiting.lock().expect("no thread panics while it notes");
        let settled = std::mem::take(&mut waiting.settled);
        if goes_on || settled.len() <= READ_AT_END { settled } else { Vec::new() }
    }

    fn put_back(&self, keys: impl ExactSizeIterator<Item = RequestKey>) {
        if keys.len() > 0 {
            let mut waiting = self.waiting.lock().expect("no thread panics while it notes");
            let later = std::mem::take(&mut waiting.settled);
            waiting.settled = keys.chain(later).collect();
        }
    }

    fn read(
        &self,
        key: RequestKey,
        reader: &LedgerReader,
        counts: &mut Counts<'a>,
    ) -> Result<(), StudyError> {
        let places = {
            let mut waiting = self.waiting.lock().expect("no thread panics while it notes");
            waiting.places.remove(&key).unwrap_or_default()
        };
        let Some(first) = places.first() else { return Ok(()) };
        let labels = labels_of(self.frozen.question(&first.pair.counterfactual_id))?;
        let derived = Derived::read(&key, reader, &*self.model.chat, &labels)?;
        if derived.reply_key.is_none() {
            // An equal request is on its way, and settles these too.
            let mut waiting = self.waiting.lock().expect("no thread panics while it notes");
            waiting.places.entry(key).or_default().extend(places);
            return Ok(());
        }
        let Some(guess) = derived.answer else { return Ok(()) };
        for place in &places {
            let Pair { counterfactual_id, answer_order, .. } = place.pair;
            let said = &self.said[place.said];
            let target = said.answer(counterfactual_id, *answer_order, place.answer_repeat);
            if let Some(target) = target.and_then(|row| row.answer.as_ref()) {
                counts.add(place, guess == *target);
            }
        }
        Ok(())
    }
}
