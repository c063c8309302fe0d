//! A request and its reply as they went over the wire.

use super::{Page, Refused};
use crate::query::{field, segment};
use crate::server::Viewer;
use foretell_llm::{LedgerReader, RequestKey};
use foretell_study::Layout;
use minijinja::context;

/// The page of a request.
pub(crate) fn raw(viewer: &Viewer, id: &str, asked: &str) -> Result<Page, Refused> {
    let slot = viewer.slot(id)?;
    let named = field(asked, "key").unwrap_or_default();
    let missing = |why: &str| Refused::missing(format!("there is no raw reply `{named}`: {why}"));
    let key: RequestKey = named.parse().map_err(|_| missing("that is no key of a request"))?;
    let ledger = Layout::new(&slot.folder).ledger();
    if !ledger.is_file() {
        return Err(missing("this run has no ledger, since it was imported"));
    }
    let reader = LedgerReader::open(&ledger)?;
    let kept = reader.get(&key)?.ok_or_else(|| missing("the ledger does not hold it"))?;
    let sent = reader.sent(&key)?;
    let page = viewer.render(
        "raw",
        context! {
            run => id,
            run_href => format!("/run/{}", segment(id)),
            key => &named,
            sent => sent.as_deref().map(indented),
            reply => kept.raw.as_deref().map(indented),
            failure => kept.failure.map(|failure| format!("{failure:?}")),
        },
    )?;
    Ok(Page::html(page))
}

/// JSON with line breaks, anything else as it is.
fn indented(text: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(text);
    let pretty = value.ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    pretty.unwrap_or_else(|| text.to_owned())
}
