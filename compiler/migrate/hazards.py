"""What a statement costs while it runs and what it risks: a closed list, written beside the statement."""

from enum import Enum


class Lock(Enum):
    """What others wait for while a statement runs. The migrator gives up a lock that it does not get in seconds."""

    NONE = ""
    WRITES_GO_ON = "SHARE UPDATE EXCLUSIVE: readers and writers go on"
    A_MOMENT = "ACCESS EXCLUSIVE, for a moment: only the catalog changes"


class Hazard(Enum):
    """What a person has to know before a statement runs."""

    DELETES_DATA = "deletes-data: values go that no other place of the database has"
    BREAKS_READERS = "breaks-readers: a query by the old name finds nothing, or other values"
    LEAVES_A_VIEW = (
        "leaves-a-view: a view has the former name from then on; who writes there, writes through it"
    )
    EMPTY_UNTIL_LOADED = "empty-until-loaded: `mlb-etl backfill` fills it from the responses that are stored"
    VALUES_CHANGE = (
        "values-change: rows that are there keep their values until `mlb-etl backfill` makes them again"
    )
    STORED_AS_BEFORE = (
        "stored-as-before: `mlb-etl backfill --raw` reads it from the responses that are stored"
    )
    DEPENDS_ON_DATA = "depends-on-data: it fails, and changes nothing, where rows do not allow it"
    READS_WHOLE_TABLE = "reads-whole-table: takes as long as the table is large, and blocks nobody"

    @property
    def code(self) -> str:
        """The word that a step names it by."""
        return self.value.partition(":")[0]
