"""Make a document that shows a mistake smaller, many tries at a time: one Spark job answers for all of them."""

import copy
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from runtime.job import Conformed

_TRIES, _ROUNDS = 200, 30


def smallest(document: Conformed, fails: Callable[[Sequence[Conformed]], Sequence[bool]]) -> Conformed:
    """Return a document that still fails, without most of what does not matter."""
    for _ in range(_ROUNDS):
        tries = list(islice(smaller(document), _TRIES))
        failing = (
            [tried for tried, failed in zip(tries, fails(tries), strict=True) if failed] if tries else []
        )
        if not failing:
            return document
        document = min(failing, key=lambda tried: len(str(tried)))
    return document


def smaller(document: Conformed) -> Iterator[Conformed]:
    """Yield copies without one member or element, those near the top first.

    >>> list(smaller({"a": [1, 2]}))
    [{}, {'a': [2]}, {'a': [1]}]
    """
    for route in _routes(document):
        made = holder = copy.deepcopy(document)
        for key in route[:-1]:
            holder = holder[key]
        del holder[route[-1]]
        yield made


def _routes(document: Conformed) -> Iterator[tuple]:
    level: list[tuple[tuple, Conformed]] = [((), document)]
    while level:
        inside = [
            ((*route, key), item)
            for route, value in level
            for key, item in (
                value.items()
                if isinstance(value, dict)
                else enumerate(value)
                if isinstance(value, list)
                else ()
            )
        ]
        yield from (route for route, _ in inside)
        level = inside
