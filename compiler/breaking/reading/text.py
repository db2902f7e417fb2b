"""Take apart the sentences that the compiler writes: `path: what it means (references x)`."""

import re

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'")
_REFERENCES = re.compile(r" \(references [\w.]+\)$")
_PATH = re.compile(r"\$(?:\['(?:[^'\\]|\\.)*'\]|[^\s,\['(]|\[(?!'))*")
_ENTRIES = re.compile(r"\{[^*@{},.'\s]*\*\}")


def source_of(comment: str) -> str:
    r"""Return the source that a comment begins with, without what it means.

    >>> source_of("$.plays[*].rbi: After the play.")
    '$.plays[*].rbi'
    >>> source_of("$['a: b'].id (references person.person)")
    "$['a: b'].id"
    """
    masked = _QUOTED.sub(lambda found: "x" * len(found.group()), comment)
    end = masked.find(": ")
    return comment[:end] if end >= 0 else _REFERENCES.sub("", comment)


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
