//! `foretell sql`.

#[cfg(feature = "sql")]
mod query;

#[cfg(feature = "sql")]
pub(crate) use query::run;

/// Says how to get the command, which the default build leaves out.
#[cfg(not(feature = "sql"))]
pub(crate) fn run(_: &crate::args::sql::SqlArgs) -> crate::Done {
    Err(crate::exit::Failure::said(
        crate::exit::USAGE,
        "this program was built without the feature `sql`",
        "get it with `cargo install --path crates/cli --features sql`; DuckDB, polars and pandas \
         read the tables of a run as they are (docs/scale-sql.md)",
    ))
}
