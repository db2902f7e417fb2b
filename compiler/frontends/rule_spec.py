"""Read the quality rules of a table (`check`) and of an operation (`sql`)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.frontends.document import Scalar
from compiler.frontends.grammar import GRAMMAR
from compiler.frontends.sql import read_sql
from compiler.frontends.yaml_reader import Yaml, YamlReader
from compiler.ir.quality import DocumentRuleSpec, RowRuleSpec, Severity
from compiler.rules import BAD_RULE, RULE_ONLY_WARNS

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SEVERITIES = tuple(severity.value for severity in Severity)
_BLOCK_HEADER = re.compile(r"[|>][^\n]*\n")


@dataclass(frozen=True, slots=True)
class RuleReader:
    """Reads `name: {check: ..., severity: ..., doc: ...}`, and the same with `sql`."""

    read: YamlReader

    def of_table(self, at: Yaml | None) -> tuple[RowRuleSpec, ...]:
        """Return the rules for the rows of a table."""
        return tuple(rule for name, entry in self._entries(at) if (rule := self._row_rule(name, entry)))

    def of_operation(self, at: Yaml | None) -> tuple[DocumentRuleSpec, ...]:
        """Return the rules over several tables of a document."""
        return tuple(rule for name, entry in self._entries(at) if (rule := self._document_rule(name, entry)))

    def _entries(self, at: Yaml | None) -> Iterator[tuple[str, Yaml]]:
        for name, entry in (self.read.entries(at) if at is not None else {}).items():
            if _NAME.fullmatch(name):
                yield name, entry
            else:
                message = f"`{name}` is not a name for a rule"
                advice = "say what holds, in lower case with underscores: `outs_in_range`"
                self.read.sink.report(BAD_RULE.at(entry.key_origin, message, advice=advice))

    def _row_rule(self, name: str, at: Yaml) -> RowRuleSpec | None:
        fields = self.read.fields(at, GRAMMAR["row_rule"])
        written = self.read.need(at, fields, "check")
        severity = self._severity(at, fields)
        check = read_sql(self.read, written)
        if check is None or severity is None:
            return None
        return RowRuleSpec(
            name=name,
            severity=severity,
            check=check,
            doc=self.read.text(fields.get("doc")),
            origin=at.key_origin,
        )

    def _document_rule(self, name: str, at: Yaml) -> DocumentRuleSpec | None:
        fields = self.read.fields(at, GRAMMAR["document_rule"])
        written = self.read.need(at, fields, "sql")
        severity = self._severity(at, fields)
        text = self.read.text(written)
        if written is None or not text or severity is None:
            return None
        if severity is Severity.ERROR:
            message = f"rule `{name}` looks at several tables: no row of them is the one to keep out"
            advice = "make it a `warning`, or a `check` of a table"
            self.read.sink.report(RULE_ONLY_WARNS.at(fields["severity"].origin, message, advice=advice))
        sql, start = _as_it_stands(written, text)
        return DocumentRuleSpec(
            name=name,
            severity=severity,
            sql=sql,
            start=start,
            doc=self.read.text(fields.get("doc")),
            origin=at.key_origin,
        )

    def _severity(self, at: Yaml, fields: dict[str, Yaml]) -> Severity | None:
        word = self.read.word(self.read.need(at, fields, "severity"), _SEVERITIES)
        return Severity(word) if word else None


def _as_it_stands(at: Yaml, text: str) -> tuple[str, int]:
    """Return a text with its indentation and its place in the file, so that places in it are places in the file."""
    assert isinstance(at.node, Scalar)
    start, end = at.node.span.start, at.node.span.end
    header = _BLOCK_HEADER.match(at.file.text, start, end)
    start, end = (header.end(), end) if header else (start + at.node.quote, end - at.node.quote)
    found = at.file.text[start:end]
    return (found.rstrip(), start) if found.split() == text.split() else (text, start)
