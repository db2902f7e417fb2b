"""The Bundle: path -> text, everything that a compilation yields. Formatted, sealed, compared, written.

Only this package writes `generated/`.
"""

from compiler.bundle.cache import FolderCache, MemoryCache, TextCache
from compiler.bundle.disk import Comparison, Written, compare, finish, patch, recover, sides, write
from compiler.bundle.files import HISTORY, LOCK, Bundle, Lock, digest, header, notice, seal
from compiler.bundle.formatting import FormatError, format_python

__all__ = [
    "HISTORY",
    "LOCK",
    "Bundle",
    "Comparison",
    "FolderCache",
    "FormatError",
    "Lock",
    "MemoryCache",
    "TextCache",
    "Written",
    "compare",
    "digest",
    "finish",
    "format_python",
    "header",
    "notice",
    "patch",
    "recover",
    "seal",
    "sides",
    "write",
]
