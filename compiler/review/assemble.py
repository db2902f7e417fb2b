"""Two maps of files -> a Review. Only what differs is read, and what belongs to it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from compiler.breaking import ArtefactError, Surfaces, is_read, read
from compiler.bundle import HISTORY
from compiler.ir.catalog import Catalog
from compiler.review.catalog import FILE, catalog_items
from compiler.review.code import code_items
from compiler.review.items import Artefact, Files, Group, Item, Migration, Review, Scope, Subject
from compiler.review.surfaces import surface_items

Texts = Mapping[str, str]

_ORDER = tuple(Artefact)
_FOLDERS = re.compile(r"^(?:avro|models|jobs/documents|jobs/spark|jobs/local)/")
_STATEMENT = re.compile(r"^-- \d+/\d+ ", re.MULTILINE)
_HAZARD = re.compile(r"^-- +hazard +(.+)$", re.MULTILINE)


def review(before: Texts, after: Texts, *, folder: str, against: str) -> Review:
    """Return what changed from one state of a folder to the next, as path -> text below it."""
    files = _files(before, after)
    slugs = {_slug(path) for path in files.all}
    old, new, unreadable = _versions(_of(before, slugs), _of(after, slugs))
    catalogs = (Catalog(), Catalog()) if FILE in dict(unreadable) else (_catalog(before), _catalog(after))
    found = [*catalog_items(*catalogs), *surface_items(old, new)]
    told = {subject for subject, _ in found}
    found += [(subject, item) for subject, item in code_items(before, after, new) if subject not in told]
    return Review(
        folder=folder,
        against=against,
        groups=tuple(_groups(found, (old, new), catalogs)),
        migrations=tuple(_migrations(files.added, after)),
        files=replace(files, unreadable=unreadable),
    )


# ------------------------------------------------------------------------------------------------- files


def _files(before: Texts, after: Texts) -> Files:
    changed = sorted(path for path in before.keys() & after.keys() if before[path] != after[path])
    return Files(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(changed),
        removed=tuple(sorted(before.keys() - after.keys())),
        moved=tuple(path for path in changed if _lines(before[path]) == _lines(after[path])),
    )


def _lines(text: str) -> list[str]:
    return sorted(line.strip() for line in text.splitlines() if line.strip())


def _slug(path: str) -> str:
    return PurePosixPath(_FOLDERS.sub("", path)).with_suffix("").as_posix()


def _of(files: Texts, slugs: Collection[str]) -> Texts:
    """Return what surfaces are read from and differs, with the other artefacts of the same operations."""
    return {
        path: text for path, text in files.items() if path == FILE or (is_read(path) and _slug(path) in slugs)
    }


def _versions(before: Texts, after: Texts) -> tuple[Surfaces, Surfaces, tuple[tuple[str, str], ...]]:
    """Read both; what cannot be read (somebody edited it) is left out of both, and named with the reason."""
    unreadable: dict[str, str] = {}
    while True:
        try:
            old, new = (
                read({path: text for path, text in files.items() if path not in unreadable}, version)
                for files, version in ((before, "before"), (after, "after"))
            )
        except ArtefactError as error:
            unreadable[error.path] = error.reason
        else:
            return old, new, tuple(unreadable.items())


def _catalog(files: Texts) -> Catalog:
    return Catalog.from_json(files[FILE]) if FILE in files else Catalog()


# ------------------------------------------------------------------------------------------------- groups


def _groups(
    found: Iterable[tuple[Subject, Item]],
    versions: tuple[Surfaces, Surfaces],
    catalogs: tuple[Catalog, Catalog],
) -> Iterator[Group]:
    """Yield the items by subject: per operation its response and then its tables, and at last what has none."""
    items: dict[Subject, dict[Item, None]] = {}
    for subject, item in found:
        items.setdefault(subject, {})[item] = None
    groups = [_group(subject, own, versions, catalogs) for subject, own in items.items()]
    yield from sorted(groups, key=_place)


def _place(group: Group) -> tuple[bool, str, bool]:
    operation = group.subject if group.kind == "response" else group.operation
    return not operation, operation, group.kind != "response"


def _group(
    subject: Subject,
    items: Iterable[Item],
    versions: tuple[Surfaces, Surfaces],
    catalogs: tuple[Catalog, Catalog],
) -> Group:
    scope, name = subject
    ordered = tuple(sorted(items, key=lambda item: _ORDER.index(item.artefact)))
    if scope is Scope.RESPONSE:
        kind = "models" if "/" in name else "response"
        return Group(subject=name, kind=kind, items=ordered)
    kind, operation = _relation(name, versions, catalogs)
    return Group(subject=name, kind=kind, operation=operation, items=ordered)


def _relation(
    name: str, versions: tuple[Surfaces, Surfaces], catalogs: tuple[Catalog, Catalog]
) -> tuple[str, str]:
    """Return what a relation is, and the operation that fills it: as it is now, else as it was."""
    for catalog, version in zip(reversed(catalogs), reversed(versions), strict=True):
        if table := catalog.by_name.get(name):
            return ("raw table" if table.kind == "raw" else "table"), table.operation
        if view := next((view for view in catalog.views if view.name == name), None):
            return view.kind, ""
        if relation := version.table_by_name.get(name):
            return relation.kind, relation.operation
    return "relation", ""


# ------------------------------------------------------------------------------------------------- migrations


def _migrations(added: Iterable[str], after: Texts) -> Iterator[Migration]:
    for path in added:
        if path.startswith(f"{HISTORY}/"):
            text = after[path]
            yield Migration(
                name=PurePosixPath(path).stem,
                statements=len(_STATEMENT.findall(text)),
                hazards=tuple(_HAZARD.findall(text)),
                text=text,
            )
