//! Queries on a Ballista cluster: planned by its scheduler and run by its executors, which read the tables
//! themselves. Only the statement goes there, without any key of a store, and the answer comes back.

use super::error::SqlError;
use ballista::prelude::SessionContextExt;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::prelude::{SessionConfig, SessionContext};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long a scheduler may take to be there.
const PATIENCE: Duration = Duration::from_secs(10);

/// A context whose queries run on the cluster at `address`, `df://HOST:PORT`.
pub(super) async fn context(
    address: &str,
    config: SessionConfig,
    runtime: Arc<RuntimeEnv>,
) -> Result<SessionContext, SqlError> {
    let scheduler = scheduler(address)?;
    // The engine itself connects with the first query, and its message then names no address.
    let fault = match tokio::time::timeout(PATIENCE, TcpStream::connect(scheduler)).await {
        Ok(Ok(_)) => None,
        Ok(Err(fault)) => Some(fault.to_string()),
        Err(_) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    if let Some(fault) = fault {
        return Err(SqlError::NoScheduler { address: address.to_owned(), fault });
    }
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .build();
    Ok(SessionContext::remote_with_state(address, state).await?)
}

/// Host and port of `df://HOST:PORT`.
fn scheduler(address: &str) -> Result<&str, SqlError> {
    let scheduler = address.strip_prefix("df://").filter(|scheduler| {
        let parts = scheduler.rsplit_once(':');
        parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    });
    scheduler.ok_or_else(|| SqlError::Cluster { address: address.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_cluster_has_a_host_and_a_port() {
        for (address, wanted) in [("df://a:50050", "a:50050"), ("df://[::1]:7", "[::1]:7")] {
            assert_eq!(scheduler(address).unwrap(), wanted);
        }
        for address in ["a:50050", "http://a:50050", "df://a", "df://:50050", "df://a:1/x"] {
            let error = scheduler(address).unwrap_err().to_string();
            assert_eq!(error, format!("{address}: the address of a cluster is df://HOST:PORT"));
        }
    }
}
