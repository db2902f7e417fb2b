"""From one catalog to the next: what changed, the statements that change a database, and the history of them.

changes   the closed sum of what can change, and which of it is additive
differ    two catalogs -> changes, and changes applied to a catalog
planner   additive changes -> ordered statements -> the text of a migration
history   the migrations that are committed, verified and grown by one
"""

from compiler.migrate.differ import apply, diff
from compiler.migrate.history import (
    CATALOG,
    FOLDER,
    NOTHING,
    SUM,
    History,
    extend,
    squash,
    verify,
    verify_state,
)

__all__ = [
    "CATALOG",
    "FOLDER",
    "NOTHING",
    "SUM",
    "History",
    "apply",
    "diff",
    "extend",
    "squash",
    "verify",
    "verify_state",
]
