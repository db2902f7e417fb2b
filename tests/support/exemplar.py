"""One full document of an operation, made from its shape: every leaf has a value, every array and map one element."""

from compiler.ir.plan import OperationPlan
from compiler.ir.shape import Array, Map, Record, Scalar, Shape, Unknown
from compiler.ir.types import Codec, DateText, DecimalText, InningsText, InstantText, IntegerText, Type
from runtime.job import Conformed


def exemplar(plan: OperationPlan) -> Conformed:
    """Return the document; what an operation ignores is in it too."""
    return _value(plan.response)


def _value(shape: Shape) -> Conformed:
    match shape:
        case Record(members=members):
            return {item.name: _value(item.shape) for item in members}
        case Array(item=item):
            return [_value(item)]
        case Map(value=value):
            return {"key": _value(value)}
        case Unknown(mixed=mixed):
            return {"anything": 1} if mixed else None
        case Scalar(type=type_, codec=codec):
            return _leaf(type_, codec)


def _leaf(type_: Type, codec: Codec) -> Conformed:
    match codec:
        case DateText():
            return "2024-07-12"
        case InstantText():
            return "2024-07-13T01:40:00Z"
        case IntegerText():
            return "7"
        case InningsText():
            return "8.2"
        case DecimalText(format=form):
            return form.replace("0", "5") if form.startswith(".") else f"5{form[1:]}"
        case _:
            values: dict[Type, Conformed] = {
                Type.TEXT: "text",
                Type.BOOLEAN: True,
                Type.JSON: {"anything": 1},
            }
            return values.get(type_, 7)
