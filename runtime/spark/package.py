"""What runs the transforms on other machines, as one zip: `runtime` and `generated`, no compiler."""

import hashlib
import importlib.util
import os
import time
import zipfile
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from runtime.errors import TerminalError
from runtime.spark.settings import submitted

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NAME = "mlb.zip"
MAIN = "main.py"

_PARTS = {"runtime": ("**/*.py", "**/*.yaml"), "generated": ("*.py", "jobs/**/*.py")}
"""What of a package workers and `mlb-etl` import; migrations, models and documentation stay where they are."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a zip can hold: the same files give the same bytes."""
_KEPT = 7 * 24 * 3600
"""Seconds; workers of a driver that runs ask it for the zip."""


def write(path: Path) -> Path:
    """Write the zip; the same files give the same bytes. A file that is the same already is left alone."""
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(staging, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in _entries():
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, content)
        staging.replace(path)
    except OSError as error:
        with suppress(OSError):
            staging.unlink()
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
    for old in scratch.glob("mlb-*.zip"):
        if time.time() - old.stat().st_mtime > _KEPT:
            old.unlink(missing_ok=True)
    path = write(scratch / f"{os.getpid()}.zip")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    spark.addArtifacts(str(path.replace(scratch / f"mlb-{digest}.zip")), pyfile=True)


def find_by_workers(environment: MutableMapping[str, str]) -> None:
    """Let the workers on this machine find what we run from."""
    given = environment.get("PYTHONPATH", "").split(os.pathsep)
    ours = [str(folder.parent) for folder in map(_folder, _PARTS) if folder is not None]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(filter(None, (*ours, *given))))


def _entries() -> Iterator[tuple[str, bytes]]:
    """Yield names in the zip with their contents, sorted; Python finds no package without its folder."""
    found: dict[str, bytes] = {}
    for package, patterns in _PARTS.items():
        folder = _folder(package)
        if folder is None or not folder.is_dir():
            raise TerminalError(
                f"there is no folder of the package `{package}`",
                hint="run `make generate` in the project folder",
            )
        for file in (file for pattern in patterns for file in folder.glob(pattern)):
            name = PurePosixPath(package, file.relative_to(folder).as_posix())
            found[str(name)] = file.read_bytes()
            found |= {f"{parent}/": b"" for parent in name.parents[:-1]}
    yield from sorted(found.items())


def _folder(package: str) -> Path | None:
    """Return where a package is imported from."""
    found = importlib.util.find_spec(package)
    locations = list(found.submodule_search_locations or ()) if found is not None else []
    return Path(locations[0]) if locations else None
