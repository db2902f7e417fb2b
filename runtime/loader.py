"""Load the rows of documents: only what differs is written, in one transaction; an older capture changes nothing.

A document that is known by its own key (a game) owns the rows with its key values: see `runtime.merge`. One that is
known by its request (a schedule of a date) may share rows with others: see `runtime.claims`. Partitions are made when a
row finds none, outside of the transaction, which is then tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import psycopg

from runtime.claims import share
from runtime.database import Connection
from runtime.incoming import Incoming, InMemory
from runtime.job import Check, Job
from runtime.known import BESIDE, QUARANTINE, RESCUED, RESULTS, summaries
from runtime.known import days as days_of_rows
from runtime.merge import changes, fill, held_days, merge, rows_of
from runtime.partitions import create_for
from runtime.quality import found_by, write
from runtime.quarantine import plain
from runtime.snapshot import Again, Loaded, Snapshot
from runtime.standing import Arrival, Standing, detached_days, forget, remember, standing, take_turns
from runtime.target import Target, target
from runtime.transform import Transformed


def load(
    connection: Connection,
    job: Job,
    transformed: Transformed,
    snapshot: Snapshot,
    *,
    again: Again,
    checks: Sequence[Check] = (),
    force: bool = False,
) -> Loaded:
    """Make the tables hold a document, and run the rules over several tables on it.

    What is in the tables is known by digest, as long as nobody else writes to them; `force` compares them all the same.
    """
    arrival = Arrival(
        snapshot=snapshot,
        tables=summaries(job, transformed, checks),
        counts=transformed.counts,
        days=days_of_rows(job.tables, transformed.rows),
    )
    incoming = InMemory(transformed, snapshot)
    return load_all(connection, job, [arrival], incoming, again=again, checks=checks, force=force)


def load_all(
    connection: Connection,
    job: Job,
    arrivals: Sequence[Arrival],
    incoming: Incoming,
    *,
    again: Again,
    checks: Sequence[Check] = (),
    force: bool = False,
) -> Loaded:
    """Load documents of one operation in one transaction; of those that may share rows, one at a time."""
    loading = _Loading(connection, job, incoming, again=again, checks=checks, force=force)
    try:
        return loading.load(arrivals)
    except psycopg.errors.CheckViolation:  # a row without a partition
        create_for(connection, job.tables, {day for one in arrivals for day in one.days})
        return loading.load(arrivals)


@dataclass(frozen=True)
class _Loading:
    """Loads some documents in one transaction."""

    connection: Connection
    job: Job
    incoming: Incoming
    again: Again = field(kw_only=True)
    checks: Sequence[Check] = field(kw_only=True)
    force: bool = field(kw_only=True)

    def load(self, arrivals: Sequence[Arrival]) -> Loaded:
        """Write documents but for those of which a newer snapshot is there, or whose partition was detached."""
        loaded = Loaded(documents=len(arrivals))
        with self.connection.transaction():
            take_turns(self.connection, self.places, arrivals)
            current = self.current(arrivals, loaded)
            if current:
                written = self.share(current) if self.shares else self.write(current)
                self.keep_the_rest(current)
                written.findings = self.check(current)
                remember(self.connection, current)
                loaded += written
        loaded.rescued = sum(one.rows(RESCUED) for one in current)
        loaded.quarantined = sum(one.rows(QUARANTINE) for one in current)
        return loaded

    @cached_property
    def places(self) -> list[Target]:
        """The tables, parents first."""
        return [target(table, self.job.document_key) for table in self.job.tables]

    @property
    def shares(self) -> bool:
        """Whether documents may hold the same rows."""
        return not self.job.document_key

    def current(self, arrivals: Sequence[Arrival], loaded: Loaded) -> list[Arrival]:
        """Return the documents to write, with what is known of them; count the others."""
        known = standing(self.connection, arrivals)
        newest = [
            replace(one, standing=known.get(one.key))
            for one in arrivals
            if one.key not in known or known[one.key].position <= one.snapshot.position
        ]
        closed = detached_days(self.connection, self.places, {day for one in newest for day in _days(one)})
        current = [one for one in newest if closed.isdisjoint(_days(one))]
        loaded.outdated = len(arrivals) - len(newest)
        loaded.detached = len(newest) - len(current)
        return [replace(one, standing=self.trusted(one)) for one in current]

    def trusted(self, arrival: Arrival) -> Standing | None:
        """Return what is believed of what is known of a document."""
        known = arrival.standing
        if known is None or self.force:
            return None
        if self.shares and known.position != arrival.snapshot.position:
            # A newer claim on a row may win it although the document is the same
            beside = {name: summary for name, summary in known.tables.items() if name in BESIDE}
            return replace(known, tables=beside)
        return known

    def share(self, current: Sequence[Arrival]) -> Loaded:
        """Write a document that may share rows."""
        (one,) = current
        places = [place for place in self.places if one.brings(place.table.name)]
        rows = {place.table.name: self.incoming.rows(self.connection, place, one) for place in places}
        loaded = share(self.connection, places, rows, one.snapshot, self.again)
        loaded.unchanged += sum(rows_of(place, current) for place in self.places if place not in places)
        return loaded

    def write(self, current: Sequence[Arrival]) -> Loaded:
        """Write documents that own their rows."""
        fresh = [one for one in current if one.standing is None]
        if self.force or (fresh and held_days(self.connection, self.places[:1], fresh)):
            return self.merge(current, fresh)
        try:
            loaded = fill(self.connection, self.places, self.incoming, fresh)
        except psycopg.errors.UniqueViolation:  # rows are there, although no document is known to have them
            return self.merge(current, fresh)
        loaded += self.merge([one for one in current if one.standing], ())
        return loaded

    def merge(self, current: Sequence[Arrival], unknown: Sequence[Arrival]) -> Loaded:
        """Change what differs; rows of `unknown` documents may lie in any partition, where no index would find them."""
        days = {day for one in current for day in _days(one)}
        if unknown:
            days |= held_days(self.connection, self.places, unknown)
        found = changes(self.places, current)
        loaded = merge(self.connection, found, self.incoming, days)
        loaded.unchanged += sum(rows_of(place, current) for place in self.places)
        loaded.unchanged -= sum(rows_of(one.place, one.arrivals) for one in found)
        return loaded

    def keep_the_rest(self, current: Sequence[Arrival]) -> None:
        """Keep what documents hold beyond their tables, unless that is known already."""
        for table, keep in ((RESCUED, self.incoming.rescue), (QUARANTINE, self.incoming.set_aside)):
            if found := [one for one in current if one.brings(table)]:
                forget(self.connection, table, found)
                keep(self.connection, [one for one in found if one.rows(table)])

    def check(self, current: Sequence[Arrival]) -> int:
        """Replace what the rules find in documents that changed; return how much that is."""
        names = [place.table.name for place in self.places]
        changed = [one for one in current if any(map(one.brings, (*names, RESULTS)))]
        if not changed:
            return 0
        rules = [check for check in self.checks if not check.table]
        found = [*self.incoming.doubts(self.connection, [one for one in changed if one.rows(RESULTS)])]
        keys = {tuple(map(plain, one.snapshot.keys)): one.key for one in changed}
        of_documents = found_by(self.connection, rules, [one.snapshot.keys for one in changed])
        found += ((keys[tuple(one.row_key.values())], one) for one in of_documents)
        forget(self.connection, RESULTS, changed)
        places = {one.key: (one.snapshot.operation, one.key, one.snapshot.raw_id) for one in changed}
        write(self.connection, ((*places[key], one) for key, one in found))
        return len(found)


def _days(arrival: Arrival) -> set[date]:
    """Return the days of a document's rows, also of those that are loaded of it."""
    return {*arrival.days, *(arrival.standing.days if arrival.standing else ())}
