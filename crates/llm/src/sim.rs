//! The provider `sim:`: simulated subjects, in the shape of any other model.

use crate::chat::{self, ModelReply};
use crate::model::{Asking, Attempt, ChatModel, Checking, Verdict};
use crate::spec::{ModelSpec, SpecError};
use foretell_sim::Subject;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A simulated subject.
pub(crate) struct SimModel {
    subject: Subject,
    name: String,
}

impl SimModel {
    pub(crate) fn open(spec: &ModelSpec) -> Result<Self, SpecError> {
        let subject = Subject::new(&spec.model, &spec.options)
            .map_err(|fault| SpecError::Sim { spec: spec.to_string(), fault: fault.to_string() })?;
        Ok(Self { subject, name: spec.to_string() })
    }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    messages: [Message<'a>; 1],
}

#[derive(Serialize, Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
}

/// A chat completion, as far as a simulated subject has one.
#[derive(Serialize)]
struct Completion<'a> {
    choices: [Choice<'a>; 1],
    model: &'a str,
}

#[derive(Serialize)]
struct Choice<'a> {
    finish_reason: &'static str,
    message: Message<'a>,
}

impl ChatModel for SimModel {
    fn body(&self, prompt: &str) -> String {
        chat::body(&self.name, prompt, &[])
    }

    fn ask<'a>(&'a self, body: &'a str, repeat: u32) -> Asking<'a> {
        Box::pin(async move {
            let body: Body<'_> = serde_json::from_str(body).expect("a body made by this model");
            let [message] = body.messages;
            let reply = self.subject.reply(&message.content, repeat);
            let completion = Completion {
                choices: [Choice {
                    finish_reason: if reply.cut_off { "length" } else { "stop" },
                    message: Message { content: Cow::Owned(reply.text) },
                }],
                model: &self.name,
            };
            let raw = serde_json::to_string(&completion).expect("text is always JSON");
            Attempt { status: None, raw: Some(raw), cost_usd: None, verdict: Verdict::Reply }
        })
    }

    fn read(&self, raw: &str) -> ModelReply {
        serde_json::from_str(raw).map(|reply| chat::read(&reply)).unwrap_or_default()
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async { Ok(()) })
    }
}
