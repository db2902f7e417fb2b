"""One thing in which a database is not as it should be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs about an object of the database, and what to do: words, or SQL."""

    object: str
    kind: str
    what: str
    advice: str
