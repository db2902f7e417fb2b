"""Where a project's inputs are, and their text. Only this module reads them from the disk."""

import hashlib
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import cast

from compiler.diagnostics import Diagnostic, Sink, did_you_mean
from compiler.rules import CAPTURE_UNREADABLE, FILE_UNREADABLE, PROJECT_SETTING, UPSTREAM_MISSING
from compiler.source import Origin, SourceFile

PACKAGE = "pymlb_statsapi"
_INSIDE = "resources/schemas/statsapi/stats_api_1_0"
_SETTINGS = ("schemas", "mappings", "generated")
STANDARD_INPUT = "-"
_CAPTURES = (".json", ".json.gz")


class ProjectError(Exception):
    """The project cannot be read at all: nothing that a mapping could cause."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The upstream documents with the sha256 of their bytes by endpoint, and the package that they come from."""

    files: tuple[SourceFile, ...]
    digests: Mapping[str, str]
    package: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project's folders. `documents` replaces the upstream documents of the installed package."""

    root: Path
    schemas: str = "schemas"
    mappings: str = "mappings"
    generated: str = "generated"
    documents: Path | None = None
    seen: dict[str, SourceFile] = field(default_factory=dict[str, SourceFile], compare=False, repr=False)
    """Every file that was read, for diagnostics."""

    @property
    def output(self) -> Path:
        """The folder that the compiler writes."""
        return self.root / self.generated

    @property
    def releases(self) -> str:
        """The folder of the released versions."""
        return f"{self.schemas}/releases"

    @property
    def lock_path(self) -> str:
        """Where the accepted upstream documents are listed."""
        return f"{self.schemas}/upstream.lock"

    @property
    def release(self) -> tuple[str, str]:
        """The package that the upstream documents come from and its version; "" for a folder."""
        return ("", "") if self.documents else (PACKAGE, version(PACKAGE))

    def read(self, path: str, sink: Sink) -> SourceFile | None:
        """Read a file of the project; one that is missing is None, one that cannot be read is reported."""
        full = self.root / path
        return self._text(path, full, sink) if full.exists() else None

    def mapping_files(self, sink: Sink) -> tuple[SourceFile, ...]:
        """Read `mappings/**/*.yaml`."""
        return tuple(self._below(self.mappings, "*.yaml", sink))

    def view_files(self, sink: Sink) -> tuple[SourceFile, ...]:
        """Read `mappings/**/*.sql`: views and named queries."""
        return tuple(self._below(self.mappings, "*.sql", sink))

    def observed_files(self, sink: Sink) -> tuple[SourceFile, ...]:
        """Read `schemas/observed/**/*.json`."""
        return tuple(self._below(f"{self.schemas}/observed", "*.json", sink))

    def migration_files(self, folder: str, sink: Sink) -> tuple[SourceFile, ...]:
        """Read the migrations in a folder, in order: the outputs that are inputs of the next compilation."""
        return tuple(self._below(folder, "*.sql", sink))

    def upstream(self, sink: Sink) -> Upstream:
        """Read the upstream documents; raise `ProjectError` if there are none."""
        folder, label = (self.documents, self._label(self.documents)) if self.documents else _installed()
        paths = sorted(folder.glob("*.json")) if folder else []
        if not paths:
            raise ProjectError(_no_documents(label))
        files = [file for path in paths if (file := self._text(f"{label}/{path.name}", path, sink))]
        digests = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
        package, installed = self.release
        return Upstream(files=tuple(files), digests=digests, package=package, version=installed)

    def read_inputs(self, sink: Sink) -> bool:
        """Read all inputs without a look inside; return whether all could be read."""
        self.upstream(sink)
        self.read(self.lock_path, sink)
        self.mapping_files(sink)
        self.view_files(sink)
        self.observed_files(sink)
        return not sink.failed

    def holds(self, path: str, sha256: str) -> bool:
        """Whether an output is there with these bytes."""
        full = self.output / path
        return full.is_file() and hashlib.sha256(full.read_bytes()).hexdigest() == sha256

    def read_packed(self, path: str) -> bytes | None:
        """Read the bytes of a file of the project; None where it is missing."""
        full = self.root / path
        return full.read_bytes() if full.is_file() else None

    def write(self, path: str, content: str | bytes) -> bool:
        """Replace a file of the project in one step; return whether its content changed."""
        full = self.root / path
        written = content.encode() if isinstance(content, str) else content
        if full.exists() and full.read_bytes() == written:
            return False
        full.parent.mkdir(parents=True, exist_ok=True)
        partial = full.with_name(f".{full.name}.partial")
        partial.write_bytes(written)
        partial.replace(full)
        return True

    def _label(self, folder: Path) -> str:
        """Return a folder as it lies in the project, whatever the working directory; one outside as it was named."""
        full, root = folder.resolve(), self.root.resolve()
        return (full.relative_to(root) if full.is_relative_to(root) else folder).as_posix()

    def _below(self, folder: str, pattern: str, sink: Sink) -> Iterator[SourceFile]:
        paths = (
            (path.relative_to(self.root).as_posix(), path) for path in (self.root / folder).rglob(pattern)
        )
        for name, path in sorted(paths):
            if path.is_file() and (file := self._text(name, path, sink)):
                yield file

    def _text(self, name: str, path: Path, sink: Sink) -> SourceFile | None:
        try:
            file = SourceFile(name, path.read_bytes().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            sink.report(FILE_UNREADABLE.at(Origin(name), f"not UTF-8 at byte {error.start}"))
        except OSError as error:
            sink.report(FILE_UNREADABLE.at(Origin(name), _reason(error)))
        else:
            self.seen[name] = file
            return file
        return None


def _reason(error: OSError) -> str:
    return f"cannot be read: {(error.strerror or str(error)).lower()}"


def _installed() -> tuple[Path | None, str]:
    """Find the package's documents without importing the package."""
    label = f"{PACKAGE}/{_INSIDE}"
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None, label
    return Path(spec.origin).parent / _INSIDE, label


def _no_documents(label: str) -> Diagnostic:
    try:
        version(PACKAGE)
        advice = "name a folder that holds the Swagger documents"
    except PackageNotFoundError:
        advice = f"install {PACKAGE}, or name a folder of Swagger documents with `--schemas DIR`"
    return UPSTREAM_MISSING.at(Origin(label), "no upstream documents here", advice=advice)


def captures(labels: Iterable[str]) -> Iterator[str]:
    """Yield the files that labels name: a folder stands for the captures below it, in order."""
    for label in labels:
        if label != STANDARD_INPUT and Path(label).is_dir():
            found = (path.as_posix() for path in Path(label).rglob("*") if path.name.endswith(_CAPTURES))
            yield from sorted(found)
        else:
            yield label


def read_content(label: str, sink: Sink) -> bytes | None:
    """Read the bytes of a capture: a path, or `-` for standard input."""
    try:
        return sys.stdin.buffer.read() if label == STANDARD_INPUT else Path(label).read_bytes()
    except OSError as error:
        sink.report(CAPTURE_UNREADABLE.at(Origin(label), _reason(error)))
        return None


# ------------------------------------------------------------------------------------------------- discovery


def discover(start: Path, documents: Path | None = None) -> Project:
    """Find the project that holds `start`: the nearest folder with `[tool.mlbc]` or with `mappings`."""
    for folder in (start, *start.parents):
        settings = _settings(folder / "pyproject.toml")
        if settings is not None or (folder / "mappings").is_dir():
            folders = {name: name for name in _SETTINGS} | (settings or {})
            return Project(
                root=folder,
                schemas=folders["schemas"],
                mappings=folders["mappings"],
                generated=folders["generated"],
                documents=documents,
            )
    message = "no project here or above: a folder with `mappings` or a `pyproject.toml` with `[tool.mlbc]`"
    raise ProjectError(PROJECT_SETTING.at(Origin("pyproject.toml"), message))


def _settings(path: Path) -> dict[str, str] | None:
    """Return `[tool.mlbc]`, or None where there is none."""
    try:
        tool: object = tomllib.loads(path.read_text("utf-8")).get("tool")
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(
            PROJECT_SETTING.at(Origin("pyproject.toml"), f"not TOML: {error}".lower())
        ) from None
    found = cast("dict[str, object]", tool).get("mlbc") if isinstance(tool, dict) else None
    return None if found is None else _checked(found)


def _checked(found: object) -> dict[str, str]:
    settings = cast("dict[str, object]", found) if isinstance(found, dict) else {"tool.mlbc": found}
    for name, value in settings.items():
        if name not in _SETTINGS:
            message, advice = f"unknown key `{name}` in [tool.mlbc]", did_you_mean(name, _SETTINGS)
            raise ProjectError(PROJECT_SETTING.at(Origin("pyproject.toml"), message, advice=advice))
        if not isinstance(value, str) or Path(value).is_absolute() or ".." in Path(value).parts:
            message = f"`{name}` in [tool.mlbc] must be a folder below the project"
            raise ProjectError(PROJECT_SETTING.at(Origin("pyproject.toml"), message))
    return cast("dict[str, str]", settings)
