//! Object stores, set up from the environment that the caller hands in.

use super::error::SqlError;
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::client::ClientOptions;
use object_store::gcp::GoogleCloudStorageBuilder;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Variables of the environment that stores are set up by: those that start with `AWS_` or `GOOGLE_`.
pub type Environment = BTreeMap<String, String>;

/// The variables that can hold the address of a store.
const S3_ENDPOINTS: [&str; 3] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"];
const GCS_ENDPOINTS: [&str; 1] = ["GOOGLE_BASE_URL"];

/// Scheme and bucket of an address: `s3://BUCKET`.
pub(super) fn base(address: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    Some((scheme, rest.split('/').next().unwrap_or_default()))
}

/// The store that an address is in.
pub(super) fn store(run: &str, from: &Environment) -> Result<Arc<dyn ObjectStore>, SqlError> {
    let address = || SqlError::Address { run: run.to_owned() };
    let fault = |fault: object_store::Error| SqlError::Store {
        run: run.to_owned(),
        fault: fault.to_string(),
    };
    let (scheme, bucket) = base(run).ok_or_else(address)?;
    match scheme {
        "s3" => {
            let http = http_allowed(from, &S3_ENDPOINTS, "AWS_ALLOW_HTTP")?;
            let mut builder = AmazonS3Builder::new();
            for (name, value) in from.iter().filter(|(name, _)| name.starts_with("AWS_")) {
                if let Ok(key) = name.to_lowercase().parse() {
                    builder = builder.with_config(key, value);
                }
            }
            let builder = builder.with_bucket_name(bucket).with_allow_http(http);
            Ok(Arc::new(builder.build().map_err(fault)?))
        }
        "gs" => {
            let http = http_allowed(from, &GCS_ENDPOINTS, "GOOGLE_ALLOW_HTTP")?;
            let mut builder = GoogleCloudStorageBuilder::new()
                .with_client_options(ClientOptions::new().with_allow_http(http));
            for (name, value) in from.iter().filter(|(name, _)| name.starts_with("GOOGLE_")) {
                if let Ok(key) = name.to_lowercase().parse() {
                    builder = builder.with_config(key, value);
                }
            }
            Ok(Arc::new(builder.with_bucket_name(bucket).build().map_err(fault)?))
        }
        _ => Err(address()),
    }
}

/// Whether a store may be asked without encryption: on this machine, or where that is allowed by name.
fn http_allowed(
    from: &Environment,
    endpoints: &[&'static str],
    allow: &'static str,
) -> Result<bool, SqlError> {
    if from.get(allow).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(true);
    }
    let mut http = false;
    for variable in endpoints {
        let Some(endpoint) = from.get(*variable) else { continue };
        let Some(rest) = endpoint.strip_prefix("http://") else { continue };
        if !is_loopback(rest) {
            let endpoint = endpoint.clone();
            return Err(SqlError::Unencrypted { variable, endpoint, allow });
        }
        http = true;
    }
    Ok(http)
}

/// Whether an address without its scheme is of this machine.
fn is_loopback(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.starts_with("[::1]") {
        return true;
    }
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let address = host.parse::<std::net::Ipv4Addr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn only_this_machine_is_asked_without_encryption() {
        let allowed = |variables: &[(&str, &str)]| {
            http_allowed(&of(variables), &S3_ENDPOINTS, "AWS_ALLOW_HTTP")
        };
        for address in ["http://127.0.0.1:9000", "http://localhost/x", "http://[::1]:80"] {
            assert!(matches!(allowed(&[("AWS_ENDPOINT_URL", address)]), Ok(true)), "{address}");
        }
        for address in ["http://10.0.0.1:9000", "http://127.0.0.1.example", "http://localhost@a:1"]
        {
            let error = allowed(&[("AWS_ENDPOINT_URL_S3", address)]).unwrap_err().to_string();
            assert!(error.starts_with("AWS_ENDPOINT_URL_S3 is http://"), "{error}");
        }
        let anywhere = [("AWS_ENDPOINT", "http://store"), ("AWS_ALLOW_HTTP", "true")];
        assert!(matches!(allowed(&anywhere), Ok(true)));
        assert!(matches!(allowed(&[("AWS_ENDPOINT", "https://store")]), Ok(false)));
    }

    #[test]
    fn an_address_has_a_scheme_and_a_bucket() {
        assert_eq!(base("s3://bucket/runs/a"), Some(("s3", "bucket")));
        assert_eq!(base("runs/a"), None);
        let error = store("ftp://host/a", &Environment::new()).unwrap_err().to_string();
        assert_eq!(error, "ftp://host/a: addresses start with s3:// or gs://");
    }
}
