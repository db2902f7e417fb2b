"""Read `schemas/accepted.yaml` and `schemas/reserved.yaml`."""

from collections.abc import Collection
from datetime import date

from compiler.diagnostics import Sink
from compiler.frontends.document import read_yaml
from compiler.frontends.yaml_reader import Yaml, YamlReader
from compiler.ir.evolution import Accepted, Tombstone
from compiler.rules import UNKNOWN_VALUE
from compiler.source import SourceFile

ACCEPTED = "accepted.yaml"
RESERVED = "reserved.yaml"
_ACCEPTED = ("rule", "subject", "against", "because")
_RESERVED = ("path", "removed", "because")


def read_accepted(file: SourceFile | None, rules: Collection[str], sink: Sink) -> tuple[Accepted, ...]:
    """Read the breaks that are meant: a list of `{rule, subject, against, because}`."""
    node = None if file is None else read_yaml(file, sink)
    if file is None or node is None:
        return ()
    read = YamlReader(sink)
    listed = (_accepted(read, item, rules) for item in read.items(Yaml(node, file)))
    return tuple(found for found in listed if found is not None)


def _accepted(read: YamlReader, at: Yaml, rules: Collection[str]) -> Accepted | None:
    fields = read.fields(at, _ACCEPTED)
    needed = {name: read.need(at, fields, name) for name in _ACCEPTED}
    found = Accepted(
        rule=read.word(needed["rule"], rules),
        subject=read.text(needed["subject"]),
        against=read.texts(needed["against"]),
        because=read.text(needed["because"]),
        origin=at.origin,
    )
    return found if found.rule and found.subject and found.against and found.because else None


def read_reserved(file: SourceFile | None, sink: Sink) -> tuple[Tombstone, ...]:
    """Read the names that are given up: `name: {path, removed, because}`."""
    node = None if file is None else read_yaml(file, sink)
    if file is None or node is None:
        return ()
    read = YamlReader(sink)
    return tuple(_reserved(read, name, entry) for name, entry in read.entries(Yaml(node, file)).items())


def _reserved(read: YamlReader, name: str, at: Yaml) -> Tombstone:
    fields = read.fields(at, _RESERVED)
    needed = {key: read.need(at, fields, key) for key in _RESERVED}
    removed = read.text(needed["removed"])
    if needed["removed"] is not None and removed and not _is_day(removed):
        message = f"`{removed}` is no day"
        read.sink.report(UNKNOWN_VALUE.at(needed["removed"].origin, message, advice="a day: `2026-03-26`"))
    return Tombstone(
        name=name, path=read.text(needed["path"]), removed=removed, because=read.text(needed["because"])
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
