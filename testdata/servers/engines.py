"""Parts of engines.sh: `upload RUN`, `duckdb RUN`, `compare NAME...`."""

import os
import sys


def upload(run):
    import boto3

    store = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    store.create_bucket(Bucket="runs")
    for folder, _, files in os.walk(run):
        for name in files:
            if name.endswith(".parquet"):
                path = os.path.join(folder, name)
                store.upload_file(path, "runs", os.path.join("run", os.path.relpath(path, run)))


def duck(run):
    import duckdb

    engine = duckdb.connect()
    engine.sql(f"create view predictions as select * from '{run}/predictions/**/*.parquet'")
    for statement in open("views.sql").read().split(";\n"):
        if statement.strip():
            engine.execute(statement)
    engine.sql("copy (select * from counts) to 'duckdb.parquet' (format parquet)")


def compare(first, *others):
    import duckdb

    def rows(name):
        return duckdb.sql(f"select * from '{name}.parquet' order by all")

    wanted = rows(first)
    columns, wanted = wanted.columns, wanted.fetchall()
    assert any(row[columns.index("complete")] not in (0, row[columns.index("repeats")]) for row in wanted)
    for name in others:
        found = rows(name)
        assert found.columns == columns, (name, found.columns)
        found = found.fetchall()
        assert found == wanted, f"{name}: {len(found)} rows of which some differ from {first}"
        print(f"{name}: {len(found)} rows, as {first}")


if __name__ == "__main__":
    {"upload": upload, "duckdb": duck, "compare": compare}[sys.argv[1]](*sys.argv[2:])
