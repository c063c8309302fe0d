//! The provider `vllm:`: a model on a server that is started for it and stopped afterwards.
//!
//! The server starts with the first request, not before: opening and checking a model costs nothing.

mod child;
mod engine;

use crate::batch::BatchDoor;
use crate::chat::ModelReply;
use crate::http::Door;
use crate::model::{Asking, Attempt, ChatModel, Checking, Failure, Opening, Verdict};
use crate::provider::{self, Compatible, Wire};
use crate::served::Wanted;
use crate::settings::Settings;
use crate::spec::{ModelSpec, SpecError};
use child::Child;
use engine::Engine;
use foretell_core::{Outcome, registry};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// A model on a vLLM server of our own.
pub(crate) struct VllmModel {
    spec: ModelSpec,
    engine: Engine,
    wire: Compatible,
    wanted: Wanted,
    variant: String,
    timeout: Duration,
    logs: PathBuf,
    state: Mutex<State>,
}

/// What became of the server so far.
enum State {
    /// It was not needed yet, or was closed.
    Idle,
    /// It is healthy, or was a moment ago.
    Running(Arc<Server>),
    /// It did not start, or ended; it is not tried again.
    Failed(String),
}

struct Server {
    door: Door,
    child: Child,
}

impl VllmModel {
    pub(crate) fn open(spec: &ModelSpec, opening: &Opening<'_>) -> Result<Self, SpecError> {
        Self::with(spec, opening, |known| Engine::of(spec, known, opening.keys))
    }

    /// The same without the program, for a model that is not asked.
    pub(crate) fn open_to_read(spec: &ModelSpec, opening: &Opening<'_>) -> Result<Self, SpecError> {
        Self::with(spec, opening, |known| Engine::unstarted(spec, known))
    }

    fn with(
        spec: &ModelSpec,
        opening: &Opening<'_>,
        engine: impl FnOnce(registry::Engine) -> Result<Engine, SpecError>,
    ) -> Result<Self, SpecError> {
        let own = ["effort", "chat_template_kwargs"];
        spec.check_options(&[&own[..], &engine::OPTIONS, &Settings::OPTIONS].concat())?;
        let entry = opening.registry.known(&spec.model);
        let engine = engine(entry.engine.clone().unwrap_or_default())?;
        let (wire, effort) = Compatible::of(spec, &entry, true)?;
        Ok(Self {
            spec: spec.clone(),
            variant: engine.variant(),
            engine,
            wire,
            wanted: Wanted { model: spec.model.clone(), effort, only: Vec::new() },
            timeout: opening.timeout,
            logs: opening.logs.to_owned(),
            state: Mutex::new(State::Idle),
        })
    }

    /// The server, started if it does not run yet. Whoever comes first starts it; all others wait.
    async fn server(&self) -> Result<Arc<Server>, String> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Running(server) => Ok(Arc::clone(server)),
            State::Failed(why) => Err(why.clone()),
            State::Idle => match self.start().await {
                Ok(server) => {
                    let server = Arc::new(server);
                    *state = State::Running(Arc::clone(&server));
                    Ok(server)
                }
                Err(why) => {
                    *state = State::Failed(why.clone());
                    Err(why)
                }
            },
        }
    }

    async fn start(&self) -> Result<Server, String> {
        let port = free_port().map_err(|fault| format!("no free port: {fault}"))?;
        let name =
            format!("vllm-{}-{port}.log", foretell_core::family::bare_name(&self.spec.model));
        let log = self.logs.join(name);
        let command = self.engine.command(&self.spec.model, port);
        let child = Child::start(&command, &log, self.engine.stop_patience)?;
        let open = |path: &str| {
            let address = format!("http://127.0.0.1:{port}{path}");
            Door::open(&self.spec, &address, None, &[], self.timeout)
                .map_err(|fault| fault.to_string())
        };
        let health = open("")?;
        child.wait_until(self.engine.patience, || health.is_well("/health")).await?;
        Ok(Server { door: open("/v1")?, child })
    }

    async fn ask_once(&self, body: &str) -> Attempt {
        let stop = |why: String| Attempt {
            status: None,
            raw: None,
            cost_usd: None,
            verdict: Verdict::Stop(Failure::new(Outcome::ProviderError, why)),
        };
        let server = match self.server().await {
            Ok(server) => server,
            Err(why) => return stop(why),
        };
        let attempt = server.door.ask(&self.wire, body).await;
        match (&attempt.verdict, server.child.ended()) {
            // A server that is gone answers no second try.
            (Verdict::Retry { .. }, Some(why)) => stop(why),
            _ => attempt,
        }
    }
}

impl ChatModel for VllmModel {
    fn body(&self, prompt: &str) -> String {
        self.wire.body(prompt)
    }

    fn body_in_schema(
        &self,
        prompt: &str,
        name: &str,
        schema: &serde_json::Value,
    ) -> Option<String> {
        self.wire.body_in_schema(prompt, name, schema)
    }

    fn ask<'a>(&'a self, body: &'a str, _repeat: u32) -> Asking<'a> {
        Box::pin(self.ask_once(body))
    }

    fn read(&self, raw: &str) -> ModelReply {
        provider::read(&self.wire, raw)
    }

    /// Whether the program is there stands fast since the model was opened.
    fn check(&self) -> Checking<'_> {
        Box::pin(async { Ok(()) })
    }

    fn variant(&self) -> &str {
        &self.variant
    }

    fn wanted(&self) -> Option<&Wanted> {
        Some(&self.wanted)
    }

    fn batch(&self) -> Option<BatchDoor<'_>> {
        Some(BatchDoor::new(&self.wire, None))
    }

    fn close(&self) {
        let mut state = self.state.blocking_lock();
        if matches!(*state, State::Running(_)) {
            // The last who holds the server stops it.
            *state = State::Idle;
        }
    }
}

/// A port of this machine that nobody listened on a moment ago.
fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
