"""Prove that changed Avro schemas fit together: by the rules of resolution, and by really writing and reading."""

from collections.abc import Iterator, Sequence

from compiler.breaking.avro.exemplars import exemplars
from compiler.breaking.avro.nodes import parse
from compiler.breaking.avro.reading import unread
from compiler.breaking.avro.resolution import Problem, problems
from compiler.breaking.findings import Change, Effect, Surface, change
from compiler.breaking.rules import Category
from compiler.breaking.surfaces import Json, Surfaces
from compiler.breaking.tables import row_file


def proof_changes(old: Surfaces, new: Surfaces, known: Sequence[Change]) -> Iterator[Change]:
    """Yield the schemas that cannot be read with each other, both ways, where no known change is the reason."""
    operations = {row_file(found.raw_table): found.name for found in old.operations}
    called = {row_file(former): row_file(table.name) for table in new.tables for former in table.was}
    for file, before in old.schemas.items():
        now = file if file in new.schemas else called.get(file, file)
        after = new.schemas.get(now)
        if after is not None and before != after:
            reasons = _reasons(known, {file, now})
            yield from _pair(now, before, after, operations.get(file, ""), reasons)


def _reasons(known: Sequence[Change], files: set[str]) -> frozenset[str]:
    """Return the names in files of which a gate of Avro says already that they changed."""
    return frozenset(
        effect.name.rpartition(".")[2]
        for found in known
        if found.category <= Category.WIRE
        for effect in found.effects
        if effect.surface is Surface.AVRO and effect.artefact in files
    )


def _pair(file: str, before: Json, after: Json, operation: str, reasons: frozenset[str]) -> Iterator[Change]:
    ways = (("new readers of old data", before, after), ("old readers of new data", after, before))
    for who, written, wanted in ways:
        writer = parse(written)
        by_rule = problems(writer, parse(wanted))
        unexplained = tuple(
            one for one in by_rule if not {one.field, one.record.rpartition(".")[2]} & reasons
        )
        found = _said(unexplained)
        if not by_rule and not reasons:
            found = unread(written, wanted, exemplars(writer))
        if found:
            text = f"{who} fail: {found}"
            effect = Effect(surface=Surface.AVRO, artefact=file, name="", text=text)
            yield change("AVRO_RESOLVES", file, f"{file}: {text}", effect, operation=operation)


def _said(found: tuple[Problem, ...]) -> str:
    if not found:
        return ""
    first = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{first.record.rpartition('.')[2]}.{first.field}: {first.reason}{more}"
