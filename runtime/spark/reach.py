"""Ask whether a server answers, before Spark tries for minutes."""

import re
import socket

from runtime.errors import TransientError

_SCHEMES = {"spark://": "a Spark master", "sc://": "a Spark Connect server"}
_ADDRESS = re.compile(r"^(?P<scheme>spark://|sc://)(?P<servers>[^/;]+)")
_SERVER = re.compile(r"^\[?(?P<host>[^\[\]]+?)\]?(?::(?P<port>\d+))?$")
_PORTS = {"spark://": 7077, "sc://": 15002}
_PATIENCE = 5


def reach(address: str) -> None:
    """Raise an error if none of the servers of an address takes a connection. Other masters are not asked."""
    found = _ADDRESS.match(address)
    if found is None:
        return
    scheme = found["scheme"]
    said: list[str] = []
    for server in found["servers"].split(","):
        at = _SERVER.match(server)
        problem = _refused(at["host"], int(at["port"] or _PORTS[scheme])) if at else "not HOST:PORT"
        if problem is None:
            return
        said.append(f"{server}: {problem}")
    raise TransientError(
        f"{_SCHEMES[scheme]} does not answer: {'; '.join(said)}",
        where=address,
        hint="is it running, and is the port right?",
    )


def _refused(host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), timeout=_PATIENCE).close()
    except TimeoutError:
        return f"no answer in {_PATIENCE} s"
    except OSError as error:
        return error.strerror or str(error)
    return None
