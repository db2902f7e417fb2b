"""What the lock says, and how changes are told."""

from compiler.diagnostics import Sink
from compiler.frontends.swagger import read_api
from compiler.frontends.upstream import UpstreamLock, changes, declared, mismatches, read_lock
from compiler.source import SourceFile

OLD = """{"apis": [{"path": "/v1/t", "operations": [
  {"method": "GET", "nickname": "t", "type": "Team", "parameters": []}]}],
 "models": {"Team": {"properties": {"id": {"type": "string"}, "name": {"type": "string"}}}}}"""
NEW = OLD.replace('"id": {"type": "string"}', '"id": {"type": "int"}').replace('"name"', '"fullName"')


def facts(*texts: str) -> dict[str, str]:
    sink = Sink()
    files = [SourceFile(f"documents/d{number}.json", text) for number, text in enumerate(texts)]
    found = declared(read_api(files, sink))
    assert not sink.diagnostics
    return found


def test_a_change_is_told_by_property() -> None:
    assert [change.describe() for change in changes(facts(OLD), facts(NEW))] == [
        "added property Team.fullName: string",
        "property Team.id: string -> integer (int32)",
        "removed property Team.name: string",
    ]


def test_models_that_are_alike_are_told_once() -> None:
    assert [fact for fact in facts(OLD, OLD) if fact.startswith("model")] == ["model Team"]
    assert [fact for fact in facts(OLD, NEW) if fact.startswith("model")] == [
        "model Team of d0",
        "model Team of d1",
    ]


def test_a_change_of_one_copy_of_a_model_is_told_of_that_copy() -> None:
    expected = [
        "added property Team of d1.fullName: string",
        "property Team of d1.id: string -> integer (int32)",
        "removed property Team of d1.name: string",
    ]
    assert [change.describe() for change in changes(facts(OLD, OLD), facts(OLD, NEW))] == expected
    back = [change.describe() for change in changes(facts(OLD, NEW), facts(OLD, OLD))]
    assert back[0] == "removed property Team of d1.fullName: string"
    assert len(back) == len(expected)


def test_a_lost_operation_is_told() -> None:
    empty = '{"apis": [], "models": {}}'
    assert "removed operation d0.t: Team" in [
        change.describe() for change in changes(facts(OLD), facts(empty))
    ]
    assert "removed url d0.t GET /v1/t" in [change.describe() for change in changes(facts(OLD), facts(empty))]


def test_the_lock_is_read_back() -> None:
    lock = UpstreamLock(package="p", version="1", documents={"b": "2", "a": "1"}, declared=facts(OLD))
    sink = Sink()
    assert read_lock(SourceFile("schemas/upstream.lock", lock.to_json()), sink) == lock
    assert not sink.diagnostics


def test_mismatches_are_worded() -> None:
    lock = UpstreamLock(package="p", version="1", documents={"a": "1", "b": "2"})
    now = UpstreamLock(package="p", version="2", documents={"b": "3", "c": "4"})
    assert [*mismatches(lock, now)] == [
        "p is 2, accepted is 1",
        "document `a` is gone",
        "document `b` has changed",
        "document `c` is new",
    ]
    assert not [*mismatches(lock, lock)]
