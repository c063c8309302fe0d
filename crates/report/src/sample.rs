//! Tables of gains for tests.

use foretell_analysis::{Counts, GainRequest, GainRow, GainTable, GroupKey};

/// A row with an NSG and its limits, or an undefined one.
pub(crate) fn row(group: &[&str], nsg: Option<(f64, f64, f64)>) -> GainRow {
    // The only way to a row is through counts; its figures are then put in place of those of none.
    let mut row = Counts::new(&[]).gain(&GainRequest::default()).unwrap().rows.remove(0);
    row.group = group.iter().map(|value| (*value).to_owned()).collect();
    let Some((nsg, low, high)) = nsg else { return row };
    (row.pairs, row.clusters, row.observations) = (1_391, 1_102, 5_564);
    (row.a_without, row.a_with) = (Some(0.6), Some(0.6 + 0.4 * nsg));
    row.gain = Some(0.4 * nsg);
    (row.nsg, row.nsg_low, row.nsg_high) = (Some(nsg), Some(low), Some(high));
    (row.undefined, row.interval_undefined) = (None, None);
    row
}

/// A table of rows.
pub(crate) fn gains(by: &[GroupKey], rows: Vec<GainRow>) -> GainTable {
    let mut table = Counts::new(&[]).gain(&GainRequest::default()).unwrap();
    table.by = by.to_vec();
    table.rows = rows;
    table
}
