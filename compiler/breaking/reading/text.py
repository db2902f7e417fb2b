"""Find paths of the response in what the compiler writes, and tell which lies in which."""

import re

_PATH = re.compile(r"\$(?:\['(?:[^'\\]|\\.)*'\]|[^\s,\['(]|\[(?!'))*")
_ENTRIES = re.compile(r"\{[^*@{},.'\s]*\*\}")


def path_of(source: str) -> str:
    """Return the path of the response in a source, with `{*}` for any map; "" if there is none.

    >>> path_of("position in $.innings[*], from 0"), path_of("request parameter game_pk")
    ('$.innings[*]', '')
    """
    found = _PATH.search(source)
    return _ENTRIES.sub("{*}", found.group()) if found else ""


def is_within(path: str, around: str) -> bool:
    """Say whether a path is another, or lies below it.

    >>> is_within("$.a.b[*].c", "$.a.b"), is_within("$.ab", "$.a"), is_within("$.a", "$.a")
    (True, False, True)
    """
    return path.startswith(around) and (path[len(around) :][:1] in {"", ".", "[", "{"})
