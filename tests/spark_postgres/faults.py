"""Tasks that fail after their rows were committed, are killed, lose their connection, or are slow: once, or always."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pyarrow as pa
from pyspark import TaskContext

from runtime.database import opened
from runtime.spark.staging import Copied, StageSource, StageWriter


class Fault(StageWriter):
    """Does something wrong in the first attempt of every task, after its rows were copied and committed."""

    def write(self, iterator: Iterator[pa.RecordBatch]) -> Copied:
        copied = super().write(iterator)
        if _is_first():
            self.fail()
        return copied

    def fail(self) -> None:
        raise NotImplementedError


class Fails(Fault):
    def fail(self) -> None:
        raise RuntimeError("the task fails after its rows were committed")


class FailsAlways(StageWriter):
    def write(self, iterator: Iterator[pa.RecordBatch]) -> Copied:
        super().write(iterator)
        raise RuntimeError("the task fails whenever it is tried")


class KillsWorker(Fault):
    def fail(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class LosesConnection(StageWriter):
    """The server ends the connection while rows are copied."""

    def write(self, iterator: Iterator[pa.RecordBatch]) -> Copied:
        return super().write(self._cut(iterator))

    def _cut(self, iterator: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in iterator:
            yield batch
            if _is_first():
                terminate(self.url, self.application)
            yield batch.slice(0, 0)


class Disturbed(StageWriter):
    """On a cluster: one task kills its executor, another is so slow that it runs twice and then commits twice."""

    def write(self, iterator: Iterator[pa.RecordBatch]) -> Copied:
        copied = super().write(iterator)
        context = TaskContext.get()
        assert context is not None
        if context.partitionId() == 0 and _once(self.url, "killed"):
            os.kill(_parent(os.getppid()), signal.SIGKILL)  # the daemon's parent is the executor
        if context.partitionId() == 1 and _once(self.url, "slow"):
            time.sleep(20)
        return copied


class Hangs(Fault):
    """Waits for its driver to die."""

    def fail(self) -> None:
        time.sleep(60)


def terminate(url: str, application: str) -> None:
    """End the sessions of an application, as an administrator would."""
    with opened(url) as admin:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
        admin.execute(query, (application,))


def registering(writer: type[StageWriter]) -> Callable[[object], None]:
    """Return what makes a session stage rows with a writer of ours."""

    class Source(StageSource):
        def writer(self, schema, overwrite):
            return writer(self.options["url"], self.options["table"], self.options["application"])

    def register(session) -> None:
        session.dataSource.register(Source)

    return register


def _is_first() -> bool:
    context = TaskContext.get()
    return context is not None and context.attemptNumber() == 0


def _once(url: str, what: str) -> bool:
    """Say whether nobody was here before."""
    with opened(url) as connection, suppress(psycopg.errors.DuplicateTable):
        connection.execute(f"CREATE TABLE public.{what} ()".encode())
        return True
    return False


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
