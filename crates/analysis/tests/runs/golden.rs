//! The golden data sets of `testdata/stats`, written as guesses and read back as estimates.

use crate::study::{G, Row, write_arm};
use foretell_analysis::{GainRequest, GroupKey, gain};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    level: f64,
    datasets: Vec<Dataset>,
}

#[derive(Deserialize)]
struct Dataset {
    name: String,
    /// Observations, errors of the treated arm, errors of the baseline.
    clusters: Vec<[f64; 3]>,
    a_with: f64,
    a_without: f64,
    gee: Gee,
    t_interval: Limits,
}

#[derive(Deserialize)]
struct Gee {
    nsg: f64,
    se: f64,
}

#[derive(Deserialize)]
struct Limits {
    low: f64,
    high: f64,
}

impl Dataset {
    /// Repeats with which all error sums are whole numbers of guesses.
    fn repeats(&self) -> usize {
        let whole = |repeats: &usize| {
            let scaled = |value: &f64| value * *repeats as f64;
            self.clusters.iter().flatten().all(|v| (scaled(v) - scaled(v).round()).abs() < 1e-6)
        };
        (1..=12).find(whole).expect("repeats were averaged over a few guesses")
    }

    /// The guesses of one arm: the first so many of a cluster are wrong.
    fn rows(&self, arm: usize) -> Vec<Row> {
        let repeats = self.repeats();
        let mut rows = Vec::new();
        for (cluster, sums) in self.clusters.iter().enumerate() {
            let wrong = (sums[arm] * repeats as f64).round() as usize;
            for slot in 0..sums[0] as usize * repeats {
                let guess = if slot < wrong { G::Wrong } else { G::Right };
                let repeat = (slot % repeats) as i64;
                rows.push(Row { repeat, ..Row::new(cluster, slot / repeats, guess) });
            }
        }
        rows
    }
}

#[test]
fn guesses_that_add_up_to_golden_clusters_give_their_estimates() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../../../testdata/stats/nsg.json")).unwrap();
    let run = tempfile::tempdir().unwrap();
    for data in &golden.datasets {
        write_arm(run.path(), &data.name, "p", "with", &data.rows(1));
        // The order of the rows is no matter.
        let mut without = data.rows(2);
        without.reverse();
        write_arm(run.path(), &data.name, "p", "without", &without);
    }
    let by = vec![GroupKey::Reference];
    let request = GainRequest { by, level: golden.level, bootstrap: 0, ..GainRequest::default() };
    let table = gain(&[run.path()], &request).unwrap();
    assert_eq!(table.rows.len(), golden.datasets.len());
    for row in &table.rows {
        let data = golden.datasets.iter().find(|data| data.name == row.group[0]).unwrap();
        let close = |ours: Option<f64>, oracle: f64| {
            let ours = ours.expect("all golden figures are defined");
            // Rounding of the iterative fit; relative where limits reach into the thousands.
            assert!((ours - oracle).abs() <= 1e-9 * oracle.abs().max(1.0), "{}: {ours}", data.name);
        };
        assert_eq!(row.clusters, data.clusters.len() as u64, "{}", data.name);
        close(row.a_with, data.a_with);
        close(row.a_without, data.a_without);
        close(row.nsg, data.gee.nsg);
        close(row.nsg_se, data.gee.se);
        close(row.nsg_low, data.t_interval.low);
        close(row.nsg_high, data.t_interval.high);
    }
}
