"""Released versions: packed surfaces by version, and the chain of their digests, which only grows.

schemas/releases/0.1.0/surfaces.json.xz    what others may rely on since 0.1.0
schemas/releases/releases.sum              per version the digest of all releases up to it
"""

import hashlib
import lzma
import re
from collections.abc import Iterable, Mapping

from compiler.breaking.surfaces import Surfaces

SUM = "releases.sum"
_FILE = "surfaces.json.xz"
_VERSION = re.compile(r"\d+\.\d+\.\d+")


class BrokenReleaseError(ValueError):
    """A release, or their chain, is not as it was written; `path` is below the folder of the releases."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def file_of(version: str) -> str:
    """Return the file of a release, below the folder of the releases."""
    return f"{version}/{_FILE}"


def packed(surfaces: Surfaces) -> bytes:
    """Return surfaces as a release keeps them."""
    return lzma.compress(surfaces.to_json().encode(), preset=9)


def unpacked(version: str, content: bytes | None) -> Surfaces:
    """Return the surfaces of a release.

    Raises:
        BrokenReleaseError: it is not what `packed` makes.
    """
    if content is None:
        raise BrokenReleaseError(file_of(version), "is missing")
    try:
        found = Surfaces.from_json(lzma.decompress(content).decode())
    except (lzma.LZMAError, UnicodeDecodeError, ValueError) as error:
        raise BrokenReleaseError(file_of(version), str(error).lower()) from error
    if found.version != version:
        raise BrokenReleaseError(file_of(version), f"holds version {found.version}")
    return found


def listed(chain: str) -> tuple[str, ...]:
    """Return the versions of a chain, the first one first."""
    return tuple(line.partition("  ")[2] for line in chain.splitlines())


def chained(releases: Iterable[Surfaces]) -> str:
    """Return `releases.sum`: per version the digest of all releases that end with it."""
    lines: list[str] = []
    chain = ""
    for surfaces in releases:
        chain = hashlib.sha256(f"{chain}\n{surfaces.to_json()}".encode()).hexdigest()
        lines.append(f"{chain}  {surfaces.version}\n")
    return "".join(lines)


def verified(chain: str, contents: Mapping[str, bytes]) -> tuple[Surfaces, ...]:
    """Return the released versions, the first one first. `contents`: by version, what lies in the folder.

    Raises:
        BrokenReleaseError: a release is missing, edited, or not in the chain.
    """
    versions = listed(chain)
    for version in sorted(contents.keys() - {*versions}):
        raise BrokenReleaseError(file_of(version), f"is not in {SUM}")
    releases = tuple(unpacked(version, contents.get(version)) for version in versions)
    for expected, line in zip(chained(releases).splitlines(), chain.splitlines(), strict=True):
        if expected != line:
            raise BrokenReleaseError(file_of(line.partition("  ")[2]), "was edited, or one before it")
    return releases


def refusal(version: str, versions: Iterable[str]) -> str:
    """Return why a version cannot be released after others; "" if it can."""
    if not _VERSION.fullmatch(version):
        return f"`{version}` is no version"
    last = max(versions, key=_numbers, default="")
    if last and _numbers(version) <= _numbers(last):
        return f"`{version}` is not greater than the last release, {last}"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
