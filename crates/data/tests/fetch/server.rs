//! A scripted HTTP server that can cut a body at any byte, which no framework lets one do.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a client asked for.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub headers: BTreeMap<String, String>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What the server does about it.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Bytes of the body after which the connection is closed.
    pub cut: Option<usize>,
    /// Whether nothing is said about the length.
    pub unsized_body: bool,
    /// How long the server is silent before it answers.
    pub silence: Duration,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub fn whole(body: &[u8]) -> Self {
        Self { status: 200, body: body.to_vec(), ..Self::default() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn cut(self, cut: usize) -> Self {
        Self { cut: Some(cut), ..self }
    }

    /// As a server that keeps files does it: a range where the version is still the same.
    pub fn of_file(request: &Request, body: &[u8], tag: &str) -> Self {
        let whole = Self::whole(body).with("ETag", tag);
        let Some(range) = request.header("range") else { return whole };
        if request.header("if-range").is_some_and(|version| version != tag) {
            return whole;
        }
        let first = range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap();
        let first: usize = first.parse().unwrap();
        if first >= body.len() {
            return Self::status(416).with("Content-Range", format!("bytes */{}", body.len()));
        }
        let last = body.len() - 1;
        let reply = Self { status: 206, body: body[first..].to_vec(), ..Self::default() };
        reply
            .with("ETag", tag)
            .with("Content-Range", format!("bytes {first}-{last}/{}", body.len()))
    }
}

/// One request that was served.
#[derive(Debug, Clone)]
pub struct Served {
    pub request: Request,
    pub status: u16,
    pub sent: usize,
}

pub struct Server {
    pub address: String,
    served: Arc<Mutex<Vec<Served>>>,
}

impl Server {
    /// Answers each request, given its number from 0, until the process ends.
    pub fn start(script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&served);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &script, &log);
            }
        });
        Self { address, served }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub fn served(&self) -> Vec<Served> {
        self.served.lock().unwrap().clone()
    }

    /// Path, first byte asked for, status and bytes of each request.
    pub fn log(&self) -> Vec<String> {
        let line = |served: Served| {
            let Request { path, .. } = &served.request;
            let range = served.request.header("range").unwrap_or("whole");
            format!("{path} {range}: {} {}", served.status, served.sent)
        };
        self.served().into_iter().map(line).collect()
    }
}

fn serve(
    mut stream: TcpStream,
    script: &dyn Fn(usize, &Request) -> Reply,
    log: &Mutex<Vec<Served>>,
) {
    let Some(request) = head(&stream) else { return };
    let number = log.lock().unwrap().len();
    let reply = script(number, &request);
    let sent = reply.cut.unwrap_or(reply.body.len());
    // Logged first: whoever has the bytes can count on finding them in the log.
    log.lock().unwrap().push(Served { request, status: reply.status, sent });
    std::thread::sleep(reply.silence);
    let mut text = format!("HTTP/1.1 {} Scripted\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !reply.unsized_body {
        text.push_str(&format!("Content-Length: {}\r\n", reply.body.len()));
    }
    text.push_str("\r\n");
    // A client that has seen enough closes the connection, which is no fault of the server.
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.write_all(&reply.body[..sent]);
}

fn head(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    for line in lines {
        let line = line.ok()?;
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    Some(Request { path, headers })
}
