"""Nothing committed depends on where it was made: no registry, no machine."""

import re

ALLOWED_HOSTS = {
    "127.0.0.1",
    "example.com",
    "json-schema.org",
    "localhost",
    "statsapi.mlb.com",
    "www.apache.org",
}
NO_ADDRESS_AT_ALL = (".ci/", "Makefile", "pyproject.toml", ".pre-commit-config.yaml")

HOST = re.compile(r"https?://(?:[^\s/@\"'`]*@)?([\w.-]+)")
MACHINE_PATH = re.compile(r"(?<![\w.$})\]*-])/(?:root|home|work|Users)/\w+")
INDEX_OPTION = re.compile(r"--(?:extra[-])?index[-]url|--find[-]links|--trusted[-]host")


def _found(texts: dict[str, str], pattern: re.Pattern[str], allowed: set[str]) -> list[str]:
    return sorted(
        {
            f"{path}: {match.group(match.lastindex or 0)}"
            for path, text in texts.items()
            for match in pattern.finditer(text)
            if match.group(match.lastindex or 0) not in allowed
        }
    )


def test_only_known_hosts_are_named(texts: dict[str, str]) -> None:
    assert not _found(texts, HOST, ALLOWED_HOSTS)


def test_no_path_of_a_machine_is_named(texts: dict[str, str]) -> None:
    assert not _found(texts, MACHINE_PATH, set())


def test_the_lock_names_hashes_and_no_place(texts: dict[str, str]) -> None:
    tooling = {path: text for path, text in texts.items() if path.startswith(NO_ADDRESS_AT_ALL)}
    assert not _found(tooling, HOST, set())
    assert not _found(tooling, INDEX_OPTION, set())
    locks = [text for path, text in texts.items() if path.startswith(".ci/") and path.endswith(".lock")]
    assert locks
    assert all(text.count("==") <= text.count("--hash=sha256:") for text in locks)
