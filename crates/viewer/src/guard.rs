//! Who is answered: pages of this server alone, by its own name, and what they may do.

use crate::server::App;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Nothing from elsewhere, nothing inline, in no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// Refuses foreign names (another site's name that leads here), foreign origins, and methods that
/// change anything where no page of ours asks.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&app, &request) {
        Some((status, reason)) => (status, reason).into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    response
}

fn refusal(app: &App, request: &Request<Body>) -> Option<(StatusCode, &'static str)> {
    let text = |name: HeaderName| {
        let mut values = request.headers().get_all(name).iter();
        let one = values.next().map(|value| value.to_str().unwrap_or_default());
        // Two of them are at odds with each other, and belong to nobody.
        if values.next().is_some() { Some("") } else { one }
    };
    let host = text(header::HOST).unwrap_or_default();
    if !app.is_own_host(host) {
        let says = "this server is reached as 127.0.0.1 or localhost and by no other name\n";
        return Some((StatusCode::MISDIRECTED_REQUEST, says));
    }
    let origin = text(header::ORIGIN);
    let is_own = origin.and_then(|origin| origin.strip_prefix("http://")) == Some(host);
    if origin.is_some() && !is_own {
        return Some((StatusCode::FORBIDDEN, "pages of other sites are not answered\n"));
    }
    match *request.method() {
        Method::GET | Method::HEAD => None,
        Method::POST if is_own => None,
        Method::POST => Some((StatusCode::FORBIDDEN, "only pages of this server may send\n")),
        _ => Some((StatusCode::METHOD_NOT_ALLOWED, "only GET, and POST of ratings\n")),
    }
}
