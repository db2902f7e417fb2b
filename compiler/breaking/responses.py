"""Changes of responses: the Avro schemas that carry them whole, and the Pydantic models."""

import re
from collections.abc import Iterator, Mapping

from compiler.breaking.avro.differences import Difference, differences
from compiler.breaking.avro.nodes import parse
from compiler.breaking.findings import Change, Effect, Surface, change
from compiler.breaking.rules import Category
from compiler.breaking.surfaces import Attribute, Model, Operation, Surfaces
from compiler.ir.paths import Field, show

_NAME = re.compile(r"\b[A-Z]\w*")


def response_changes(old: Surfaces, new: Surfaces) -> Iterator[Change]:
    """Yield what changed in the responses of operations that both versions have."""
    for operation in old.operations:
        other = new.operation_by_name.get(operation.name)
        if other is not None:
            yield from _avro(operation, other, old, new)
    yield from _models(old, new)


# ------------------------------------------------------------------------------------------------- Avro


def _avro(operation: Operation, other: Operation, old: Surfaces, new: Surfaces) -> Iterator[Change]:
    file, now = _file(operation), _file(other)
    before, after = old.schemas.get(file), new.schemas.get(now)
    if before is None or before == after:
        return
    if after is None:
        effect = Effect(surface=Surface.AVRO, artefact=file, name="", text="is gone")
        subject = f"{operation.name}:$"
        yield change(
            "FIELD_NO_DELETE_UNLESS_RESERVED",
            subject,
            "the response has no Avro schema any more",
            effect,
            operation=operation.name,
        )
        return
    for found in differences(parse(before), parse(after)):
        yield _of_avro(found, operation.name, now)


def _of_avro(found: Difference, operation: str, file: str) -> Change:
    places = found.record.places or ("$",)
    key = found.field.key if found.field else None
    paths = places if key is None else tuple(f"{place}{_step(key)}" for place in places)
    name = f"{found.record.short_name}.{found.field.name}" if found.field else found.record.short_name
    effect = Effect(surface=Surface.AVRO, artefact=file, name=name, text=found.text)
    return Change(
        rule=found.rule,
        subject=f"{operation}:{paths[0]}",
        message=f"`{paths[0]}` of {operation} {found.text}",
        category=found.category,
        operation=operation,
        path=paths[0],
        also=paths[1:],
        effects=(effect,),
    )


def _file(operation: Operation) -> str:
    return f"avro/{operation.raw_table.replace('.', '/')}.avsc"


def _step(key: str) -> str:
    return "" if key == "$" else show((Field(key),))[1:]


# ------------------------------------------------------------------------------------------------- models


def _models(old: Surfaces, new: Surfaces) -> Iterator[Change]:
    names = {
        f"models/{operation.raw_table.replace('.', '/')}.py": operation.name for operation in old.operations
    }
    now = _by_file(new)
    for file, models in _by_file(old).items():
        operation = names.get(file, "")
        if operation and operation not in new.operation_by_name:
            continue
        found = now.get(file, {})
        renamed = {name: _successor(model, found) for name, model in models.items()}
        called = {name: other.name for name, other in renamed.items() if other}
        for name, model in models.items():
            other = renamed[name]
            if other is None:
                yield _no_model(model, operation)
            else:
                yield from _model(model, other, operation, called)


def _by_file(surfaces: Surfaces) -> dict[str, dict[str, Model]]:
    found: dict[str, dict[str, Model]] = {}
    for model in surfaces.models:
        found.setdefault(model.file, {})[model.name] = model
    return found


def _successor(model: Model, found: Mapping[str, Model]) -> Model | None:
    """Return the class of the same name, else that of the same place."""
    same_place = (other for other in found.values() if {*model.places} & {*other.places})
    return found.get(model.name) or next(same_place, None)


def _no_model(model: Model, operation: str) -> Change:
    effect = Effect(surface=Surface.PYDANTIC, artefact=model.file, name=model.name, text="is gone")
    return _of_model("MODEL_NO_DELETE", model, operation, f"the class `{model.name}` is gone", effect)


def _of_model(
    rule: str, model: Model, operation: str, message: str, effect: Effect, key: str | None = None
) -> Change:
    paths = tuple(f"{place}{'' if key is None else _step(key)}" for place in model.places)
    return Change(
        rule=rule,
        subject=f"{operation}:{paths[0]}" if operation else f"{model.file}:{effect.name}",
        message=message,
        category=Category.CODE,
        operation=operation,
        path=paths[0],
        also=paths[1:],
        effects=(effect,),
    )


def _model(old: Model, new: Model, operation: str, called: Mapping[str, str]) -> Iterator[Change]:
    if old.name != new.name:
        effect = Effect(
            surface=Surface.PYDANTIC, artefact=old.file, name=old.name, text=f"is called {new.name}"
        )
        message = f"the class of `{old.places[0]}` of {operation} is called {new.name}, not {old.name}"
        yield _of_model("MODEL_SAME_NAME", old, operation, message, effect)
    by_key = {attribute.key: attribute for attribute in new.attributes}
    for attribute in old.attributes:
        yield from _attribute(attribute, by_key.get(attribute.key), old, operation, called)


def _attribute(
    old: Attribute, new: Attribute | None, model: Model, operation: str, called: Mapping[str, str]
) -> Iterator[Change]:
    name = f"{model.name}.{old.name}"
    key = None if old.key == "root" and model.places == ("$",) else old.key
    said = f"`{old.key}` of `{model.places[0]}` of {operation}"

    def effect(text: str) -> Effect:
        return Effect(surface=Surface.PYDANTIC, artefact=model.file, name=name, text=text)

    if new is None:
        yield _of_model("FIELD_NO_DELETE", model, operation, f"{said} is gone", effect("is gone"), key)
        return
    if new.name != old.name:
        text = f"is called {new.name}"
        yield _of_model(
            "ATTR_SAME_ALIAS", model, operation, f"the attribute of {said} {text}", effect(text), key
        )
    expected = _NAME.sub(lambda found: called.get(found.group(), found.group()), old.type)
    if new.type != expected:
        text = f"is {new.type}, not {old.type}"
        yield _of_model("FIELD_SAME_TYPE", model, operation, f"{said} {text}", effect(text), key)
