//! The tables of runs, as the engine sees them.

use super::error::SqlError;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::datasource::TableProvider;
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::prelude::SessionContext;
use foretell_tables::{
    AnswerRow, ModelRow, PairRow, PredictionRow, QuestionRow, RationaleRow, ScoreRow, Table,
    schema_of,
};
use futures::StreamExt;
use object_store::{ObjectStore, ObjectStoreExt};
use std::sync::Arc;

/// A table, and where it lies in a run.
struct Place {
    name: &'static str,
    version: u32,
    schema: fn() -> SchemaRef,
    /// A file, or a folder where it ends in a slash.
    path: &'static str,
}

fn places() -> [Place; 7] {
    fn of<T: Table>(path: &'static str) -> Place {
        Place { name: T::NAME, version: T::VERSION, schema: schema_of::<T>, path }
    }
    [
        of::<PredictionRow>("predictions/"),
        of::<AnswerRow>("answers/"),
        of::<ScoreRow>("scores/"),
        of::<RationaleRow>("rationales/"),
        of::<QuestionRow>("questions.parquet"),
        of::<PairRow>("pairs.parquet"),
        of::<ModelRow>("models.parquet"),
    ]
}

/// Registers the tables of all runs; one that no run has is empty, except predictions.
pub(super) async fn register(context: &SessionContext, runs: &[String]) -> Result<(), SqlError> {
    for place in places() {
        let mut urls = Vec::new();
        for run in runs {
            let url = ListingTableUrl::parse(format!("{run}/{}", place.path))?;
            if is_there(context, &url, run).await? {
                urls.push(url);
            } else if place.name == PredictionRow::NAME {
                return Err(SqlError::NoPredictions { run: run.clone() });
            }
        }
        let table: Arc<dyn TableProvider> = match urls.is_empty() {
            true => Arc::new(EmptyTable::new((place.schema)())),
            false => Arc::new(listed(context, &place, urls).await?),
        };
        context.register_table(place.name, table)?;
    }
    Ok(())
}

async fn is_there(
    context: &SessionContext,
    url: &ListingTableUrl,
    run: &str,
) -> Result<bool, SqlError> {
    let store = context.runtime_env().object_store(url.object_store())?;
    let fault = |fault: object_store::Error| SqlError::Store {
        run: run.to_owned(),
        fault: fault.to_string(),
    };
    let mut files = store.list(Some(url.prefix()));
    while let Some(file) = files.next().await {
        let found = match file {
            Ok(file) => file.location.as_ref().ends_with(".parquet"),
            Err(object_store::Error::NotFound { .. }) => false,
            Err(other) => return Err(fault(other)),
        };
        if found {
            return Ok(true);
        }
    }
    // A folder lists what is in it, and a file nothing.
    match url.is_collection() {
        true => Ok(false),
        false => match store.head(url.prefix()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(other) => Err(fault(other)),
        },
    }
}

/// A table over files that say they are this table, of the version that is read.
async fn listed(
    context: &SessionContext,
    place: &Place,
    urls: Vec<ListingTableUrl>,
) -> Result<ListingTable, SqlError> {
    let format = ParquetFormat::default().with_skip_metadata(false);
    let options = ListingOptions::new(Arc::new(format)).with_file_extension(".parquet");
    let mut fields = None;
    for url in &urls {
        let schema = options.infer_schema(&context.state(), url).await?;
        let says = |key: &str| schema.metadata().get(key).map(String::as_str);
        let (table, version) = (says("foretell.table"), says("foretell.version"));
        if (table, version) != (Some(place.name), Some(place.version.to_string().as_str())) {
            let found = match table {
                Some(table) => format!("table `{table}` of version {}", version.unwrap_or("?")),
                None => "Parquet files from elsewhere".to_owned(),
            };
            let (table, wanted, place) = (place.name, place.version, url.to_string());
            return Err(SqlError::OtherTable { place, found, table, wanted });
        }
        fields.get_or_insert_with(|| schema.fields().clone());
    }
    let schema = Schema::new(fields.unwrap_or_default());
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(Arc::new(schema));
    Ok(ListingTable::try_new(config)?)
}
