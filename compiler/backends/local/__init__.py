"""Lower the Plan to plain Python: what is known of a document, and one flat function per table that reads its rows.

jobs/documents/<slug>.py   SHAPE and a `Table` constant per table, shared by the engines
jobs/local/<slug>.py       one function per table, and JOB
jobs/operations.py         every operation, with its raw table and its modules
"""

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.backends.base import Name, in_docstring, render, source_of
from compiler.backends.local.documents import document_module, used
from compiler.backends.local.functions import function, keeps
from compiler.backends.local.operations import operations_module
from compiler.backends.local.rules import RuleText, rule_text
from compiler.ir.plan import OperationPlan, Plan, Table

NAME = "local"
_NAMES = ("EMPTY", "NOTHING", "integer_param", "sql", "text_param")
"""What functions of some tables need of `runtime.job`."""


@dataclass(frozen=True, slots=True)
class _Function:
    """A template model: a table's function, and the constant of its table."""

    name: str
    constant: str
    doc: str
    lines: tuple[str, ...]
    rules: tuple[RuleText, ...]
    because: str = ""
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalBackend:
    """Emits the plain-Python transforms."""

    name: str = NAME

    def emit(self, plan: Plan) -> Mapping[str, str]:
        """Return the modules of every compiled operation, and the list of all operations."""
        files = {"jobs/operations.py": operations_module(plan)}
        for operation in plan.operations:
            if operation.is_compiled:
                files[f"jobs/documents/{operation.slug}.py"] = document_module(operation)
                files[_job_file(operation)] = _job_module(operation)
        return files


BACKEND = LocalBackend()


def column_name(operation: OperationPlan, table: Table, column: str) -> Name:
    """Return where a column is made: the function of its table."""
    return Name(file=_job_file(operation), holder=_function_name(table), name=column)


def _job_file(operation: OperationPlan) -> str:
    return f"jobs/local/{operation.slug}.py"


def _function_name(table: Table) -> str:
    return table.short_name


def _job_module(operation: OperationPlan) -> str:
    functions = tuple(_function(operation, table) for table in operation.tables)
    rules = tuple(rule for function in functions for rule in function.rules)
    body = "\n".join(line for function in (*functions, *rules) for line in function.lines)
    body += "\n".join(line for function in functions for line in function.keeps)
    needed = ("Rule",) if rules else ()
    return render(
        "local/job.py.jinja",
        imports=("Conformed", "Extraction", "Job", "Params", "Row", *needed, *used(_NAMES, body)),
        source=source_of(operation),
        operation=operation.name,
        module="generated.jobs.documents." + operation.slug.replace("/", "."),
        document_key=repr(operation.document_key),
        index=tuple(_index_line(table) for table in operation.tables),
        functions=functions,
        rules=rules,
    )


def _index_line(table: Table) -> str:
    return f"{table.name}  key: {', '.join(table.key)}"


def _function(operation: OperationPlan, table: Table) -> _Function:
    return _Function(
        name=_function_name(table),
        constant=table.short_name.upper(),
        doc=in_docstring(table.doc or f"One row per `{table.name}`."),
        lines=function(operation, table),
        rules=tuple(rule_text(table, rule) for rule in table.rules),
        because=in_docstring(f"Leave rows out: {table.filter.because}.") if table.filter else "",
        keeps=keeps(table),
    )
