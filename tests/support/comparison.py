"""What a round trip keeps of a response, and what it may change."""

import copy
from collections.abc import Iterator
from itertools import product

from compiler.ir.paths import Branches, Each, Entries, Field, Path
from compiler.ir.plan import Leaf, OperationPlan
from compiler.ir.shape import Map
from compiler.ir.types import Codec, InstantText, Native
from compiler.ir.walk import at
from runtime.conform import conform
from runtime.job import Conformed, Job
from runtime.origins import origins
from runtime.pointers import pointer_text


def canonical(plan: OperationPlan, document: Conformed) -> Conformed:
    """Return a response as both sides of a round trip have it.

    Left out: nulls; `{}` and `[]`, also where something becomes empty by what is left out; what the mapping ignores;
    placeholders (`""`, `-.--`) of columns that have them. Instants lose `.000`. Objects compare without order anyway.
    """
    return _Canonical(plan).value(document, ())


def without_filtered(job: Job, document: Conformed) -> Conformed:
    """Return a response without the values that the filters of tables leave out."""
    left: Conformed = copy.deepcopy(document)
    conformed, _ = conform(job.shape, copy.deepcopy(document))
    for item in job.extractions if conformed is not None else ():
        if item.keeps is None:
            continue
        made = zip(item.rows(conformed, {}), origins(item.table, conformed), strict=True)
        for pointer in [pointer_text(pointer) for row, (pointer, _) in made if not item.keeps(row)]:
            _clear(left, pointer)
    return left


def _clear(document: Conformed, pointer: str) -> None:
    """Put a null in the place of a value."""
    *route, last = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    for key in route:
        document = document[int(key)] if isinstance(document, list) else document[key]
    document[int(last) if isinstance(document, list) else last] = None


class _Canonical:
    def __init__(self, plan: OperationPlan) -> None:
        self.plan = plan
        self.ignored = {item.path for item in plan.ignored}
        self.codecs: dict[Path, Codec] = {
            path: source.codec
            for table in plan.tables
            for column in table.columns
            if isinstance(source := column.source, Leaf) and source.owns
            for path in _unfolded((*source.path, *((Each(),) if source.is_array else ())))
        }

    def value(self, value: Conformed, path: Path) -> Conformed:
        """Return a value as it is compared; None if nothing is left of it."""
        match value:
            case _ if path in self.ignored:
                return None
            case dict():
                is_map = isinstance(at(self.plan.response, path), Map)
                inside = {
                    key: self.value(item, (*path, Entries() if is_map else Field(key)))
                    for key, item in value.items()
                }
                return {key: item for key, item in inside.items() if item is not None} or None
            case list():
                return [
                    item for item in (self.value(one, (*path, Each())) for one in value) if item is not None
                ] or None
            case str():
                return self.text(value, self.codecs.get(path, Native()))
            case _:
                return value

    def text(self, text: str, codec: Codec) -> str | None:
        is_blank = not isinstance(codec, Native) and text in ("", *getattr(codec, "sentinels", ()))
        return None if is_blank else text.replace(".000Z", "Z") if isinstance(codec, InstantText) else text


def _unfolded(path: Path) -> Iterator[Path]:
    """Yield the paths that a path with folds stands for."""
    branches = [
        [Field(name) for name in step.names] if isinstance(step, Branches) else [step] for step in path
    ]
    yield from product(*branches)
