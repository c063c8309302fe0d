//! Several addresses that serve one model: `http://a/v1,http://b/v1#model`.
//!
//! Which of them a request goes to is decided where requests are sent; here they are one model.

use crate::batch::BatchDoor;
use crate::chat::ModelReply;
use crate::model::{Asking, ChatModel, Checking};
use crate::served::Wanted;
use crate::spec::{ModelSpec, Place, SpecError};
use serde_json::Value;
use std::sync::Arc;

/// One model at several addresses. A request's body, and so its key, is the same at each.
pub(crate) struct PoolModel {
    members: Vec<Arc<dyn ChatModel>>,
}

impl PoolModel {
    /// Opens the model at each address.
    pub(crate) fn open(
        spec: &ModelSpec,
        open: impl Fn(&ModelSpec) -> Result<Arc<dyn ChatModel>, SpecError>,
    ) -> Result<Self, SpecError> {
        let at = |address: String| ModelSpec { place: Place::Http(address), ..spec.clone() };
        let members = spec.addresses().into_iter().map(|address| open(&at(address)));
        Ok(Self { members: members.collect::<Result<_, _>>()? })
    }

    async fn check_members(&self) -> Result<(), String> {
        let mut faults = Vec::new();
        for member in &self.members {
            match member.check().await {
                // One that works is enough to begin; the others may come back.
                Ok(()) => return Ok(()),
                Err(fault) => faults.push(fault),
            }
        }
        Err(faults.join("; "))
    }
}

impl ChatModel for PoolModel {
    fn body(&self, prompt: &str) -> String {
        self.members[0].body(prompt)
    }

    fn body_in_schema(&self, prompt: &str, name: &str, schema: &Value) -> Option<String> {
        self.members[0].body_in_schema(prompt, name, schema)
    }

    fn ask<'a>(&'a self, body: &'a str, repeat: u32) -> Asking<'a> {
        self.members[0].ask(body, repeat)
    }

    fn read(&self, raw: &str) -> ModelReply {
        self.members[0].read(raw)
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(self.check_members())
    }

    fn variant(&self) -> &str {
        self.members[0].variant()
    }

    fn wanted(&self) -> Option<&Wanted> {
        self.members[0].wanted()
    }

    fn batch(&self) -> Option<BatchDoor<'_>> {
        self.members[0].batch()
    }

    fn close(&self) {
        self.members.iter().for_each(|member| member.close());
    }

    fn members(&self) -> &[Arc<dyn ChatModel>] {
        &self.members
    }
}
