"""What Spark says when it fails, as it was seen, and the one error that users see instead."""

import pytest

from runtime.errors import DataError, MlbError, TerminalError, TransientError
from runtime.spark.errors import explained, not_started, translated

WORKER = """An error occurred while calling o85.collectToPython.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 1 in stage 3.0 failed 4 times, most recent \
failure: Lost task 1.3 in stage 3.0 (TID 9) (10.0.0.7 executor 2): org.apache.spark.api.python.PythonException: \
Traceback (most recent call last):
  File "/opt/venv/lib/python3.11/site-packages/pyspark/worker.py", line 2100, in main
    process()
  File "mlb.zip/runtime/spark/walk.py", line 88, in walked
    yield batch
{raised}

\tat org.apache.spark.api.python.BasePythonRunner$ReaderIterator.handlePythonException(PythonRunner.scala:581)
\tat java.base/java.lang.Thread.run(Thread.java:1583)

Driver stacktrace:
\tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:2856)
"""
JAVA = """An error occurred while calling o1.parquet.
: org.apache.spark.SparkException: [TASK_WRITE_FAILED] Task failed while writing rows to file:/out.
\tat org.apache.spark.sql.errors.QueryExecutionErrors$.taskFailedWhileWritingRowsError(QueryExecutionErrors.scala:774)
Caused by: java.io.IOException: {cause}
\tat java.base/java.io.FileOutputStream.writeBytes(Native Method)
"""


class FromSparkError(Exception):
    __module__ = "pyspark.errors"


def shown(text: str, *, verbose: bool = False) -> MlbError:
    return explained(FromSparkError(text), verbose=verbose)


def test_an_error_of_ours_comes_back_as_it_was_raised() -> None:
    raised = "runtime.errors.DataError: the response is truncated\n  --> raw_id 7\n  = help: fetch it again"
    found = shown(WORKER.format(raised=raised))
    assert type(found) is DataError
    assert (found.what, found.where, found.hint) == (
        "the response is truncated",
        "raw_id 7",
        "fetch it again",
    )


def test_what_else_a_worker_raises_says_where() -> None:
    found = shown(WORKER.format(raised="ValueError: no such thing"))
    assert found.what == "a Python worker of Spark failed: ValueError: no such thing"
    assert found.where == "mlb.zip/runtime/spark/walk.py:88"
    assert "\tat " not in str(found)


def test_the_whole_text_is_shown_on_demand() -> None:
    assert "DAGScheduler.scala:2856" in str(shown(WORKER.format(raised="ValueError: x"), verbose=True))


def test_a_package_that_workers_lack() -> None:
    found = shown(WORKER.format(raised="ModuleNotFoundError: No module named 'orjson'"))
    assert found.what == "Spark's workers lack the package `orjson`: Python 3.11 in /opt/venv"
    assert found.where == "stage 3.0, 10.0.0.7 executor 2"
    ours = shown(WORKER.format(raised="ModuleNotFoundError: No module named 'generated.jobs'"))
    assert "mlb-etl spark package" in str(ours)


@pytest.mark.parametrize(
    ("text", "said", "kind"),
    [
        (JAVA.format(cause="No space left on device"), "a disk that Spark writes to is full", TerminalError),
        (JAVA.format(cause="File too large"), "a disk that Spark writes to is full", TerminalError),
        (JAVA.format(cause="the reason"), "Spark failed: IOException: the reason", TerminalError),
        (
            "[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.12 than that in driver: 3.11, PySpark",
            "Spark's workers run Python 3.12, this process runs 3.11",
            TerminalError,
        ),
        ("java.lang.OutOfMemoryError: Java heap space", "Spark ran out of memory", TerminalError),
        ("Answer from Java side is empty", "Spark's driver is gone", TransientError),
        (
            'java.io.IOException: Cannot run program "python9"',
            "cannot run the Python `python9`",
            TerminalError,
        ),
        ("java.net.BindException: Address already in use: Service", "cannot listen on a port", TerminalError),
    ],
)
def test_known_failures(text: str, said: str, kind: type[MlbError]) -> None:
    found = shown(text)
    assert said in found.what
    assert isinstance(found, kind)
    assert found.hint


def test_what_is_not_of_spark_passes() -> None:
    with pytest.raises(KeyError), translated():
        raise KeyError("a bug of ours")
    with pytest.raises(DataError, match="as it is"), translated():
        raise DataError("as it is")
    with pytest.raises(TerminalError, match="Spark failed: xyz"), translated():
        raise FromSparkError("xyz")


def test_java_that_does_not_start_says_why() -> None:
    log = "noise\nError occurred during initialization of VM\nInvalid maximum heap size: -Xmx9z\n"
    with pytest.raises(TerminalError) as error, not_started("local[2]", lambda: log):
        raise FromSparkError(
            "[JAVA_GATEWAY_EXITED] Java gateway process exited before sending its port number."
        )
    assert "Invalid maximum heap size: -Xmx9z" in str(error.value)
    said = "Error: Could not find or load main class X"
    with (
        pytest.raises(TerminalError, match=f"Spark did not start: {said}"),
        not_started("local[2]", lambda: said),
    ):
        raise FromSparkError("[JAVA_GATEWAY_EXITED]")
