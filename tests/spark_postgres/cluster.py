"""A driver of its own, for faults that take one: `python -m tests.spark_postgres.cluster URL ARCHIVE FAULT MASTER DIR`.

Loads the pending responses of the demonstration game; says how many rows were inserted.
"""

import sys
from pathlib import Path

from runtime.archive import Archive
from runtime.database import opened
from runtime.documents import Documents
from runtime.spark import load as loading
from runtime.spark.session import Settings, session
from tests.postgres.catalog import CATALOG
from tests.spark_postgres import faults
from tests.spark_postgres.demo import batch_of

SPECULATIVE = {
    "spark.speculation": "true",
    "spark.speculation.interval": "200ms",
    "spark.speculation.multiplier": "1.1",
    "spark.speculation.quantile": "0.5",
    "spark.speculation.minTaskRuntime": "1s",
    "spark.executor.memory": "512m",
    "spark.driver.memory": "512m",
}


def main(url: str, archive: str, fault: str, master: str, state: str) -> None:
    spark = session(Settings(state=Path(state), master=master, cores=2, conf=SPECULATIVE))
    loading.register = faults.registering(getattr(faults, fault))
    loading._ROWS_PER_TASK = 1  # in as many tasks as there are partitions
    with opened(url) as connection:
        documents = Documents(connection, CATALOG, Archive(Path(archive)))
        snapshots = documents.pending("demo.game")
        batch = batch_of(spark, documents, snapshots, parts=4)
        with_spark = loading.Loading(session=spark, url=url, raw=documents)
        outcome = loading.load_documents(with_spark, batch.job, batch, snapshots)
    sys.stdout.write(f"{outcome.loaded.inserted} {outcome.failed}\n")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
