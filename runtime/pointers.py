"""Places in a document: JSON pointers (RFC 6901), and the pattern that they share with their like."""

from collections.abc import Iterator
from typing import TypeAlias

from runtime.job import Conformed, is_object
from runtime.shape import Array, Map, Node, Record, Split

Pointer: TypeAlias = "tuple[Pointer, str | int] | None"
"""A place: the place around it, and a key or an index. None is the document."""


def around(pointer: Pointer) -> Iterator[Pointer]:
    """Yield a place and all places around it, the document last."""
    while pointer is not None:
        yield pointer
        pointer = pointer[0]
    yield None


def pointer_text(pointer: Pointer) -> str:
    """Print a pointer as RFC 6901 has it.

    >>> pointer_text(((None, "a/b"), 3))
    '/a~1b/3'
    """
    tokens: list[str] = []
    while pointer is not None:
        pointer, token = pointer
        tokens.append(str(token).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{token}" for token in reversed(tokens))


def pointer_tokens(text: str) -> tuple[str, ...]:
    """Split a pointer into its tokens; indexes stay text.

    >>> pointer_tokens("/a~1b/3")
    ('a/b', '3')
    """
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:])


def pattern(shape: Node, pointer: str) -> str:
    """Return the path of a pointer with array indexes as `[*]` and map keys as `{*}`.

    Below what the shape knows, a number stands for an index.
    """
    node: Node | None = shape
    text = "$"
    for token in pointer_tokens(pointer):
        while isinstance(node, Split):
            node = node.yes
        match node:
            case Array():
                node, text = node.item, f"{text}[*]"
            case Map():
                node, text = node.value, f"{text}{{*}}"
            case Record():
                node, text = node.members.get(token), f"{text}.{token}"
            case _:
                node, text = None, f"{text}[*]" if token.isdecimal() else f"{text}.{token}"
    return text


def reach(value: Conformed, keys: tuple[str, ...]) -> Conformed:
    """Return what lies under keys of objects, or None where one is missing or is no object."""
    for key in keys:
        value = value.get(key) if is_object(value) else None
    return value
