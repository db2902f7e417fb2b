"""What Spark, Java and Python workers raise -> one error that says what failed, where, and what to do."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from runtime.errors import DataError, MlbError, TerminalError, TransientError

_TRACEBACK = re.compile(
    r"Traceback \(most recent call last\):\n(?P<frames>(?:[ \t]+.*\n|\n)*)"
    r"(?P<raised>[^\s].*(?:\n(?!\s*at |\s*$|Driver stack|Caused by|JVM stack).+)*)"
)
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)')
_RAISED = re.compile(r"^(?:[\w.]*\.)?(?P<kind>\w+)(?:: (?P<what>.*))?", re.DOTALL)
_OURS = {one.__name__: one for one in (DataError, TerminalError, TransientError)}
_TASK = re.compile(r"Lost task \S+ in stage (?P<stage>[\d.]+) \(TID \d+\) \((?P<where>[^)]*)\)")
_CAUSE = re.compile(r"^Caused by: (?:[\w.$]+\.)?(?P<what>[\w$]+(?:: .*)?)", re.MULTILINE)
_CLASS = re.compile(r"^(?:[a-z]\w*\.)+(?=[A-Z])")
_MOST = 500
"""Characters of a cause that are shown; all of it with `-v`."""


@dataclass(frozen=True, slots=True)
class Known:
    """A failure that says itself what to do: what its text holds, the message made from that, the way out."""

    pattern: re.Pattern[str]
    what: str
    hint: str
    kind: type[MlbError] = TerminalError


_KNOWN = (
    Known(
        re.compile(
            r"Python in worker has different version:? (?P<worker>[\d.]+) than that in driver:? (?P<driver>[\d.]+)"
        ),
        "Spark's workers run Python {worker}, this process runs {driver}",
        "set PYSPARK_PYTHON to a Python {driver} that every worker has (on a Connect server: where the server starts)",
    ),
    Known(
        re.compile(r"PYTHON_VERSION_MISMATCH.*?(?P<worker>\d+\.\d+).*?(?P<driver>\d+\.\d+)", re.DOTALL),
        "Spark's workers run Python {worker}, this process runs {driver}",
        "set PYSPARK_PYTHON to a Python {driver} that every worker has (on a Connect server: where the server starts)",
    ),
    Known(
        re.compile(r'Cannot run program "(?P<program>[^"]+)"'),
        "a Spark worker cannot run the Python `{program}`",
        "set PYSPARK_PYTHON to one that every worker has",
    ),
    Known(
        re.compile(r"No space left on device|Disk quota exceeded|File too large"),
        "a disk that Spark writes to is full",
        "free some space, or name another place with --conf spark.local.dir=DIR (scratch) or --checkpoint DIR",
    ),
    Known(
        re.compile(r"OutOfMemoryError|GC overhead limit exceeded"),
        "Spark ran out of memory",
        "give it more (--conf spark.driver.memory=8g, on a cluster spark.executor.memory=8g), or less (--batch N)",
    ),
    Known(
        re.compile(r"Python worker exited unexpectedly"),
        "a Python worker of Spark died; perhaps it ran out of memory",
        "give workers more (--conf spark.executor.pyspark.memory=2g), or smaller batches (--batch N)",
        TransientError,
    ),
    Known(
        re.compile(r"Python worker failed to connect back"),
        "a Python worker of Spark did not start in time",
        "the machine may be busy; run the same command again",
        TransientError,
    ),
    Known(
        re.compile(
            r"Answer from Java side is empty|Connection reset by peer|Error while sending|Connection refused"
        ),
        "Spark's driver is gone; perhaps it ran out of memory, or was killed",
        "the log says more; run the same command again",
        TransientError,
    ),
    Known(
        re.compile(
            r"All masters are unresponsive|StatusCode\.UNAVAILABLE|failed to connect to all addresses"
        ),
        "the Spark server does not answer any more",
        "is it running, and is it of the same version? run the same command again",
        TransientError,
    ),
    Known(
        re.compile(r"HADOOP_CONF_DIR or YARN_CONF_DIR must be set"),
        "the master is yarn, and nothing says where YARN is",
        "set HADOOP_CONF_DIR to the folder with yarn-site.xml",
    ),
    Known(
        re.compile(r"BindException: (?P<why>[^\n:]+)"),
        "Spark cannot listen on a port: {why}",
        "another process has it; choose another, such as --conf spark.ui.port=4050, or 0 for any",
    ),
    Known(
        re.compile(
            r"UnsupportedClassVersionError|(?P<why>Unrecognized VM option [^\n]*|Invalid maximum heap size[^\n]*)"
        ),
        "Java did not take its arguments, or is too old {why}",
        "see --conf spark.driver.memory and spark.driver.extraJavaOptions, and JAVA_HOME",
    ),
)


@contextmanager
def translated(*, verbose: bool = False) -> Generator[None]:
    """Turn what Spark raises inside into one error of ours; what it does not raise passes."""
    try:
        yield
    except Exception as error:
        if not of_spark(error):
            raise
        raise explained(error, verbose=verbose) from error


@contextmanager
def not_started(where: str, log: Callable[[], str] = str) -> Generator[None]:
    """Turn what goes wrong while Spark starts into one error; `log` gives what Java wrote."""
    try:
        yield
    except MlbError:
        raise
    except Exception as error:
        if not of_spark(error):
            raise
        found = recognised(f"{error}\n{log()}", where)
        if found is not None:
            raise found from error
        cause = _last_words(log()) or _cause(str(error))
        raise TerminalError(
            f"Spark did not start: {cause}", where=where, hint="`-v` shows what Java says"
        ) from error


def of_spark(error: Exception) -> bool:
    """Say whether an error comes from Spark, its Java, or the connection to it."""
    modules = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    return bool(modules & {"pyspark", "py4j", "grpc"}) or isinstance(error, ConnectionError)


def explained(error: Exception, *, verbose: bool = False) -> MlbError:
    """Return the error that a user sees."""
    text = str(error)
    task = _TASK.search(text)
    place = f"stage {task['stage']}, {task['where']}" if task else None
    found = _of_worker(text, place) or recognised(text, place)
    if found is None:
        found = TerminalError(
            f"Spark failed: {_cause(text)}", where=place, hint="`-v` shows all that Spark says"
        )
    return type(found)(f"{found.what}\n{text}", where=found.where, hint=found.hint) if verbose else found


def recognised(text: str, where: str | None) -> MlbError | None:
    """Return the error for a text with a known cause."""
    for known in _KNOWN:
        if found := known.pattern.search(text):
            words = {name: value or "" for name, value in found.groupdict().items()}
            return known.kind(
                known.what.format(**words).strip(), where=where, hint=known.hint.format(**words)
            )
    return None


def _of_worker(text: str, place: str | None) -> MlbError | None:
    """Return the error for what a Python worker raised: the last of the chain."""
    blocks = list(_TRACEBACK.finditer(text))
    if not blocks:
        return None
    block = blocks[-1]
    raised = _RAISED.match(block["raised"])
    frames = list(_FRAME.finditer(block["frames"]))
    if raised is None:
        return None
    kind, what = raised["kind"], (raised["what"] or "").strip()
    if kind in _OURS:
        return _ours(_OURS[kind], what)
    if kind == "ModuleNotFoundError":
        return _missing(what, text, place)
    if recognised(text, place) is not None:
        return None
    at = f"{frames[-1]['file']}:{frames[-1]['line']}" if frames else place
    return TerminalError(
        f"a Python worker of Spark failed: {kind}: {what[:_MOST]}",
        where=at,
        hint="`-v` shows all that Spark says",
    )


def _ours(kind: type[MlbError], text: str) -> MlbError:
    """Return an error of ours as it was raised, with its place and hint."""
    what, _, hint = text.partition("\n  = help: ")
    what, _, where = what.partition("\n  --> ")
    return kind(what, where=where.strip() or None, hint=hint.strip() or None)


def _missing(what: str, text: str, place: str | None) -> MlbError:
    name = re.search(r"'([\w.]+)'", what)
    module = name[1] if name else what
    interpreter = re.search(r'File "(?P<home>[^"]+)/lib/python(?P<version>[\d.]+)/', text)
    python = f"Python {interpreter['version']} in {interpreter['home']}" if interpreter else "their Python"
    if module.partition(".")[0] in {"runtime", "generated"}:
        return TerminalError(
            f"Spark's workers do not find `{module}`",
            where=place,
            hint="ship it: spark-submit --py-files mlb.zip, made by `mlb-etl spark package`",
        )
    return TerminalError(
        f"Spark's workers lack the package `{module}`: {python}",
        where=place,
        hint="workers need orjson, pyarrow, psycopg and pgpq, in the Python that PYSPARK_PYTHON names",
    )


def _cause(text: str) -> str:
    """Return the innermost cause in the text of an exception, on one line."""
    causes = list(_CAUSE.finditer(text))
    line = (
        causes[-1]["what"]
        if causes
        else next((one for one in text.splitlines() if one.strip()), "no reason given")
    )
    return _CLASS.sub("", line.strip())[:_MOST]


def _last_words(log: str) -> str:
    """Return the line of Java's output that says why it ended."""
    lines = [
        line
        for line in log.splitlines()
        if re.search(r"error|exception|could not|invalid", line, re.IGNORECASE)
    ]
    return _cause(lines[0]) if lines else ""
