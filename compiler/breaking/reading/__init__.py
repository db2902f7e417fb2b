"""Read the surfaces of a version from its artefacts, as path -> text below `generated/`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from compiler.breaking.reading import avro, catalog, python
from compiler.breaking.surfaces import Surfaces, Table
from compiler.ir.evolution import Tombstone

CATALOG = "catalog.json"
FOLDERS = ("avro/", "models/", "jobs/documents/", "jobs/spark/", catalog.VIEW_PAGES, catalog.QUERY_PAGES)
"""What is read besides the catalog."""

_Read = TypeVar("_Read")


class ArtefactError(ValueError):
    """An artefact that is not what the compiler writes."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def is_read(path: str) -> bool:
    """Say whether an artefact is one that surfaces are read from."""
    return path == CATALOG or path.startswith(FOLDERS)


def read(files: Mapping[str, str], version: str, reserved: tuple[Tombstone, ...] = ()) -> Surfaces:
    """Return the surfaces of a version.

    Raises:
        ArtefactError: a file is not what it must be.
    """
    known = dict(_each(files, "jobs/documents/", ".py", lambda _, text: python.documents(text).items()))
    text = files.get(CATALOG, '{"tables": []}')
    tables = _reading(CATALOG, lambda: catalog.tables(text, known))
    pages = (catalog.VIEW_PAGES, catalog.QUERY_PAGES)
    views = [
        found
        for folder in pages
        for found in _each(files, folder, ".md", lambda path, text: [catalog.page(path, text)])
    ]
    return Surfaces(
        version=version,
        operations=_reading(CATALOG, lambda: tuple(catalog.operations(text))),
        tables=(*tables, *_sorted(views)),
        spark=tuple(_each(files, "jobs/spark/", ".py", lambda path, text: python.spark(path, text, known))),
        models=tuple(_each(files, "models/", ".py", python.models)),
        schemas=dict(_each(files, "avro/", ".avsc", lambda path, text: [(path, avro.schema(text))])),
        reserved=reserved,
    )


def _each(
    files: Mapping[str, str], folder: str, suffix: str, reader: Callable[[str, str], Iterable[_Read]]
) -> Iterator[_Read]:
    for path in sorted(files):
        if path.startswith(folder) and PurePosixPath(path).suffix == suffix:
            yield from _reading(path, lambda path=path: tuple(reader(path, files[path])))


def _reading(path: str, reader: Callable[[], _Read]) -> _Read:
    try:
        return reader()
    except (ValueError, SyntaxError, KeyError, TypeError, AttributeError, IndexError, StopIteration) as error:
        raise ArtefactError(path, str(error).partition("\n")[0] or type(error).__name__) from error


def _sorted(views: list[Table]) -> list[Table]:
    return sorted(views, key=lambda view: view.name)
