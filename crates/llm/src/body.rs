//! Reading the body of a reply, also of one that breaks off.

use reqwest::Response;

/// The body as far as it came, and why it came no further. Half a reply may have been paid for.
pub(crate) async fn read_body(mut response: Response) -> (String, Option<reqwest::Error>) {
    // What a server says of its length is no reason to set memory aside.
    const MOST_AT_ONCE: u64 = 1 << 20;
    let length = response.content_length().unwrap_or_default().min(MOST_AT_ONCE);
    let mut bytes = Vec::with_capacity(length as usize);
    let fault = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break None,
            Err(fault) => break Some(fault),
        }
    };
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|fault| String::from_utf8_lossy(fault.as_bytes()).into_owned());
    (text, fault)
}
