"""Names of records and attributes.

The name of a record is made from its path and nothing else, so that it does not change when another record is added:

1. the words of each key, in Pascal case; items of an array or a map in the singular (`players{*}` is `Player`);
2. the branches of a fold are one item of the record around them (`teams.{away,home}` is `Team`), or its side;
3. `liveData`, which half of the API's largest response lies under, is left out;
4. a container is left out before an item that is called after it (`plays.allPlays[*]` is `AllPlay`), and words that
   end one key and begin the next are said once (`allPlays[*].playEvents[*]` is `AllPlayEvent`).

5. what the author calls an entity (`mappings/entities.yaml`) has that name, wherever it stands.

Should two paths still have one name, both keep all their words; should these agree too, a digest tells them apart.
"""

import keyword
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from compiler.ir.names import digest, pascal, singular, snake, words
from compiler.ir.paths import Branches, Field, Path, show

Words = tuple[str, ...]

_NOISE = ("live", "data")
_TAKEN = frozenset({"Any", "ApiObject", "BaseModel", "ConfigDict", "Field", "JsonValue", "RootModel"})
_SHADOWED = """
bool bytes construct copy dict float from_orm frozenset int json l list object parse_file parse_obj parse_raw schema
schema_json self set str tuple type update_forward_refs validate
"""
_ATTRIBUTES = frozenset(_SHADOWED.split())
"""What a field would shadow: names in annotations, and methods of Pydantic's base class. `l` reads as 1."""


def root_name(short: str) -> str:
    """Return the name of the whole response.

    >>> root_name("live_game_v1")
    'LiveGameV1Response'
    """
    return _class((*words(short), "response"))


def assign(
    paths: Sequence[Path], short: str, entities: Mapping[Path, str] = MappingProxyType({})
) -> dict[Path, str]:
    """Return a name for each path, all different. An entity has its own name, and what lies below begins with it."""
    brief = {
        path: _class(_merged(_segments(_below_entity(path, entities), short))) if path else root_name(short)
        for path in paths
    }
    taken = Counter(brief.values())
    full = {path: name if taken[name] == 1 else _full(path, short) for path, name in brief.items()}
    twice = Counter(full.values())
    return {path: name if twice[name] == 1 else name + digest(show(path)) for path, name in full.items()}


def attributes(keys: Sequence[str]) -> dict[str, str]:
    """Return a Python attribute for each key: snake case, no name that shadows, all different.

    >>> attributes(["gamePk", "class", "_x", "2B", "model_dump"])
    {'gamePk': 'game_pk', 'class': 'class_', '_x': 'x', '2B': 'n2_b', 'model_dump': 'model_dump_'}
    >>> attributes(["fooBar", "foo_bar"])
    {'fooBar': 'foo_bar_5a906c24', 'foo_bar': 'foo_bar'}
    """
    plain = {key: _attribute(key) for key in keys}
    taken = Counter(plain.values())
    return {
        key: name if taken[name] == 1 or name == key else f"{name}_{digest(key)}"
        for key, name in plain.items()
    }


def _attribute(key: str) -> str:
    name = snake(key)
    if name[0].isdigit():
        name = f"n{name}"
    shadows = keyword.iskeyword(name) or name in _ATTRIBUTES or name.startswith("model_")
    return f"{name}_" if shadows else name


def _below_entity(path: Path, entities: Mapping[Path, str]) -> Path:
    """Return a path from the innermost entity around it, as if that were a key of the response."""
    for end in range(len(path), 0, -1):
        if path[:end] in entities:
            return (Field(entities[path[:end]]), *path[end:])
    return path


def _segments(path: Path, short: str) -> list[Words]:
    """Return the words of each record or item on the way."""
    segments: list[Words] = []
    previous = None
    for step in path:
        match step:
            case Field(name):
                segments.append(words(name))
            case Branches(names) if (
                previous is None or not isinstance(previous, Field) or not _is_plural(segments)
            ):
                segments.append(("side",) if set(names) == {"away", "home"} else ("branch",))
            case _ if isinstance(previous, Field):
                segments[-1] = singular(segments[-1])
            case _ if isinstance(previous, Branches):
                pass  # the fold is named after its items already
            case _:
                segments.append((*words(short), "item") if not segments else ("item",))
        previous = step
    return segments


def _is_plural(segments: list[Words]) -> bool:
    return singular(segments[-1]) != segments[-1]


def _merged(segments: list[Words]) -> Words:
    rest = segments[1:] if len(segments) > 1 and segments[0] == _NOISE else segments
    kept = [
        segment for segment, following in pairwise(rest) if not _is_named_after(following, segment)
    ] + rest[-1:]
    merged: list[str] = []
    for segment in kept:
        merged.extend(segment[_overlap(merged, segment) :])
    return tuple(merged)


def _is_named_after(item: Words, container: Words) -> bool:
    return len(item) > len(container) and singular(item)[-len(container) :] == singular(container)


def _overlap(said: Sequence[str], segment: Words) -> int:
    lengths = range(min(len(said), len(segment) - 1), 0, -1)
    return next((length for length in lengths if tuple(said[-length:]) == segment[:length]), 0)


def _full(path: Path, short: str) -> str:
    if not path:
        return root_name(short)
    return _class(tuple(word for segment in _segments(path, short) for word in segment))


def _class(parts: Words) -> str:
    name = pascal(parts)
    if name in _TAKEN or keyword.iskeyword(name):
        return f"{name}Record"
    return f"N{name}" if name[0].isdigit() else name
