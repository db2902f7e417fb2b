"""Documents: that fit a plan, that nearly fit it, any JSON. Plans: of small random shapes, lowered by default."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from hypothesis import settings
from hypothesis import strategies as st

from compiler.diagnostics import Sink
from compiler.frontends.mapping import read_mappings
from compiler.ir.api import ApiModel, Document, OpaqueRef, Operation, Variant
from compiler.ir.paths import Branches, Each, Entries, Field, Path
from compiler.ir.plan import Leaf, MapKey, OperationPlan, Plan, Table
from compiler.ir.shape import Array, Evidence, Map, Member, Record, Scalar, Shape, Unknown
from compiler.ir.types import (
    Codec,
    DateText,
    DecimalText,
    InningsText,
    InstantText,
    IntegerText,
    Native,
    Type,
)
from compiler.passes import PIPELINE
from compiler.passes.context import Context
from compiler.passes.inherit import inherit
from compiler.source import Origin, SourceFile
from runtime.job import Conformed

Draw = Callable[[st.SearchStrategy], Conformed]
NONE = Evidence()

some = settings(max_examples=settings().max_examples * 2 // 5)
few = settings(max_examples=settings().max_examples // 8)
"""How often a test that takes its time is tried, in proportion to the profile."""

# ---------------------------------------------------------------------------------------------------- any JSON

numbers = st.integers(-3, 30) | st.sampled_from([2**31, -(2**31) - 1, 2**63, -(2**63) - 1, 2**53 + 1, 10**30])
fractions = st.floats(allow_nan=False, allow_infinity=False, width=32)
words = st.text(max_size=5) | st.sampled_from(
    ["id", "away", "home", "é\u2028", "a/b~c", "0", "-.--", "", "\U0001f9e2"]
)
scalars = st.none() | st.booleans() | numbers | fractions | words
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


def json_like(names: tuple[str, ...]) -> st.SearchStrategy:
    """Return any JSON whose objects like to have the given keys."""
    keys = st.sampled_from(names) | words
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=20,
    )


# --------------------------------------------------------------------------------------- documents that fit a plan


def blanks(codec: Codec) -> st.SearchStrategy:
    """Return what stands for no value in a leaf."""
    return st.sampled_from([None, "", *getattr(codec, "sentinels", ())])


@cache
def usual(logical: Type, codec: Codec) -> st.SearchStrategy:
    """Return values of a leaf as its column wants them."""
    match codec:
        case DateText():
            return st.dates(date(1876, 1, 1)).map(str)
        case InstantText():
            moments = st.datetimes(datetime(1876, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
            spelled = st.sampled_from(["seconds", "milliseconds"])
            return st.builds(lambda moment, to: moment.isoformat(timespec=to)[:-6] + "Z", moments, spelled)
        case IntegerText():
            return st.integers(-5, 400).map(str)
        case DecimalText(format=form):
            places = len(form.partition(".")[2])
            texts = st.integers(0, 3000).map(lambda number: f"{number / 10**places:.{places}f}")
            return texts if form.startswith("0") else texts.map(lambda text: text.removeprefix("0"))
        case InningsText():
            return st.builds("{}.{}".format, st.integers(0, 300), st.integers(0, 2))
        case Native():
            native = {Type.BOOLEAN: st.booleans(), Type.TEXT: words, Type.JSON: any_json}
            return native.get(
                logical, st.integers(0, 9) if logical is not Type.DOUBLE else fractions | st.integers(0, 9)
            )


class Target:
    """A plan, seen from a document: which places its tables read, and which tables have their rows at a place."""

    def __init__(self, plan: OperationPlan) -> None:
        self.plan = plan
        self.wanted = {table.name: frozenset(_wanted(plan, table)) for table in plan.tables}
        self.names = tuple(sorted(_names(plan.response)))
        self.rows: dict[Path, Table] = {}
        for table in plan.tables:
            for path in unfolded(table.scan):
                self.rows.setdefault(path, table)

    def __repr__(self) -> str:
        return self.plan.name


@dataclass(frozen=True)
class _Fitting:
    """Draws a document for some tables of a plan: their keys nearly always, of the rest little."""

    draw: Draw
    target: Target
    wanted: frozenset[Path]
    noise: bool

    def value(self, shape: Shape, path: Path) -> Conformed:
        match shape:
            case Scalar(type=logical, codec=codec):
                luck = self.draw(st.integers(0, 25)) if self.noise else 25
                return self.draw(
                    blanks(codec) if luck == 0 else scalars if luck == 1 else usual(logical, codec)
                )
            case Record():
                return self.record(shape, path)
            case Array(item=item):
                count = self.draw(st.sampled_from([2, 1, 3, 0]))
                return self.in_order(
                    [self.value(item, (*path, Each())) for _ in range(count)], (*path, Each())
                )
            case Map(value=value):
                inside = (*path, Entries())
                return dict(
                    self.entry(self.value(value, inside), inside)
                    for _ in range(self.draw(st.sampled_from([2, 1, 0])))
                )
            case Unknown(mixed=mixed):
                return self.draw(any_json if mixed else st.sampled_from([{}, [], None]))

    def record(self, shape: Record, path: Path) -> Conformed:
        names = [item.name for item in shape.members]
        some = set(self.draw(st.lists(st.sampled_from(names), max_size=3))) if names else set()
        made = {
            name: self.value(shape.by_name[name], below)
            for name in names
            if (below := (*path, Field(name))) in self.wanted or name in some
        }
        if self.noise and self.draw(st.integers(0, 15)) == 0:
            made[self.draw(words)] = self.draw(any_json)
        return made

    def entry(self, value: Conformed, path: Path) -> tuple[str, Conformed]:
        """Return a map's entry: under the prefix and the id inside the value, or under any key."""
        table, found = self.target.rows.get(path), value
        for name in id_member(table) if table is not None else ():
            found = found.get(name) if isinstance(found, dict) else None
        last = table.scan[-1] if table else None
        prefix = last.prefix if isinstance(last, Entries) else ""
        fits = isinstance(found, int | str) and found is not value
        return (f"{prefix}{found}" if fits else self.draw(words)), value

    def in_order(self, items: list[Conformed], path: Path) -> list[Conformed]:
        """Number the rows that two tables share out: only their key tells where they stood."""
        table = self.target.rows.get(path)
        if table is not None and table.where is not None:
            for number, item in enumerate(items):
                if isinstance(item, dict):
                    put(item, id_member(table), number)
        return items


@st.composite
def documents(draw: Draw, target: Target, *, noise: bool = True) -> Conformed:
    """Draw a document that fits a plan; with noise it has nulls, placeholders, unknown keys and a few wrong kinds."""
    names = draw(st.lists(st.sampled_from(sorted(target.wanted)), min_size=1, max_size=3, unique=True))
    wanted = frozenset().union(*(target.wanted[name] for name in names))
    return _Fitting(draw, target, wanted, noise).value(target.plan.response, ())


def _wanted(plan: OperationPlan, table: Table) -> Iterator[Path]:
    """Yield every place on the way to the rows of a table, and to what its key, its filter and its lookups read."""
    targets = [table.scan, *(item.path for item in table.lookups)]
    targets += [
        column.source.path
        for column in table.columns
        if column.is_required and isinstance(column.source, Leaf)
    ]
    targets += [(*table.scan, *table.where.path)] if table.where else []
    for target in targets:
        for path in unfolded(target):
            yield from (path[:end] for end in range(1, len(path) + 1))
    for other in plan.tables:
        if other.name == table.parent:
            yield from _wanted(plan, other)


def _names(shape: Shape) -> set[str]:
    match shape:
        case Record():
            return {member.name for member in shape.members}.union(
                *(_names(item.shape) for item in shape.members)
            )
        case Array(item=inner) | Map(value=inner):
            return _names(inner)
        case _:
            return set()


def unfolded(path: Path) -> Iterator[Path]:
    for index, step in enumerate(path):
        if isinstance(step, Branches):
            for name in step.names:
                yield from unfolded((*path[:index], Field(name), *path[index + 1 :]))
            return
    yield tuple(step if isinstance(step, Field | Each) else Entries() for step in path)


def id_member(table: Table) -> tuple[str, ...]:
    """Return where a row holds its own id: the last column of the key that owns its leaf."""
    sources = [column.source for column in table.columns if column.in_key]
    owned = [source.path for source in sources if isinstance(source, Leaf) and source.owns]
    if not owned or any(isinstance(source, MapKey) for source in sources):
        return ()
    return tuple(step.name for step in owned[-1][len(table.scan) :] if isinstance(step, Field))


def put(record: Conformed, keys: tuple[str, ...], value: Conformed) -> None:
    for key in keys[:-1]:
        record = record.setdefault(key, {})
        if not isinstance(record, dict):
            return
    if keys:
        record[keys[-1]] = value


# ----------------------------------------------------------------------------------------------------- mutations

DEEP: Conformed = 1
for _ in range(150):
    DEEP = [{"deeper": DEEP}]


def mutated(base: st.SearchStrategy) -> st.SearchStrategy:
    """Return documents with one to four changes at random places."""
    changes = st.lists(
        st.tuples(st.lists(st.integers(0, 40), max_size=9), st.sampled_from(MUTATIONS), any_json),
        min_size=1,
        max_size=4,
    )
    return st.builds(changed, base, changes)


def changed(document: Conformed, changes: list[tuple[list[int], Callable, Conformed]]) -> Conformed:
    holder = {"": copy.deepcopy(document)}
    for route, mutation, value in changes:
        mutation(*_place(holder, route), copy.deepcopy(value))
    return holder[""]


def _place(holder: Conformed, route: list[int]) -> tuple[Conformed, Conformed]:
    """Return a container and a key in it: as far down the route as the document goes."""
    key = ""
    for number in route:
        inside = holder[key]
        if not isinstance(inside, dict | list) or not inside:
            break
        holder = inside
        key = list(inside)[number % len(inside)] if isinstance(inside, dict) else number % len(inside)
    return holder, key


def _add(holder: Conformed, key: Conformed, value: Conformed) -> None:
    target = holder[key]
    if isinstance(target, dict):
        target["unheard of"] = value
    elif isinstance(target, list):
        target.append(value)


def _remove(holder: Conformed, key: Conformed, value: Conformed) -> None:
    if key != "":
        del holder[key]


def _rename(holder: Conformed, key: Conformed, value: Conformed) -> None:
    if isinstance(holder, dict) and key != "":
        holder[f"{key}_"] = holder.pop(key)


def _retype(holder: Conformed, key: Conformed, value: Conformed) -> None:
    holder[key] = value


def _stringify(holder: Conformed, key: Conformed, value: Conformed) -> None:
    holder[key] = str(holder[key])[:30]


def _nest(holder: Conformed, key: Conformed, value: Conformed) -> None:
    holder[key] = {"value": holder[key]} if isinstance(value, dict) else [holder[key]]


def _empty(holder: Conformed, key: Conformed, value: Conformed) -> None:
    holder[key] = type(holder[key])() if isinstance(holder[key], dict | list | str) else None


def _deepen(holder: Conformed, key: Conformed, value: Conformed) -> None:
    holder[key] = copy.deepcopy(DEEP)


def _reorder(holder: Conformed, key: Conformed, value: Conformed) -> None:
    target = holder[key]
    if isinstance(target, dict):
        holder[key] = dict(reversed(target.items()))
    elif isinstance(target, list):
        target.reverse()


def _double(holder: Conformed, key: Conformed, value: Conformed) -> None:
    if isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif isinstance(holder[key], list):
        holder[key] += copy.deepcopy(holder[key])


MUTATIONS = (_add, _remove, _rename, _retype, _stringify, _nest, _empty, _deepen, _reorder, _double)

# --------------------------------------------------------------------------------------- plans of random shapes

NAMES: list[str] = ["name", "value", "link", "items", "byKey", "class", "odd name", "teams", "stats"]
LEAVES: tuple[Shape, ...] = (
    Scalar(type=Type.BIGINT, codec=Native(), evidence=NONE),
    Scalar(type=Type.INTEGER, codec=IntegerText(("-",)), evidence=NONE),
    Scalar(type=Type.DOUBLE, codec=Native(), evidence=NONE),
    Scalar(type=Type.DOUBLE, codec=DecimalText(".000", ("-.--",)), evidence=NONE),
    Scalar(type=Type.BIGINT, codec=InningsText(("-.-",)), evidence=NONE),
    Scalar(type=Type.TEXT, codec=Native(), evidence=NONE),
    Scalar(type=Type.BOOLEAN, codec=Native(), evidence=NONE),
    Scalar(type=Type.DATE, codec=DateText(), evidence=NONE),
    Scalar(type=Type.TIMESTAMP, codec=InstantText(), evidence=NONE),
    Unknown(mixed=True, evidence=NONE),
    Unknown(mixed=False, evidence=NONE),
)
MAPPING = """
operation: lab.things
raw: {keys: {doc_id: $.docId}}
document: [doc_id]
tables:
  lab.thing: {rows: $}
"""


def _record(members: Mapping[str, Shape]) -> Record:
    return Record(members=tuple(Member(name, shape) for name, shape in members.items()), evidence=NONE)


def _sided(inner: Shape) -> Record:
    return _record({"away": inner, "home": inner})


def _held(inner: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    """Return arrays and maps of what is inside."""
    return inner.map(lambda item: Array(item=item, evidence=NONE)) | inner.map(
        lambda value: Map(value=value, evidence=NONE)
    )


names: st.SearchStrategy[str] = st.sampled_from(NAMES)
leaves: st.SearchStrategy[Shape] = st.sampled_from(LEAVES)
_records = st.recursive(
    st.dictionaries(names, leaves, min_size=1, max_size=3).map(_record),
    lambda inner: st.dictionaries(
        names,
        st.one_of(
            leaves,
            inner,
            inner.map(_sided),
            _held(inner | leaves),
            _held(_held(inner | leaves)),
        ),
        min_size=1,
        max_size=3,
    ).map(_record),
    max_leaves=6,
)
shapes = _records.map(lambda made: _record({"docId": LEAVES[0], **made.by_name}))


def plan_of(response: Shape) -> tuple[OperationPlan, Sink]:
    """Lower a response by default: one table for the document, and what follows from its shape."""
    variant = Variant(http_method="GET", path="/things", parameters=(), origin=Origin("lab.json"))
    operation = Operation(
        endpoint="lab", nickname="things", summary="", response=OpaqueRef("object"), variants=(variant,)
    )
    api = ApiModel(documents=(Document(endpoint="lab", operations=(operation,), models=()),))
    sink = Sink()
    files = (
        SourceFile("mappings/lab/things.yaml", MAPPING),
        SourceFile("mappings/defaults.yaml", "folds: [[away, home]]\n"),
    )
    context = Context(api=api, mapping=inherit(read_mappings(files, sink), api, sink), observed={}, sink=sink)
    plan = Plan(operations=(OperationPlan(operation=operation, response=response, raw_table="lab.things"),))
    for step in PIPELINE:
        plan = step(plan, context)
    return plan.operations[0], sink
