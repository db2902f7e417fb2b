"""What users may say about Spark: masters, servers, settings. What would change the meaning of rows is refused."""

import re
from collections.abc import Iterable, Mapping

from runtime.errors import TerminalError
from runtime.spark.settings import SQL

_MASTER = re.compile(
    r"local|local\[(?:[1-9]\d*|\*)(?:,[1-9]\d*)?\]|local-cluster\[\d+,\d+,\d+\]"
    r"|spark://[^\s/:,]+:\d+(?:,[^\s/:,]+:\d+)*|yarn|k8s://\S+"
)
_REMOTE = re.compile(r"sc://[^\s/:;]+(?::\d+)?(?:/(?:;\S*)?)?")

_MEANING = {
    "spark.sql.session.timeZone": "instants are UTC in every engine",
    "spark.sql.ansi.enabled": "without it a wrong value becomes NULL, or another value, without a word",
    "spark.sql.caseSensitive": "`strikeOuts` and `strikeouts` are two fields",
    "spark.sql.json.enablePartialResults": "without it one wrong value takes its document with it",
    "spark.sql.variant.allowDuplicateKeys": "documents with a key twice would fail",
}
"""Settings of ours that decide what rows are, and why they are as they are."""

_OWN = {
    "spark.master": "use --master",
    "spark.remote": "use --remote",
    "spark.submit.deployMode": "it is an option of `spark-submit`",
    "spark.sql.timestampType": "instants are UTC in every engine",
    "spark.sql.mapKeyDedupPolicy": "maps with a key twice are errors",
    "spark.api.mode": "use --remote",
}
_LEGACY = "spark.sql.legacy."


def master(text: str) -> str:
    """Check the address of a master; raise ValueError with what it may be."""
    if not _MASTER.fullmatch(text):
        raise ValueError(
            f"`{text}` is no master; use local[N], spark://HOST:PORT, yarn or k8s://URL"
            + ("; --remote takes sc://HOST:PORT" if text.startswith("sc:") else "")
        )
    return text


def remote(text: str) -> str:
    """Check the address of a Spark Connect server; raise ValueError with what it may be."""
    if not _REMOTE.fullmatch(text):
        raise ValueError(f"`{text}` is no Spark Connect server; use sc://HOST:PORT")
    return text


def settings(pairs: Iterable[str]) -> dict[str, str]:
    """Read settings written KEY=VALUE; raise ValueError for what is none, or not for the user to change."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip()
        if not equals or not name.startswith("spark."):
            raise ValueError(f"`{pair}` is no setting; use spark.NAME=VALUE")
        if name in _OWN:
            raise ValueError(f"`{name}` cannot be set here: {_OWN[name]}")
        found[name] = value.strip()
    for name, reason in changing(found):
        raise ValueError(f"`{name}={found[name]}` would change what rows mean: {reason}")
    return found


def changing(conf: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the settings that would change what rows mean, with the reasons.

    >>> changing({"spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "Asia/Tokyo"})
    [('spark.sql.session.timeZone', 'instants are UTC in every engine')]
    """
    ours = (
        (name, reason)
        for name, reason in _MEANING.items()
        if conf.get(name, SQL[name]).lower() != SQL[name].lower()
    )
    legacy = ((name, "it brings back what older Sparks did") for name in conf if name.startswith(_LEGACY))
    return [*ours, *legacy]


def refuse(conf: Mapping[str, str], origin: str) -> None:
    """Raise an error for settings from elsewhere that would change what rows mean."""
    for name, reason in changing(conf):
        raise TerminalError(f"`{name}={conf[name]}` would change what rows mean: {reason}", where=origin)
