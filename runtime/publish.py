"""Publish the Avro schemas: each is a subject, named after its record, in a Confluent-compatible registry."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypedDict, cast

import orjson

from runtime.confluent import RefusedError, Registry
from runtime.errors import TerminalError


class State(StrEnum):
    """What became of a schema; `NEW` and `CHANGED` are what a dry run says of those that it would publish."""

    UNCHANGED = "unchanged"
    PUBLISHED = "published"
    NEW = "new"
    CHANGED = "changed"
    INCOMPATIBLE = "incompatible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A schema and the name that it is published under."""

    name: str
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of a subject. `version` is that of a schema that was there; `id` that of a schema now published."""

    subject: str
    state: State
    version: int | None = None
    id: int | None = None
    said: str = ""

    def as_json(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {
            "subject": self.subject,
            "state": self.state.value,
            "version": self.version,
            "id": self.id,
            "said": self.said,
        }


class _Record(TypedDict):
    namespace: str
    name: str


def subjects(generated: Path, prefix: str = "") -> list[Subject]:
    """Return every schema below `generated/avro`, by name."""
    found = [_subject(path, prefix) for path in (generated / "avro").rglob("*.avsc")]
    if not found:
        raise TerminalError(
            "there are no Avro schemas", where=str(generated / "avro"), hint="run `make generate`"
        )
    return sorted(found, key=lambda one: one.name)


def publish(registry: Registry, subject: Subject, level: str | None, *, dry_run: bool = False) -> Published:
    """Make the registry have a schema as a version of its subject; what it holds to be incompatible it does not get.

    A subject whose compatibility level is another than `level` gets it first; None leaves levels alone. A dry run
    changes nothing.
    """
    if level is not None and not dry_run and registry.level(subject.name) != level:
        registry.set_level(subject.name, level)
    try:
        return _taken(registry, subject, dry_run=dry_run)
    except RefusedError as error:
        return Published(subject=subject.name, state=State.INCOMPATIBLE, said=error.what)


def _taken(registry: Registry, subject: Subject, *, dry_run: bool) -> Published:
    name, schema = subject.name, subject.schema
    version = registry.version_of(name, schema)
    if version is not None:
        return Published(subject=name, state=State.UNCHANGED, version=version)
    if not dry_run:
        return Published(subject=name, state=State.PUBLISHED, id=registry.register(name, schema))
    if not registry.has(name):
        return Published(subject=name, state=State.NEW)
    said = registry.objections(name, schema)
    return Published(subject=name, state=State.INCOMPATIBLE if said else State.CHANGED, said=said)


def _subject(path: Path, prefix: str) -> Subject:
    content = path.read_bytes()
    try:
        record = cast(_Record, orjson.loads(content))
        name = f"{record['namespace']}.{record['name']}"
    except (ValueError, KeyError, TypeError):
        raise TerminalError("this is no Avro schema", where=str(path), hint="run `make generate`") from None
    return Subject(name=f"{prefix}{name}", schema=orjson.dumps(record).decode())
