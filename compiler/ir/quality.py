"""Quality rules: what must hold for every row of a table, and what shall not be found in a document."""

from dataclasses import dataclass, field
from enum import StrEnum

from compiler.ir.expression import Typed, Written
from compiler.source import Origin


class Severity(StrEnum):
    """What happens to what violates a rule: an error keeps a row out of its table, a warning is written down."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRuleSpec:
    """A rule for the rows of a table as written: a row violates it where `check` is false."""

    name: str
    severity: Severity
    check: Written
    doc: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRuleSpec:
    """A rule over several tables of a document as written: `sql` returns what violates it.

    `sql` is as it stands in the file, indented; `start` is its place there.
    """

    name: str
    severity: Severity
    sql: str
    start: int
    doc: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """A rule for the rows of a table, bound to its columns."""

    name: str
    severity: Severity
    check: Typed
    doc: str = ""
    origin: Origin = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in the text of a rule that names a table of the document; `is_named`: an alias follows."""

    start: int
    end: int
    table: str
    is_named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRule:
    """A rule over several tables of a document, held against them. `mentions` stand in the order of the text."""

    name: str
    severity: Severity
    sql: str
    columns: tuple[str, ...]
    reads: tuple[str, ...]
    mentions: tuple[Mention, ...]
    doc: str = ""
    origin: Origin = field(compare=False, repr=False)
