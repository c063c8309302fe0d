//! A scripted local server that misbehaves on the wire as a provider can: it speaks HTTP by hand, to
//! break off, to stall and to say half of what it announced.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request as the server's plan sees it.
pub struct Heard<'a> {
    /// Its number, from 0.
    pub number: u64,
    /// How often this very body came before.
    pub before: u64,
    pub body: &'a Value,
}

impl Heard<'_> {
    /// A number that depends on nothing but the prompt.
    pub fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.body["messages"].to_string().hash(&mut hasher);
        hasher.finish()
    }
}

/// What the server does with a request.
pub enum Act {
    /// It answers with a status, a value of `Retry-After` and a body.
    Say(u16, Option<String>, String),
    /// It sends the head and half of the body, then closes the connection, or resets it, in which
    /// case the half may be lost on its way.
    Break(String, Breaks),
    /// It sends the body in pieces, with a wait before each.
    Drip(String, Duration),
    /// It says nothing until the client hangs up.
    Hang,
}

#[derive(PartialEq)]
pub enum Breaks {
    Closed,
    Reset,
}

pub type Plan = fn(&Heard<'_>) -> Act;

/// What the server did.
#[derive(Default, Clone, Copy, Debug)]
pub struct Counts {
    /// Requests that came whole.
    pub received: u64,
    /// Those of them to which at least a status was sent.
    pub answered: u64,
    /// What all whole bodies say that they cost, US dollars.
    pub cost_usd: f64,
    /// Most requests at once.
    pub most_at_once: u64,
    at_once: u64,
}

pub struct FaultyServer {
    pub address: String,
    state: Arc<State>,
    _runtime: tokio::runtime::Runtime,
}

struct State {
    plan: Plan,
    delay: Duration,
    counts: Mutex<Counts>,
    before: Mutex<HashMap<String, u64>>,
}

impl FaultyServer {
    /// Serves the model `scripted` on a free port; each answer takes `delay`.
    pub fn start(plan: Plan, delay: Duration) -> Self {
        let state = State { plan, delay, counts: Mutex::default(), before: Mutex::default() };
        let state = Arc::new(state);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // A client that goes away in the middle is no fault of the server.
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state, _runtime: runtime }
    }

    pub fn model(&self) -> String {
        format!("{}#scripted", self.address)
    }

    pub fn counts(&self) -> Counts {
        *self.state.counts.lock().unwrap()
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some((post, body)) = read_request(&mut stream).await? {
        if !post {
            let list = json!({"data": [{"id": "scripted"}]}).to_string();
            say(stream.get_mut(), 200, None, &list).await?;
            continue;
        }
        let before = {
            let mut before = state.before.lock().unwrap();
            let times = before.entry(body.clone()).or_default();
            *times += 1;
            *times - 1
        };
        let number = state.count(|counts| {
            counts.received += 1;
            counts.at_once += 1;
            counts.most_at_once = counts.most_at_once.max(counts.at_once);
            counts.received - 1
        });
        tokio::time::sleep(state.delay).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        let act = (state.plan)(&Heard { number, before, body: &body });
        state.count(|counts| counts.at_once -= 1);
        if !perform(stream.get_mut(), act, &state).await? {
            return Ok(());
        }
    }
    Ok(())
}

impl State {
    fn count<T>(&self, change: impl FnOnce(&mut Counts) -> T) -> T {
        change(&mut self.counts.lock().unwrap())
    }

    fn answered(&self, body: &str) {
        let cost = serde_json::from_str::<Value>(body).ok();
        let cost = cost.and_then(|body| body["usage"]["cost"].as_f64()).unwrap_or_default();
        self.count(|counts| {
            counts.answered += 1;
            counts.cost_usd += cost;
        });
    }
}

/// Does what was planned; gives whether the connection goes on.
async fn perform(stream: &mut TcpStream, act: Act, state: &State) -> std::io::Result<bool> {
    match act {
        Act::Say(status, after, body) => {
            // Before it is sent: what the client has must not be more than what was counted.
            state.answered(&body);
            say(stream, status, after.as_deref(), &body).await?;
            Ok(true)
        }
        Act::Break(body, breaks) => {
            state.count(|counts| counts.answered += 1);
            let half = &body.as_bytes()[..body.len() / 2];
            stream.write_all(head(200, None, body.len()).as_bytes()).await?;
            stream.write_all(half).await?;
            stream.flush().await?;
            if breaks == Breaks::Reset {
                stream.set_zero_linger()?;
            }
            Ok(false)
        }
        Act::Drip(body, wait) => {
            state.answered(&body);
            stream.write_all(head(200, None, body.len()).as_bytes()).await?;
            for piece in body.as_bytes().chunks(body.len().div_ceil(4)) {
                tokio::time::sleep(wait).await;
                stream.write_all(piece).await?;
                stream.flush().await?;
            }
            Ok(true)
        }
        Act::Hang => {
            let mut rest = [0; 64];
            while stream.read(&mut rest).await? > 0 {}
            Ok(false)
        }
    }
}

/// One request: whether it is a POST, and its body. `None` at the end of the connection.
async fn read_request(
    stream: &mut BufReader<TcpStream>,
) -> std::io::Result<Option<(bool, String)>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return Ok(None),
        }
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    stream.read_exact(&mut body).await?;
    Ok(Some((head.starts_with("post"), String::from_utf8(body).unwrap())))
}

async fn say(
    stream: &mut TcpStream,
    status: u16,
    after: Option<&str>,
    body: &str,
) -> std::io::Result<()> {
    let whole = format!("{}{body}", head(status, after, body.len()));
    stream.write_all(whole.as_bytes()).await?;
    stream.flush().await
}

fn head(status: u16, after: Option<&str>, length: usize) -> String {
    let after = after.map(|after| format!("retry-after: {after}\r\n")).unwrap_or_default();
    format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{after}content-length: {length}\r\n\r\n"
    )
}

/// A date `seconds` from now, in the form of `Retry-After`.
pub fn date_in(seconds: u64) -> String {
    httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds))
}
