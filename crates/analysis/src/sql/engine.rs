//! Queries over the tables of runs, on this machine or on a cluster.

use super::error::SqlError;
use super::store::{Environment, base, store};
use super::tables::register;
use super::views::VIEWS;
use crate::contrast::Contrast;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use futures::StreamExt;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// How queries are answered. It holds keys, so it is not printed.
#[derive(Clone, Default)]
pub struct SqlOptions {
    /// The arms that the views compare.
    pub contrast: Contrast,
    /// Memory for the state of queries, in bytes; what does not fit goes to temporary files. `None`
    /// takes what there is.
    pub memory: Option<usize>,
    /// The address of the Ballista cluster that answers, `df://HOST:PORT`; `None` for this machine. Needs the
    /// feature `cluster`, and tables where the cluster can read them under the names given here.
    pub cluster: Option<String>,
    /// What object stores are set up by.
    pub environment: Environment,
}

/// The tables and views of some runs, ready for queries.
///
/// Queries read: they cannot make, change or write anything.
pub struct Sql {
    context: SessionContext,
    runtime: Runtime,
}

impl Sql {
    /// Opens runs: folders, or addresses of object stores (`s3://BUCKET/RUN`, `gs://BUCKET/RUN`).
    ///
    /// # Errors
    /// [`SqlError`] names the run.
    pub fn open(runs: &[String], options: &SqlOptions) -> Result<Self, SqlError> {
        if runs.is_empty() {
            return Err(SqlError::NothingGiven);
        }
        let engine = |fault: std::io::Error| SqlError::Engine { fault: fault.to_string() };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(engine)?;
        let context = runtime.block_on(context(options))?;
        let mut places = Vec::new();
        for run in runs {
            let place = place(run)?;
            // A run that is named twice counts once, as for every other command.
            if !places.contains(&place) {
                places.push(place);
            }
            if let Some((scheme, bucket)) = base(run) {
                let url = ObjectStoreUrl::parse(format!("{scheme}://{bucket}"))?;
                context.register_object_store(url.as_ref(), store(run, &options.environment)?);
            }
        }
        runtime.block_on(async {
            register(&context, &places).await?;
            for view in VIEWS {
                context.sql(&view.statement(&options.contrast)).await?;
            }
            Ok::<(), SqlError>(())
        })?;
        Ok(Self { context, runtime })
    }

    /// Answers a query batch by batch; gives the schema of what came.
    ///
    /// # Errors
    /// [`SqlError`] with what the engine says, or what `take` does.
    pub fn stream(
        &self,
        query: &str,
        mut take: impl FnMut(&SchemaRef, RecordBatch) -> Result<(), SqlError>,
    ) -> Result<SchemaRef, SqlError> {
        self.runtime.block_on(async {
            let frame = self.frame(query).await?;
            let mut batches = frame.execute_stream().await?;
            let schema = batches.schema();
            while let Some(batch) = batches.next().await {
                take(&schema, batch?)?;
            }
            Ok(schema)
        })
    }

    /// Answers a query whole.
    ///
    /// # Errors
    /// As [`Sql::stream`].
    pub fn collect(&self, query: &str) -> Result<(SchemaRef, Vec<RecordBatch>), SqlError> {
        let mut batches = Vec::new();
        let schema = self.stream(query, |_, batch| {
            batches.push(batch);
            Ok(())
        })?;
        Ok((schema, batches))
    }

    async fn frame(&self, query: &str) -> Result<DataFrame, SqlError> {
        let reads = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        Ok(self.context.sql_with_options(query, reads).await?)
    }
}

async fn context(options: &SqlOptions) -> Result<SessionContext, SqlError> {
    let config = SessionConfig::new()
        .with_information_schema(true)
        // Predictions lie in folders by reference and predictor.
        .set_bool("datafusion.execution.listing_table_ignore_subdirectory", false);
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(memory) = options.memory {
        runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(memory)));
    }
    let runtime = runtime.build_arc()?;
    match &options.cluster {
        None => Ok(SessionContext::new_with_config_rt(config, runtime)),
        #[cfg(feature = "cluster")]
        Some(address) => super::cluster::context(address, config, runtime).await,
        #[cfg(not(feature = "cluster"))]
        Some(_) => Err(SqlError::NoCluster),
    }
}

/// A run as the engine takes it: an address, or the whole path of a folder.
fn place(run: &str) -> Result<String, SqlError> {
    if run.contains("://") {
        return Ok(run.trim_end_matches('/').to_owned());
    }
    let none = |_| SqlError::NoPredictions { run: run.to_owned() };
    let path = Path::new(run).canonicalize().map_err(none)?;
    let path = path.display().to_string();
    match path.contains(['*', '?', '[']) {
        true => Err(SqlError::Pattern { run: run.to_owned() }),
        false => Ok(path),
    }
}
