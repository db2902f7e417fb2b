"""The bundle on disk: exact, minimal, whole, and careful with history."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler import bundle as bundles
from compiler.bundle import (
    Bundle,
    FolderCache,
    FormatError,
    Lock,
    MemoryCache,
    compare,
    format_python,
    patch,
    recover,
    seal,
    sides,
    write,
)
from compiler.bundle import disk as disk_module

FILES = {
    "a.json": "{}\n",
    "models/game/live.py": "x = 1\n",
    "postgres/migrations/0001_initial.sql": "SELECT 1;\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "generated"


def sealed(**changes: str | None) -> Bundle:
    """The files with changes; None leaves a file out. `__` in a name is a slash, `_dot_` a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): text for name, text in changes.items()}
    files = {path: text for path, text in {**FILES, **named}.items() if text is not None}
    return seal(files, compiler="1", inputs={"mappings/a.yaml": "0" * 64})


def tree(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_write_then_compare_is_clean(folder: Path) -> None:
    written = write(sealed(), folder)
    assert written.added == ("a.json", "lock.json", *sorted(FILES)[1:])
    assert compare(sealed(), folder).is_clean
    before, after = sides(sealed(), folder)
    assert before == after == sealed().files
    assert tree(folder) == sealed().files


def test_what_did_not_change_is_not_touched(folder: Path) -> None:
    write(sealed(), folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    again = write(sealed(), folder)
    assert (again.added, again.changed, again.removed, again.unchanged) == ((), (), (), 4)
    changed = write(sealed(a_dot_json="[]\n"), folder)
    assert changed.changed == ("a.json", "lock.json")
    touched = {path.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert touched == {"a.json", "lock.json"}


def test_missing_stale_and_edited_are_told_apart(folder: Path) -> None:
    write(sealed(b_dot_json="1\n", c_dot_json="1\n"), folder)
    (folder / "a.json").unlink()
    (folder / "models/game/live.py").write_text("x = 2\n")
    found = compare(sealed(b_dot_json="2\n"), folder)
    assert found.missing == ("a.json",)
    assert found.edited == ("models/game/live.py",)
    assert found.stale == ("b.json", "c.json", "lock.json")


def test_stale_outputs_go_with_their_empty_folders(folder: Path) -> None:
    write(sealed(), folder)
    (folder / "mine.txt").write_text("not yours")
    removed = write(sealed(models__game__live_dot_py=None), folder).removed
    assert removed == ("models/game/live.py",)
    assert not (folder / "models").exists()
    assert (folder / "mine.txt").exists()


def test_history_is_never_removed(folder: Path) -> None:
    write(sealed(), folder)
    without = sealed(postgres__migrations__0001_initial_dot_sql=None)
    assert write(without, folder).removed == ()
    assert (folder / "postgres/migrations/0001_initial.sql").exists()


def test_history_that_is_dropped_by_name_goes(folder: Path) -> None:
    second = "postgres/migrations/0002_more.sql"
    write(sealed(postgres__migrations__0002_more_dot_sql="SELECT 2;\n"), folder)
    squashed = replace(sealed(), dropped=(second, "postgres/migrations/0003_never.sql"))
    assert compare(squashed, folder).stale == ("lock.json", second)
    assert f"--- a/generated/{second}\n+++ /dev/null" in patch(*sides(squashed, folder), "generated")
    assert write(squashed, folder).removed == (second,)
    assert tree(folder) == squashed.files


def test_a_selection_leaves_the_rest_alone(folder: Path) -> None:
    write(sealed(), folder)
    part = seal({"a.json": "[]\n"}, compiler="1", inputs={})
    assert write(part, folder, prune=False).changed == ("a.json", "lock.json")
    assert set(json.loads((folder / "lock.json").read_text())["outputs"]) == set(FILES)
    assert compare(part, folder, prune=False).is_clean
    assert write(sealed(a_dot_json="[]\n"), folder).removed == ()


def test_an_output_may_become_a_folder_and_back(folder: Path) -> None:
    write(sealed(docs="a file\n"), folder)
    write(sealed(docs__game_dot_md="a page\n"), folder)
    assert tree(folder)["docs/game.md"] == "a page\n"
    write(sealed(docs="a file\n"), folder)
    assert tree(folder)["docs"] == "a file\n"


@pytest.mark.parametrize("killed_at", range(4))
def test_a_killed_write_is_finished_by_the_next(
    folder: Path, killed_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(sealed(old_dot_json="1\n"), folder)
    move, moves = disk_module._move, []

    def killed(source: Path, target: Path) -> None:
        if len(moves) == killed_at:
            raise KeyboardInterrupt
        moves.append(target)
        move(source, target)

    new = sealed(a_dot_json="[]\n", b_dot_json="2\n", models__game__live_dot_py="x = 3\n")
    with monkeypatch.context() as patched:
        patched.setattr(disk_module, "_move", killed)
        with pytest.raises(KeyboardInterrupt):
            write(new, folder)
    assert recover(folder)
    assert tree(folder) == new.files


def test_a_write_that_fails_before_it_is_committed_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(sealed(), folder)
    before = tree(folder)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk_module, "_stage", full)
    with pytest.raises(OSError, match="No space"):
        write(sealed(a_dot_json="[]\n"), folder)
    assert tree(folder) == before
    assert not recover(folder)


def test_two_writes_at_once_wait_for_each_other(folder: Path) -> None:
    made = [sealed(a_dot_json=f"{number}\n", **{f"f{number}_dot_json": "1\n"}) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(lambda bundle: write(bundle, folder), made))) == 8
    assert tree(folder) in [bundle.files for bundle in made]


@pytest.mark.parametrize(
    "text", ["", "<<<<<<< HEAD\n", "[]", '{"outputs": 3}', '{"compiler": "", "inputs": {}, "outputs": null}']
)
def test_a_lock_that_makes_no_sense_owns_nothing(folder: Path, text: str) -> None:
    write(sealed(), folder)
    (folder / "lock.json").write_text(text)
    assert Lock.from_json(text) == Lock()
    assert write(sealed(models__game__live_dot_py=None), folder).removed == ()


def test_a_lock_cannot_reach_outside(folder: Path) -> None:
    outside = folder.parent / "precious.txt"
    outside.write_text("mine")
    write(sealed(), folder)
    lock = json.loads((folder / "lock.json").read_text())
    lock["outputs"] |= {"../precious.txt": "0", str(outside): "0"}
    (folder / "lock.json").write_text(json.dumps(lock))
    write(sealed(), folder)
    assert outside.exists()


def test_a_patch_does_what_a_write_does(folder: Path) -> None:
    write(sealed(old_dot_json="1\n"), folder)
    (folder / "a.json").write_text("no line break")
    (folder / "mine.txt").write_text("no output")
    new = sealed(b_dot_json="2\n")
    lines = patch(*sides(new, folder), "generated")
    assert "--- a/generated/a.json\n+++ b/generated/a.json\n" in lines
    assert "\\ No newline at end of file\n" in lines
    if shutil.which("patch") is None:
        pytest.skip("no patch command")
    subprocess.run(["patch", "-p1", "-s"], input=lines, text=True, cwd=folder.parent, check=True)
    assert tree(folder) == {**new.files, "mine.txt": "no output"}


def test_headers_follow_the_format() -> None:
    said = "Code generated by mlbc from mappings/a.yaml. DO NOT EDIT."
    assert bundles.header("a/b.sql", "mappings/a.yaml") == f"-- {said}\n"
    assert bundles.header("a/b.md", "mappings/a.yaml") == f"<!-- {said} -->\n"
    assert bundles.header("a/b.avsc", "mappings/a.yaml") == ""


def test_python_is_formatted_with_our_settings_whatever_the_project_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ruff.toml").write_text('line-length = 20\nformat.quote-style = "single"\n')
    monkeypatch.chdir(tmp_path)
    source = "from runtime.job import Job\nfrom pydantic import Field\nimport datetime\nx = [ Job,Field ]\n"
    made = format_python({"a/b.py": source, "a.sql": "select  1"}, MemoryCache())
    assert made == {
        "a/b.py": "from pydantic import Field\n\nfrom runtime.job import Job\n\nx = [Job, Field]\n",
        "a.sql": "select  1",
    }


def test_python_that_is_known_is_not_formatted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = FolderCache(tmp_path / "cache")
    first = format_python({"a.py": "x=1"}, cache)
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert format_python({"a.py": "x=1"}, FolderCache(tmp_path / "cache")) == first == {"a.py": "x = 1\n"}


def test_python_that_does_not_parse_is_our_bug() -> None:
    with pytest.raises(FormatError, match=r"a\.py"):
        format_python({"a.py": "x ="}, MemoryCache())


def test_a_cache_that_cannot_be_used_is_only_slow(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    cache = FolderCache(blocked)
    cache.put("key", "text")
    assert cache.get("key") is None


NAMES = st.sampled_from(("a.json", "b.json", "c/d.sql", "c/e.py", "f/g/h.md"))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(st.lists(st.dictionaries(NAMES, TEXTS, max_size=5), min_size=1, max_size=4))
def test_the_folder_is_always_the_last_bundle(
    tmp_path_factory: pytest.TempPathFactory, history: list[dict[str, str]]
) -> None:
    root = tmp_path_factory.mktemp("out") / "generated"
    for files in history:
        made = seal(files, compiler="1", inputs={})
        write(made, root)
        on_disk = {
            path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
        }
        assert on_disk == {path: text.encode() for path, text in made.files.items()}
