"""A real S3 server for tests: `weed mini` of SeaweedFS, on loopback, gone with the tests."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

KEYS = {"AWS_ACCESS_KEY_ID": "mlb", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_REGION": "us-east-1"}
_SERVICES = ("master", "volume", "filer", "s3", "admin")
_GRPC = 10_000
"""Every port has one for gRPC, so far above it."""


def weed() -> Path | None:
    """Return the server's program, if it is installed."""
    found = Path(sys.executable).parent / "weed"
    return found if found.exists() else None


@contextlib.contextmanager
def served(program: Path, folder: Path) -> Generator[dict[str, str]]:
    """Run a server that keeps objects in a folder; yield the settings that clients need."""
    ports = dict(zip(_SERVICES, _free_ports(len(_SERVICES)), strict=True))
    switches = [f"-{name}.port={port}" for name, port in ports.items()]
    off = (
        "-master.telemetry=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-webdav=false",
        "-admin.ui=false",
    )
    command = [str(program), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *switches, *off]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **KEYS}, start_new_session=True
        )
    try:
        _wait(ports["s3"], server)
        yield {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports['s3']}"}
    finally:
        server.kill()
        server.wait()


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        if server.poll() is not None:
            raise RuntimeError(f"weed ended with {server.returncode}")
        time.sleep(0.1)
    raise TimeoutError("weed does not answer")


def _free_ports(count: int) -> list[int]:
    """Return ports, far from those that another process is looking at."""
    found: list[int] = []
    for port in range(20_000 + os.getpid() * 16 % 20_000, 50_000):
        if _is_free(port) and _is_free(port + _GRPC):
            found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
