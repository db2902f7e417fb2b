"""Bind views and queries to what a database will hold."""

from compiler.backends.postgres import lower
from compiler.backends.postgres.metadata import metadata_relations
from compiler.driver.session import Session
from compiler.ir.catalog import Catalog
from compiler.ir.plan import Plan
from compiler.ir.views import Relations, View, ViewSpec
from compiler.migrate import CATALOG
from compiler.passes.views import bind_views


def bound_views(session: Session, specs: tuple[ViewSpec, ...], plan: Plan) -> tuple[View, ...]:
    """Return the views and queries; what is wrong with one is reported."""
    relations = {**relations_of(lower(plan)), **metadata_relations()}
    docs = {
        (table.name, column.name): column.doc for table in plan.tables.values() for column in table.columns
    }
    return bind_views(specs, relations, _last(session), session.sink, docs)


def relations_of(catalog: Catalog) -> Relations:
    """Return tables, columns and types of a catalog."""
    return {table.name: {column.name: column.type for column in table.columns} for table in catalog.tables}


def _last(session: Session) -> Relations:
    """Return the tables of the last compilation; none if there was none that can be read."""
    path = f"{session.project.generated}/{CATALOG}"
    file = session.project.read(path, session.sink)
    try:
        return relations_of(Catalog.from_json(file.text)) if file else {}
    except ValueError:
        return {}
