"""A schema registry on this machine, with the REST interface of Confluent's, for tests of publishing.

No real one installs from the package indexes at hand. Schemas are parsed, and compared, by Apache's own library.
"""

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

import avro.errors
import avro.schema
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

Json: TypeAlias = dict[str, object]
LEVELS = {f"{name}{tail}" for name in ("BACKWARD", "FORWARD", "FULL") for tail in ("", "_TRANSITIVE")} | {
    "NONE"
}


class ProblemError(Exception):
    """What the registry answers instead."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.status = int(str(code)[:3])
        self.body = {"error_code": code, "message": message}


@dataclass
class Store:
    """What the registry has. `failures` are the statuses of the next answers, `secret` is `user:password`."""

    level: str = "BACKWARD"
    levels: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, list[str]] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    secret: str = ""
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, method: str, path: str, body: Json) -> object:
        """Answer a request, or raise a ProblemError."""
        top, *rest = map(unquote, path.strip("/").split("/"))
        match top, rest:
            case "subjects", []:
                return sorted(self.subjects)
            case "subjects", [subject, *versions]:
                return self.of_subject(method, subject, body, is_whole=not versions)
            case "compatibility", ["subjects", subject, "versions", *_]:
                said = self.objections(subject, parsed(body))
                return {"is_compatible": not said, "messages": said}
            case "config", []:
                return {"compatibilityLevel": self.level}
            case "config", [subject]:
                return self.set_level(subject, body) if method == "PUT" else self.own_level(subject)
            case _:
                raise ProblemError(404, "HTTP 404 Not Found")

    def of_subject(self, method: str, subject: str, body: Json, *, is_whole: bool) -> object:
        if method == "GET":
            return [number for number, _ in enumerate(self.of(subject), 1)]
        return self.found(subject, body) if is_whole else {"id": self.add(subject, body)}

    def own_level(self, subject: str) -> Json:
        if subject not in self.levels:
            raise ProblemError(
                40408, f"Subject '{subject}' does not have subject-level compatibility configured"
            )
        return {"compatibilityLevel": self.levels[subject]}

    def of(self, subject: str) -> list[str]:
        if subject not in self.subjects:
            raise ProblemError(40401, f"Subject '{subject}' not found.")
        return self.subjects[subject]

    def found(self, subject: str, body: Json) -> Json:
        schema, versions = canonical(body), self.of(subject)
        if schema not in versions:
            raise ProblemError(40403, "Schema not found")
        return {
            "subject": subject,
            "id": self.ids[schema],
            "version": versions.index(schema) + 1,
            "schema": schema,
        }

    def add(self, subject: str, body: Json) -> int:
        schema = canonical(body)
        said = self.objections(subject, parsed(body))
        if said and schema not in self.subjects.get(subject, []):
            raise ProblemError(
                409, f"Schema being registered is incompatible with an earlier schema; {said[0]}"
            )
        versions = self.subjects.setdefault(subject, [])
        if schema not in versions:
            versions.append(schema)
        return self.ids.setdefault(schema, len(self.ids) + 1)

    def set_level(self, subject: str, body: Json) -> Json:
        if body.get("compatibility") not in LEVELS:
            raise ProblemError(
                42203, "Invalid compatibility level. Valid values are none, backward, forward, full"
            )
        self.levels[subject] = str(body["compatibility"])
        return {"compatibility": body["compatibility"]}

    def objections(self, subject: str, new: avro.schema.Schema) -> list[str]:
        """Why a schema is not compatible with the last version, or with all of them."""
        level = self.levels.get(subject, self.level)
        versions = [avro.schema.parse(text) for text in self.subjects.get(subject, [])]
        compared = versions if level.endswith("_TRANSITIVE") else versions[-1:]
        return [said for old in compared for said in incompatible(level, new, old)]


def incompatible(level: str, new: avro.schema.Schema, old: avro.schema.Schema) -> Iterator[str]:
    pairs = {"BACKWARD": [(new, old)], "FORWARD": [(old, new)], "FULL": [(new, old), (old, new)]}
    for reader, writer in pairs.get(level.removesuffix("_TRANSITIVE"), []):
        found = ReaderWriterCompatibilityChecker().get_compatibility(reader, writer)
        if found.compatibility is not SchemaCompatibilityType.compatible:
            yield "; ".join(sorted(found.messages))


def parsed(body: Json) -> avro.schema.Schema:
    try:
        return avro.schema.parse(str(body["schema"]))
    except (KeyError, avro.errors.AvroException) as error:
        raise ProblemError(42201, f"Invalid schema {error}") from None


def canonical(body: Json) -> str:
    parsed(body)
    return json.dumps(json.loads(str(body["schema"])))


@contextmanager
def registry() -> Generator[tuple[str, Store]]:
    """Run a registry; yield its URL and what it has."""
    store = Store()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(store))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def handler(store: Store) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            store.asked.append(f"{self.command} {path}")
            status, body = self.result(path, content)
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def result(self, path: str, content: bytes) -> tuple[int, object]:
            expected = f"Basic {b64encode(store.secret.encode()).decode()}"
            if store.secret and self.headers.get("Authorization") != expected:
                return 401, {"error_code": 40101, "message": "Unauthorized"}
            if store.failures:
                return store.failures.pop(0), {
                    "error_code": 50001,
                    "message": "Error in the backend data store",
                }
            try:
                with store.lock:
                    return 200, store.handle(self.command, path, json.loads(content) if content else {})
            except ProblemError as problem:
                return problem.status, problem.body

        do_GET: Callable[..., None] = answer  # noqa: N815
        do_POST: Callable[..., None] = answer  # noqa: N815
        do_PUT: Callable[..., None] = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
