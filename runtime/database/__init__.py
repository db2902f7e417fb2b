"""The database: an embedded PostgreSQL by default, any other server on request, and how to connect to it."""

from runtime.database.connection import ENVIRONMENT, Connection, connect, opened, problem, shown, url_in_use
from runtime.database.server import Options, Status, start, status, stop

__all__ = [
    "ENVIRONMENT",
    "Connection",
    "Options",
    "Status",
    "connect",
    "opened",
    "problem",
    "shown",
    "start",
    "status",
    "stop",
    "url_in_use",
]
