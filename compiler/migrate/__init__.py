"""From one catalog to the next: what changed, the statements that change a database, and the history of them.

changes   the closed sum of what can change, and which of it databases with rows cannot follow
differ    two catalogs -> changes, and changes applied to a catalog
freed     the order in which indexes go and others take their names
hazards   what a statement locks while it runs, and what it risks
planner   changes -> ordered statements -> the texts of migrations
history   the migrations that are committed, verified and grown
lint      what committed migrations do, held against what they say
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
