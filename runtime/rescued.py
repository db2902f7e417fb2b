"""Write the responses that rescued values come from as captures, for the compiler to learn from.

They are written whole, in envelopes: what is new in a response is judged against all of it.
"""

from collections.abc import Iterable
from pathlib import Path

from psycopg import sql

from runtime.documents import Documents
from runtime.drift import LEARNABLE, Drift, Place
from runtime.envelope import wrap
from runtime.errors import DataError
from runtime.job import Json
from runtime.raw import table_of
from runtime.registry import find

_REQUEST = """
SELECT endpoint, method, path_params, query_params, url, status_code, sha256
FROM {raw} WHERE raw_id = %s AND captured_at = %s
"""


def export(documents: Documents, found: Iterable[Drift], folder: Path) -> list[Path]:
    """Write the newest responses of every finding that the compiler can learn from; return the files.

    A file is named after its body: exporting again writes the same files.
    """
    wanted = dict.fromkeys(
        (one.operation, place) for one in found if one.reason in LEARNABLE for place in one.responses
    )
    folder.mkdir(parents=True, exist_ok=True)
    return list(dict.fromkeys(_write(documents, name, place, folder) for name, place in wanted))


def _write(documents: Documents, name: str, place: Place, folder: Path) -> Path:
    query = sql.SQL(_REQUEST).format(raw=table_of(find(documents.catalog, name)))
    row = documents.connection.execute(query, place).fetchone()
    if row is None:
        raise DataError(f"response {place[0]} of `{name}` is not in the raw tier")
    endpoint, method, path_params, query_params, url, status_code, sha256 = row
    members: dict[str, Json] = {
        "endpoint": endpoint,
        "method": method,
        "path_params": path_params,
        "query_params": query_params,
        "url": url,
        "status_code": status_code,
        "captured_at": place[1].isoformat(),
    }
    path = folder / name / f"{sha256[:16]}.json.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(wrap(members, documents.source(name, *place).body))
    partial.replace(path)
    return path
