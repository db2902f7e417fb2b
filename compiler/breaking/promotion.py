"""Which SQL types hold all values of which others."""

import re

_WIDER = {
    "smallint": ("integer", "bigint", "double precision", "numeric"),
    "integer": ("bigint", "double precision", "numeric"),
    "bigint": ("double precision", "numeric"),
    "real": ("double precision",),
}
_SIZED = re.compile(r"(?P<name>varchar|char|numeric)\((?P<size>\d+)(?:, ?(?P<scale>\d+))?\)")


def promotes(old: str, new: str) -> bool:
    """Say whether a column of type `old` may become one of type `new` without a loss.

    A `bigint` beyond 2^53 is no exact `double precision`: the table of promotions follows Avro's here. A day is no
    moment: which one depends on a zone.

    >>> promotes("integer", "bigint"), promotes("varchar(3)", "text"), promotes("date", "timestamptz")
    (True, True, False)
    """
    if old.endswith("[]") or new.endswith("[]"):
        return old.endswith("[]") and new.endswith("[]") and promotes(old[:-2], new[:-2])
    if old == new or new in _WIDER.get(old, ()):
        return True
    before, after = _SIZED.fullmatch(old), _SIZED.fullmatch(new)
    if before and after and before["name"] == after["name"]:
        return int(before["size"]) <= int(after["size"]) and before["scale"] == after["scale"]
    return bool(before and before["name"] != "numeric" and new == "text")


def type_rule(old: str, new: str) -> str:
    """Return the rule that a change of type breaks."""
    if promotes(old, new):
        return "FIELD_SAME_TYPE"
    return "FIELD_NO_NARROW" if promotes(new, old) else "FIELD_PROMOTABLE_TYPE"
