"""A live database against `generated/`: what differs in its schemas, and what to do about each difference."""

from runtime.schema_drift.difference import Difference
from runtime.schema_drift.whole import schema_drift

__all__ = ["Difference", "schema_drift"]
