//! A request and its reply: what was said in them, and all of them as they went over the wire.

use super::{Page, Refused};
use crate::query::{address, field, segment};
use crate::server::Viewer;
use crate::spoken;
use foretell_llm::{LedgerReader, RequestKey};
use foretell_study::Layout;
use minijinja::context;
use minijinja::value::Serde;

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
    let run_href = format!("/run/{}", segment(id));
    let page = viewer.render(
        "raw",
        context! {
            run => id,
            run_href => &run_href,
            case => case(&run_href, asked),
            key => &named,
            asked => Serde(sent.as_deref().map(spoken::sent).unwrap_or_default()),
            said => Serde(kept.raw.as_deref().map(spoken::came).unwrap_or_default()),
            sent => sent.as_deref().map(indented),
            reply => kept.raw.as_deref().map(indented),
            failure => kept.failure.map(|failure| format!("{failure:?}")),
        },
    )?;
    Ok(Page::html(page))
}

/// The name and address of the case that an address leads back to: of one run, or of two.
fn case(run_href: &str, asked: &str) -> Option<(String, String)> {
    let pair = field(asked, "pair")?;
    let fields: Vec<(String, String)> = form_urlencoded::parse(asked.as_bytes())
        .filter(|(name, _)| name != "key")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let compared = fields.iter().any(|(name, _)| name == "left");
    let path = if compared { "/compare/case".to_owned() } else { format!("{run_href}/case") };
    let fields = fields.iter().map(|(name, value)| (&**name, &**value));
    Some((pair, address(&path, fields)))
}

/// JSON with line breaks, anything else as it is.
fn indented(text: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(text);
    let pretty = value.ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    pretty.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_leads_back_to_its_case_and_nowhere_else() {
        let back = |asked| case("/run/x", asked).map(|(_, address)| address);
        assert_eq!(back("key=0"), None);
        let one = back("text=a+b&pair=p%2F1&of=r&key=0");
        assert_eq!(one.as_deref(), Some("/run/x/case?text=a+b&pair=p%2F1&of=r"));
        let two = back("left=%2F%2Fevil&right=y&pair=p&key=0");
        assert_eq!(two.as_deref(), Some("/compare/case?left=%2F%2Fevil&right=y&pair=p"));
    }
}
