"""The releases of `pymlb_statsapi`, each unpacked as an installation would have it."""

import zipfile
from pathlib import Path

from runtime.index import fetch
from runtime.locks import locked
from runtime.sources import CaptureSource, Enveloped
from tests.support.project import ROOT

PACKAGE = "pymlb_statsapi"
INSIDE = f"{PACKAGE}/resources/schemas/statsapi/stats_api_1_0"
_HOME = ROOT / ".mlb" / "upstream"
WHEELS = {
    "1.4.0": "317ede925b6e1799ac8019369eb0d5f8137ffdb477d925f126d10bb01ba05008",
    "1.4.1": "2ce9721f5c10406bc8352f9643ba14646558cf6692058bf91e497c05c4e5ce75",
    "1.4.2": "425ee6ee389c38d14e2a7c5ccde1ae894214f8ca7a053cb53090298a396e1e84",
    "1.4.3": "e52ecc263f8be01c0d5bde1cd7177e350917c635ec192a9b0f60c2b2c8bdd607",
}
"""The digests of the wheels: documents and code, no responses."""


def installed(version: str) -> Path:
    """Return a folder into which a release is unpacked; fetched once, and kept.

    Raises:
        MlbError: the package index cannot be reached, or serves another file.
    """
    wheel = CaptureSource(
        package=PACKAGE,
        version=version,
        filename=f"{PACKAGE}-{version}-py3-none-any.whl",
        sha256=WHEELS[version],
        root=INSIDE,
        suffix=".json",
        contents=Enveloped(count=21),
    )
    archive, folder = _HOME / wheel.filename, _HOME / version
    _HOME.mkdir(parents=True, exist_ok=True)
    with locked(_HOME / ".lock"):
        if not wheel.is_in(archive):
            fetch(wheel, archive)
        if not folder.is_dir():
            _unpack(archive, folder)
    return folder


def _unpack(archive: Path, folder: Path) -> None:
    partial = folder.with_name(f".{folder.name}.part")
    with zipfile.ZipFile(archive) as wheel:
        wheel.extractall(partial)
    partial.replace(folder)
