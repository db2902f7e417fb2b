"""How numbers of things are told."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun; one that is plural anyway stays so.

    >>> counted(1, "query"), counted(1200, "query"), counted(0, "models")
    ('1 query', '1,200 queries', '0 models')
    """
    plural = noun if noun.endswith("s") else f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
