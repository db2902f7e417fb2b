"""Lower the operations to the list that the runtime starts from."""

from dataclasses import dataclass

from compiler.backends.base import render
from compiler.ir.paths import field_names
from compiler.ir.plan import OperationPlan, Plan, RawKey


@dataclass(frozen=True, slots=True)
class _Operation:
    """A template model: every value is a Python literal."""

    name: str
    raw_table: str
    raw_keys: tuple[str, ...]
    document_key: str
    version: str
    local: str
    spark: str
    checks: str


def operations_module(plan: Plan) -> str:
    """Return the module that lists every operation of the plan."""
    return render("local/operations.py.jinja", operations=tuple(_operation(item) for item in plan.operations))


def _operation(plan: OperationPlan) -> _Operation:
    module = plan.slug.replace("/", ".")
    return _Operation(
        name=repr(plan.name),
        raw_table=repr(plan.raw_table),
        raw_keys=tuple(_raw_key(key) for key in plan.raw_keys),
        document_key=repr(plan.document_key),
        version=repr(plan.version),
        local=repr(f"generated.jobs.local.{module}" if plan.is_compiled else None),
        spark=repr(f"generated.jobs.spark.{module}" if plan.is_compiled else None),
        checks=repr(f"generated.jobs.quality.{module}") if plan.has_rules else "",
    )


def _raw_key(key: RawKey) -> str:
    source = f"path={field_names(key.path)!r}"
    if key.param is not None:
        source = f"param={key.param.name!r}, default={key.param.default!r}"
    return f"RawKey(name={key.name!r}, type={str(key.type)!r}, {source})"
