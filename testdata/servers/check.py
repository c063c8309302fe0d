"""What a study against a real server left behind, and whether every reader opens every table."""

import json
import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow.parquet
from datasets import load_dataset

work = Path(sys.argv[1])

table = json.loads((work / "real.json").read_text())
answers = pandas.read_parquet(work / "real/answers")
outcomes = answers["outcome"].value_counts().to_dict()
print("outcomes of the real model's replies:", outcomes)
assert sum(outcomes.values()) == len(answers) > 50, outcomes
# A random model makes no sense: nothing that it says may be scored, and NSG says why it is undefined.
assert outcomes.get("unparsed", 0) > 0 and outcomes.get("answered", 0) == 0, outcomes
blind = pandas.read_parquet(work / "real/predictions").query("predictor == 'tiny' and arm == 'blind'")
print("outcomes of its guesses:", blind["outcome"].value_counts().to_dict())
assert len(blind) == 50 and (blind["outcome"] != "not_asked").all()
for row in table["rows"]:
    print("NSG:", row["nsg"], "because", row["undefined"])
    assert row["nsg"] is None and row["undefined"], row
report = (work / "real/report.html").read_text()
assert "undefined" in report and "unparsed" in report

tables = ["questions.parquet", "pairs.parquet", "models.parquet", "answers", "donors", "predictions"]
for name in tables:
    path = work / "sim" / name
    pattern = str(path if path.is_file() else path / "**/*.parquet")
    rows = {
        "pandas": len(pandas.read_parquet(path)),
        "polars": len(polars.read_parquet(path)),
        "DuckDB": duckdb.sql(f"select count(*) from '{pattern}'").fetchall()[0][0],
        "PyArrow": pyarrow.parquet.read_table(path).num_rows,
        "datasets": load_dataset("parquet", data_files=pattern, cache_dir=str(work / "cache"))["train"].num_rows,
    }
    assert len(set(rows.values())) == 1 and rows["pandas"] > 0, (name, rows)
    print(f"{name}: {rows['pandas']} rows in each of {', '.join(rows)}")
