"""Import generated code from a bundle, before (or without) it being written."""

import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_PACKAGE = "generated"


class BundleImporter(MetaPathFinder, Loader):
    """Finds `generated.a.b` at `a/b.py` of a bundle; a folder is a package."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module below `generated`, and of no other."""
        del path, target
        if not _is_ours(fullname):
            return None
        folder = _file(fullname).removesuffix(".py") + "/"
        is_package = fullname == _PACKAGE or any(file.startswith(folder) for file in self._files)
        is_known = is_package or _file(fullname) in self._files
        return ModuleSpec(fullname, self, is_package=is_package) if is_known else None

    def exec_module(self, module: ModuleType) -> None:
        """Execute a module's text; a package has none."""
        path = _file(module.__name__)
        code = compile(self._files.get(path, ""), f"{_PACKAGE}/{path}", "exec")
        exec(code, vars(module))  # nosec B102  # the text is this compiler's own output, made a moment ago


def _is_ours(name: str) -> bool:
    return name == _PACKAGE or name.startswith(f"{_PACKAGE}.")


def _file(name: str) -> str:
    return name.removeprefix(f"{_PACKAGE}.").replace(".", "/") + ".py"


@contextmanager
def importable(files: Mapping[str, str]) -> Generator[None]:
    """Make the bundle's modules the ones that `import generated...` finds; put everything back afterwards."""
    importer = BundleImporter(files)
    before = {name: module for name, module in sys.modules.items() if _is_ours(name)}
    _forget()
    sys.meta_path.insert(0, importer)
    try:
        yield
    finally:
        sys.meta_path.remove(importer)
        _forget()
        sys.modules.update(before)


def _forget() -> None:
    for name in [name for name in sys.modules if _is_ours(name)]:
        del sys.modules[name]
