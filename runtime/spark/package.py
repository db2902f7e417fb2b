"""What runs the transforms on other machines, as one zip: `runtime` and `generated`, no compiler."""

import hashlib
import importlib.util
import os
import zipfile
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import TerminalError
from runtime.spark.settings import submitted

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PACKAGES = ("runtime", "generated")
NAME = "mlb.zip"
MAIN = "main.py"

_SUFFIXES = frozenset({".py", ".yaml", ".json", ".sql", ".sum"})
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip can hold: the same files give the same bytes."""


def write(path: Path) -> Path:
    """Write the zip; the same files give the same bytes. A file that is the same already is left alone."""
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(staging, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, file in _files():
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, file.read_bytes())
        staging.replace(path)
    except OSError as error:
        staging.unlink(missing_ok=True)
        raise TerminalError(f"cannot write the package: {error.strerror}", where=str(path)) from error
    return path


def write_main(path: Path) -> Path:
    """Write the script that `spark-submit` runs: `mlb-etl`."""
    source = Path(__file__).with_name(MAIN)
    path.write_bytes(source.read_bytes())
    return path


def ship(spark: "SparkSession", scratch: Path) -> None:
    """Send the packages to the workers of a cluster, unless `spark-submit` did."""
    if submitted() and spark.conf.get("spark.submit.pyFiles", ""):
        return
    path = write(scratch / NAME)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    named = path.replace(scratch / f"mlb-{digest}.zip")
    spark.addArtifacts(str(named), pyfile=True)


def find_by_workers(environment: MutableMapping[str, str]) -> None:
    """Let the workers on this machine find what we run from."""
    given = environment.get("PYTHONPATH", "").split(os.pathsep)
    ours = [str(folder.parent) for folder in map(_folder, PACKAGES) if folder is not None]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(filter(None, (*ours, *given))))


def _files() -> Iterator[tuple[str, Path]]:
    """Yield names in the zip and files, sorted by name."""
    found: list[tuple[str, Path]] = []
    for package in PACKAGES:
        folder = _folder(package)
        if folder is None or not folder.is_dir():
            raise TerminalError(
                f"there is no folder of the package `{package}`",
                hint="run `make generate` in the project folder",
            )
        files = (file for file in folder.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
        found += ((f"{package}/{file.relative_to(folder).as_posix()}", file) for file in files)
    yield from sorted(found)


def _folder(package: str) -> Path | None:
    """Return where a package is imported from."""
    found = importlib.util.find_spec(package)
    locations = list(found.submodule_search_locations or ()) if found is not None else []
    return Path(locations[0]) if locations else None
