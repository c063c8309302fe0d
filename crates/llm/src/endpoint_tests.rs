use super::*;
use crate::breaker::BREAK_AFTER;
use crate::model::Failure;

const PATIENCE: Duration = Duration::from_secs(100);

fn endpoint(most: usize) -> Endpoint {
    Endpoint::new("http://a/v1".to_owned(), most, Duration::from_secs(1), PATIENCE, None)
}

fn key(number: u32) -> RequestKey {
    RequestKey::of("p", "m", "{}", number, "")
}

fn limited(seconds: u64) -> Signal {
    Signal::Limited { after: Some(Duration::from_secs(seconds)), words: "429".to_owned() }
}

fn down() -> Signal {
    Signal::Down { refused: false, words: "503".to_owned() }
}

#[track_caller]
fn go(endpoint: &Endpoint, asker: usize, now: Instant) -> Ticket {
    match endpoint.take(asker, now) {
        Room::Go(ticket) => ticket,
        room => panic!("{room:?}"),
    }
}

#[test]
fn retry_after_holds_back_the_whole_address() {
    let (endpoint, now) = (endpoint(8), Instant::now());
    let (one, other) = (endpoint.join(Arc::default(), 100), endpoint.join(Arc::default(), 100));
    let ticket = go(&endpoint, one, now);
    endpoint.give_back(&ticket, key(0), &limited(7), now);
    let until = now + Duration::from_secs(7);
    for asker in [one, other] {
        assert!(matches!(endpoint.take(asker, now), Room::Wait(Some(moment)) if moment == until));
    }
    go(&endpoint, other, until);
}

#[test]
fn a_burst_is_one_episode_and_the_next_burst_another() {
    let (endpoint, now) = (endpoint(8), Instant::now());
    let asker = endpoint.join(Arc::default(), 100);
    for (round, left) in [(0, 4), (1, 2)] {
        let now = now + Duration::from_secs(10 * round);
        let mut burst = Vec::new();
        while let Room::Go(ticket) = endpoint.take(asker, now) {
            burst.push(ticket);
        }
        assert_eq!(burst.len(), left * 2);
        for ticket in burst {
            endpoint.give_back(&ticket, key(0), &limited(1), now + Duration::from_millis(1));
        }
        assert_eq!(endpoint.state().limiter.limit(), left);
    }
}

#[test]
fn two_models_at_one_address_share_its_limit_fairly() {
    let (endpoint, now) = (endpoint(4), Instant::now());
    let wake: Arc<Notify> = Arc::default();
    let (one, other) = (endpoint.join(Arc::default(), 100), endpoint.join(wake, 100));
    let mut tickets: Vec<Ticket> = (0..4).map(|_| go(&endpoint, one, now)).collect();
    assert!(matches!(endpoint.take(other, now), Room::Wait(None)));
    endpoint.give_back(&tickets.remove(0), key(0), &Signal::Clean, now);
    assert!(matches!(endpoint.take(one, now), Room::Wait(None)), "the other one waits");
    go(&endpoint, other, now);
    assert_eq!(endpoint.in_flight(), 4);
}

#[test]
fn an_address_that_stays_down_is_given_up_only_after_its_patience() {
    let (endpoint, now) = (endpoint(100), Instant::now());
    let asker = endpoint.join(Arc::default(), 100);
    let tickets: Vec<Ticket> = (0..BREAK_AFTER).map(|_| go(&endpoint, asker, now)).collect();
    for (number, ticket) in tickets.iter().enumerate() {
        let standing = endpoint.give_back(ticket, key(number as u32), &down(), now);
        assert_eq!(standing.down, number + 1 == BREAK_AFTER);
    }
    let Room::Wait(Some(probe)) = endpoint.take(asker, now) else { panic!() };
    let ticket = go(&endpoint, asker, probe);
    assert!(matches!(endpoint.take(asker, probe), Room::Wait(None)), "one probe at a time");
    assert!(endpoint.give_back(&ticket, key(0), &down(), probe).down);
    let over = now + PATIENCE;
    let ticket = go(&endpoint, asker, over);
    endpoint.give_back(&ticket, key(0), &down(), over);
    assert!(matches!(endpoint.take(asker, over), Room::Gone(_)));
}

#[test]
fn time_in_which_nobody_asked_does_not_count_against_an_address() {
    let (endpoint, now) = (endpoint(100), Instant::now());
    let asker = endpoint.join(Arc::default(), 100);
    for number in 0..BREAK_AFTER {
        let ticket = go(&endpoint, asker, now);
        endpoint.give_back(&ticket, key(number as u32 % 2), &limited(0), now);
    }
    let later = now + 10 * PATIENCE;
    go(&endpoint, asker, later);
    endpoint.leave(asker);
    let asker = endpoint.join(Arc::default(), 100);
    let ticket = go(&endpoint, asker, later);
    endpoint.give_back(&ticket, key(0), &limited(0), later);
    go(&endpoint, asker, later + Duration::from_secs(60));
}

#[test]
fn a_few_requests_that_always_fail_do_not_take_the_address_with_them() {
    let (endpoint, now) = (endpoint(100), Instant::now());
    let asker = endpoint.join(Arc::default(), 100);
    for round in 0..20 {
        let now = now + round * PATIENCE / 4;
        for number in 0..3 {
            let ticket = go(&endpoint, asker, now);
            assert!(!endpoint.give_back(&ticket, key(number), &down(), now).down);
        }
    }
}

#[test]
fn a_probe_that_is_answered_ends_the_outage() {
    let (endpoint, now) = (endpoint(100), Instant::now());
    let asker = endpoint.join(Arc::default(), 100);
    for number in 0..BREAK_AFTER {
        let ticket = go(&endpoint, asker, now);
        endpoint.give_back(&ticket, key(number as u32), &down(), now);
    }
    let later = now + Duration::from_secs(60);
    let ticket = go(&endpoint, asker, later);
    endpoint.give_back(&ticket, key(0), &Signal::Clean, later);
    let sent: Vec<Ticket> = (0..100).map(|_| go(&endpoint, asker, later)).collect();
    assert_eq!((sent.len(), endpoint.in_flight()), (100, 100));
}

#[test]
fn a_wait_longer_than_the_patience_holds_back_nobody_else() {
    let (endpoint, now) = (endpoint(8), Instant::now());
    let (one, other) = (endpoint.join(Arc::default(), 100), endpoint.join(Arc::default(), 100));
    let ticket = go(&endpoint, one, now);
    endpoint.give_back(&ticket, key(0), &limited(3600), now);
    go(&endpoint, other, now);
}

#[test]
fn signals_are_told_apart() {
    let attempt = |status, message: &str, outcome, after| Attempt {
        status,
        raw: None,
        cost_usd: None,
        verdict: Verdict::Retry { failure: Failure::new(outcome, message), after },
    };
    let fault = Outcome::ProviderError;
    let of = |attempt| match Signal::of(&attempt) {
        Signal::Clean => "clean",
        Signal::Limited { .. } => "limited",
        Signal::Down { refused: true, .. } => "refused",
        Signal::Down { .. } => "down",
        Signal::Nothing => "nothing",
    };
    let second = Some(Duration::from_secs(1));
    assert_eq!(of(attempt(Some(429), "429", fault, None)), "limited");
    assert_eq!(of(attempt(Some(200), "429 Too Many Requests: x", fault, None)), "limited");
    assert_eq!(of(attempt(Some(503), "503", fault, second)), "limited");
    assert_eq!(of(attempt(Some(503), "503", fault, None)), "down");
    assert_eq!(of(attempt(None, "no connection: refused", fault, None)), "refused");
    assert_eq!(of(attempt(None, "the connection broke", fault, None)), "down");
    assert_eq!(of(attempt(Some(200), "no content", Outcome::Empty, None)), "clean");
}
