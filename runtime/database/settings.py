"""What a cluster remembers between runs: its port and its password, readable by their owner only."""

import json
import os
import secrets
import socket
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from runtime.errors import TerminalError

HOST = "127.0.0.1"
USER = "mlb"
DATABASE = "mlb"

# Below the range that systems give to outgoing connections, so that a restart finds the port free again.
_FIRST_PORT, _PORTS = 20_000, 12_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Port and password of one cluster."""

    port: int
    password: str = field(repr=False)

    def url(self, database: str = DATABASE) -> str:
        """Return the connection URL, password included."""
        return f"postgresql://{USER}:{self.password}@{HOST}:{self.port}/{database}"


def load(path: Path) -> Settings | None:
    """Read the settings; None when there are none yet."""
    try:
        stored: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise TerminalError(f"cannot read the server's settings: {error}", where=str(path)) from error
    match stored:
        case {"port": int(port), "password": str(password)}:
            return Settings(port, password)
        case _:
            raise TerminalError("the server's settings lack port or password", where=str(path))


def save(path: Path, settings: Settings) -> None:
    """Write the settings atomically, readable by their owner only."""
    staging = path.with_suffix(".new")
    staging.unlink(missing_ok=True)
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump({"port": settings.port, "password": settings.password}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    staging.replace(path)


def create(base: Path) -> Settings:
    """Choose a free port, the same one for the same folder if it can be had, and a password."""
    return Settings(next(filter(is_free, _candidates(base))), secrets.token_urlsafe(18))


def is_free(port: int) -> bool:
    """Say whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _candidates(base: Path) -> Iterator[int]:
    start = zlib.crc32(os.fsencode(base))
    for step in range(_PORTS):
        yield _FIRST_PORT + (start + step) % _PORTS
    raise TerminalError(f"no free port between {_FIRST_PORT} and {_FIRST_PORT + _PORTS}")
