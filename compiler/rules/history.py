"""G: the history of migrations."""

from compiler.rules.rule import rule

CANNOT_FOLLOW = rule(
    "G101",
    "cannot-follow",
    """The schema changed in a way that a database with rows cannot follow: a raw table has another primary key,
partitioning or operation, or a column that must not be NULL and is new or has another type, which only the archive can
fill; or a released step of schema `metadata` has another text: put the change in a new step. Everything else becomes
the next migration: what is gone is given up and stays, what has another type, key or partitioning is made anew beside
the old and filled by `mlb-etl backfill`; what `raw.keys` names in a mapping may come, go, change its type and its path,
and is read from the stored responses by `mlb-etl backfill --raw`. Begin the history anew with `mlbc generate --squash`,
and rebuild databases from the archive with `mlb-etl db migrate --reset`.""",
)
HISTORY_BROKEN = rule(
    "G102",
    "history-broken",
    """The committed migrations are not those of `postgres/migrations.sum`: a file was edited, removed, added by hand or
renumbered, or two branches both added one. Databases remember what they applied. Restore the files from git; after a
merge, restore those of the main branch and run `mlbc generate` again.""",
)
CATALOG_STATE = rule(
    "G103",
    "catalog-state",
    """`catalog.json` is the state after the last migration; what changed since is what the next one does. It is
missing, not readable, of another compiler, or edited. Restore it from git together with `postgres/`.""",
)
NOT_GIVEN_UP = rule(
    "G104",
    "not-given-up",
    """`mlbc generate --drop NAME` is about a TABLE or a TABLE.COLUMN that was given up: it left the mappings in an
earlier migration, and its values are still there. What is in use leaves the mappings first.""",
)
UNNAMED_RISK = rule(
    "G110",
    "unnamed-risk",
    """A migration does something that stops people, or deletes what they have, and the step that does it does not name
that hazard: `mlbc migrate lint` reads the statements of every committed migration, and asks squawk if it is installed.
What `mlbc generate` writes names what it risks: restore the file from git, or report a mistake of the planner.""",
)
