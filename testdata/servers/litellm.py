"""What studies through LiteLLM's proxy left behind."""

import json
import sqlite3
import sys
from pathlib import Path

import duckdb

work = Path(sys.argv[1])


def counts(query):
    return dict(duckdb.sql(query).fetchall())


def attempts(run):
    ledger = sqlite3.connect(work / run / "ledger.sqlite")
    return dict(ledger.execute("select status, count(*) from attempts group by status").fetchall())


answers = f"'{work}/whole/answers/*.parquet'"
whole = counts(f"select reference || ' ' || outcome, count(*) from {answers} group by 1")
print("answers:", whole)
assert set(whole) == {"answers answered", "too-long context_exceeded"}, whole
labels = counts(f"select answer, count(*) from {answers} where outcome = 'answered' group by 1")
assert set(labels) == {"CASE 1"}, labels
guesses = f"'{work}/whole/predictions/**/*.parquet'"
hits = counts(f"select reference || ' ' || coalesce(hit::varchar, outcome), count(*) from {guesses} group by 1")
print("guesses:", hits)
assert hits == {"answers true": 80, "too-long not_asked": 80}, hits
rows = json.loads((work / "whole.json").read_text())["rows"]
assert all(row["nsg"] is None and row["undefined"] for row in rows), rows
print("NSG undefined:", [row["undefined"] for row in rows])

for run, status in [("busy", 429), ("broken", 500)]:
    seen = attempts(run)
    print(run, "attempts by status:", seen, (work / f"{run}.log").read_text().splitlines()[-3:])
    assert set(seen) == {status}, seen
    assert "resume" in (work / f"{run}.log").read_text().lower()
refused = (work / "refused.log").read_text()
print(refused)
assert "refuses to be looked at" in refused or "does not accept the key" in refused, refused
assert attempts("refused") == {}

key = b"sk-only-of-this-test"
for path in work.rglob("*"):
    if path.is_file() and path.name != "server.log":
        assert key not in path.read_bytes(), path
