"""Turn keys of the API into names of the targets: words, cases, singulars, bounded lengths.

Every function depends on its argument alone, so that a name never changes when another one is added.
"""

import hashlib
import re

_ORDINAL = r"[0-9]+(?:st|nd|rd|th)(?![a-z])"
_DIGITS = rf"(?:(?!{_ORDINAL})[0-9]+)?"
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_WORD = re.compile(rf"{_ORDINAL}|[A-Z]+(?![a-z]){_DIGITS}|[A-Z]?[a-z]+{_DIGITS}|[0-9]+")
_IRREGULAR = {
    "bases": "base",
    "children": "child",
    "indices": "index",
    "news": "news",
    "people": "person",
    "series": "series",
    "status": "status",
    "statuses": "status",
}
_PLURALS = (
    (re.compile(r"ies$"), "y"),
    (re.compile(r"(?<=ss|ch|sh)es$|(?<=x)es$"), ""),
    (re.compile(r"(?<![sui])s$"), ""),
)


def digest(text: str, length: int = 8) -> str:
    """Return the first hex digits of the text's sha256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def is_text(key: str) -> bool:
    """Whether files and databases can hold a key: not NUL, not half a surrogate pair.

    >>> is_text("⚾"), is_text(chr(0)), is_text(chr(0xD800))
    (True, False, False)
    """
    return _NO_TEXT.search(key) is None


def words(key: str) -> tuple[str, ...]:
    """Split a key at cases, digits and signs, in lower case; a key without letters becomes a digest.

    >>> words("liveGameV1"), words("vX0"), words("lastDate1stHalf"), words("---")
    (('live', 'game', 'v1'), ('v', 'x0'), ('last', 'date', '1st', 'half'), ('key', 'cb3f91d5'))
    """
    found = tuple(word.lower() for word in _WORD.findall(key))
    return found or ("key", digest(key))


def snake(key: str) -> str:
    """Return a key in snake case.

    >>> snake("officialDate")
    'official_date'
    """
    return "_".join(words(key))


def pascal(parts: tuple[str, ...]) -> str:
    """Join words in Pascal case.

    >>> pascal(("play", "event"))
    'PlayEvent'
    """
    return "".join(part[:1].upper() + part[1:] for part in parts)


def singular(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return words with the last one in the singular.

    >>> singular(("all", "plays")), singular(("people",)), singular(("categories",)), singular(("status",))
    (('all', 'play'), ('person',), ('category',), ('status',))
    """
    return (*parts[:-1], _singular(parts[-1]))


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for pattern, replacement in _PLURALS:
        if pattern.search(word) and len(word) > 3:
            return pattern.sub(replacement, word)
    return word


def bounded(name: str, limit: int = 63) -> str:
    """Return a name of at most `limit` bytes: what does not fit becomes a digest of the whole name.

    >>> bounded("x" * 70)
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_c71bd109'
    """
    if len(name.encode()) <= limit:
        return name
    kept = name.encode()[: limit - 9].decode(errors="ignore").rstrip("_")
    return f"{kept}_{digest(name)}"
