"""What every pass may look at: the inputs, and where to report."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from compiler.diagnostics import Sink
from compiler.ir.api import ApiModel
from compiler.ir.facts import Observed
from compiler.ir.mapping import MappingTree, OperationSpec


@dataclass(frozen=True, kw_only=True)
class Context:
    """The inputs of the compile, after `inherit`."""

    api: ApiModel
    mapping: MappingTree
    observed: Mapping[str, Observed]
    sink: Sink

    @cached_property
    def specs(self) -> dict[str, OperationSpec]:
        """Mappings by operation; every compiled operation has one."""
        return {spec.operation: spec for spec in self.mapping.operations}
