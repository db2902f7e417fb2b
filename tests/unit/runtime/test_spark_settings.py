"""What users may say about Spark, and what Spark is told, without starting it."""

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from runtime import jobs
from runtime.cli.engine import engine_options
from runtime.cli.main import cli
from runtime.cli.options import App
from runtime.engines import Chosen
from runtime.errors import TerminalError, TransientError
from runtime.project import Project
from runtime.spark import given, machine, package
from runtime.spark.reach import reach
from runtime.spark.settings import SQL, Settings, configuration, session_configuration

MASTERS = (
    "local",
    "local[4]",
    "local[*]",
    "local[2,4]",
    "local-cluster[1,1,512]",
    "spark://a:7077",
    "spark://a:1,b:2",
)


@pytest.mark.parametrize("master", [*MASTERS, "yarn", "k8s://https://127.0.0.1:6443"])
def test_masters(master: str) -> None:
    assert given.master(master) == master


@pytest.mark.parametrize(
    "master", ["", "local[0]", "local[two]", "spark://a", "mesos://a:5050", "sc://a:1", "YARN"]
)
def test_what_is_no_master(master: str) -> None:
    with pytest.raises(ValueError, match="is no master; use local"):
        given.master(master)


def test_remotes() -> None:
    assert given.remote("sc://host:15002/;use_ssl=true;token=x") == "sc://host:15002/;use_ssl=true;token=x"
    for wrong in ("spark://host:15002", "sc://", "host:15002"):
        with pytest.raises(ValueError, match="use sc://HOST:PORT"):
            given.remote(wrong)


def test_settings_are_pairs() -> None:
    assert given.settings(["spark.a=1", "spark.b = x=y", "spark.a=2"]) == {"spark.a": "2", "spark.b": "x=y"}
    for wrong in ("spark.a", "a.b=1", "=1"):
        with pytest.raises(ValueError, match=r"use spark\.NAME=VALUE"):
            given.settings([wrong])


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        ("spark.sql.session.timeZone=Asia/Tokyo", "instants are UTC"),
        ("spark.sql.ansi.enabled=false", "becomes NULL"),
        ("spark.sql.caseSensitive=FALSE", "two fields"),
        ("spark.sql.legacy.timeParserPolicy=LEGACY", "older Sparks"),
        ("spark.master=yarn", "use --master"),
        ("spark.sql.timestampType=TIMESTAMP_NTZ", "instants are UTC"),
    ],
)
def test_what_would_change_the_meaning_of_rows_is_refused(pair: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        given.settings([pair])


def test_what_says_the_same_is_not_refused() -> None:
    assert given.settings(["spark.sql.ansi.enabled=TRUE"]) == {"spark.sql.ansi.enabled": "TRUE"}
    with pytest.raises(TerminalError, match="would change what rows mean"):
        given.refuse({"spark.sql.ansi.enabled": "false"}, "spark-submit")
    given.refuse({"spark.sql.ansi.enabled": "true", "spark.executor.memory": "4g"}, "spark-submit")


def test_the_number_of_documents_chooses_the_profile(tmp_path: Path) -> None:
    few = configuration(Settings(state=tmp_path, master="local[2]").sized(10))
    many = configuration(Settings(state=tmp_path, master="local[2]").sized(2430))
    assert (few["spark.ui.enabled"], many["spark.ui.enabled"]) == ("false", "true")
    assert "TieredStopAtLevel=1" in few["spark.driver.extraJavaOptions"]
    assert "UseParallelGC" in many["spark.driver.extraJavaOptions"]
    assert int(many["spark.driver.memory"].removesuffix("m")) >= 1024
    assert not Settings(master="spark://a:7077").sized(1).small, "to plan for a cluster costs what it costs"


def test_the_user_has_the_last_word(tmp_path: Path) -> None:
    said = {
        "spark.driver.memory": "3g",
        "spark.driver.extraJavaOptions": "-Da=b",
        "spark.sql.shuffle.partitions": "7",
    }
    conf = configuration(Settings(state=tmp_path, master="local[2]", conf=said))
    assert conf["spark.driver.memory"] == "3g"
    assert conf["spark.driver.extraJavaOptions"].endswith(" -Da=b")
    assert "-Duser.timezone=UTC" in conf["spark.driver.extraJavaOptions"]
    assert conf["spark.sql.shuffle.partitions"] == "7"


def test_a_cluster_has_its_own_settings_for_its_own_machines(tmp_path: Path) -> None:
    conf = configuration(Settings(state=tmp_path, master="yarn"))
    assert not {"spark.driver.host", "spark.local.dir", "spark.sql.shuffle.partitions"} & set(conf)
    assert session_configuration(Settings(remote="sc://a:1", conf={"spark.x": "1"})) == {
        **SQL,
        "spark.x": "1",
    }


def test_where_spark_runs() -> None:
    assert Settings(cores=3).where == "local[3]"
    assert (Settings(cores=3).parallelism, Settings(master="local[5,2]").parallelism) == (3, 5)
    assert Settings(master="local[*]", cores=8).parallelism == 8
    assert not Settings(remote="sc://a:1").is_local
    assert Settings(master="local[2]").documents_per_batch == 512
    assert Settings(master="local[2]", batch=10).documents_per_batch == 10


def test_memory_is_the_containers(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text(f"{2 << 30}\n")
    assert machine.memory_mib((tmp_path / "absent", limit)) == 2048
    limit.write_text("max\n")
    assert (machine.memory_mib((limit,)) or 0) > 0


def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(
        TransientError, match=r"a Spark master does not answer: 127\.0\.0\.1:1: Connection refused"
    ):
        reach("spark://127.0.0.1:1")
    with pytest.raises(TransientError, match="a Spark Connect server does not answer"):
        reach("sc://127.0.0.1:1/;token=secret")
    reach("yarn")


# ------------------------------------------------------------------------------------------------ the command


def chosen(*arguments: str, base: Chosen | None = None, **environment: str) -> Chosen:
    """Run a verb that has the options, and return what it gets."""
    import click

    got: list[Chosen] = []

    @click.command()
    @engine_options(lambda _: base or Chosen())
    def verb(engine: Chosen) -> None:
        got.append(engine)

    app = App(Project(Path("/project")), False, 1, "auto")
    done = CliRunner().invoke(verb, list(arguments), obj=app, env=environment)
    if done.exit_code:
        raise click.UsageError(done.output)
    return got[0]


def test_what_a_verb_gets() -> None:
    assert chosen() == Chosen("local")
    assert chosen(MLB_SPARK_MASTER="yarn") == Chosen("local"), "the environment does not choose the engine"
    got = chosen("--engine", "spark", "--conf", "spark.a=1", "--batch", "9", MLB_SPARK_MASTER="yarn")
    wanted = Settings(state=Path("/project/.mlb"), master="yarn", conf={"spark.a": "1"}, batch=9, verbose=1)
    assert got == Chosen("spark", wanted)


def test_what_is_typed_comes_before_the_environment() -> None:
    got = chosen("--engine", "spark", "--remote", "sc://a:1", MLB_SPARK_MASTER="yarn").settings
    assert (got.master, got.remote) == (None, "sc://a:1")


def test_the_command_line_comes_before_the_job() -> None:
    base = Chosen("spark", Settings(master="local[3]", conf={"spark.a": "1", "spark.b": "1"}, batch=5))
    got = chosen("--remote", "sc://a:1", "--conf", "spark.a=2", base=base)
    assert got.is_spark
    assert (got.settings.master, got.settings.remote, got.settings.batch) == (None, "sc://a:1", 5)
    assert got.settings.conf == {"spark.a": "2", "spark.b": "1"}
    assert chosen("--engine", "local", base=base) == Chosen("local")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--master", "yarn"), "`--master` is for Spark: add `--engine spark`"),
        (("--engine", "local", "--conf", "spark.a=1", "--batch", "3"), "`--conf`, `--batch` are for Spark"),
        (("--engine", "spark", "--master", "yarn", "--remote", "sc://a:1"), "not both"),
        (("--engine", "spark", "--master", "sc://a:1"), "--remote takes sc://HOST:PORT"),
        (("--engine", "spark", "--conf", "spark.sql.ansi.enabled=false"), "would change what rows mean"),
        (("--engine", "spark", "--batch", "0"), "--batch"),
    ],
)
def test_usage(arguments: tuple[str, ...], said: str) -> None:
    import click

    with pytest.raises(click.UsageError) as error:
        chosen(*arguments)
    assert said in " ".join(str(error.value.message).split())


def test_a_job_may_name_its_engine(tmp_path: Path) -> None:
    def read(engine: str) -> Chosen:
        (tmp_path / "one.yaml").write_text(f"about: a job\nsteps: [load]\nengine: {engine}\n", "utf-8")
        return jobs.recipe("one", tmp_path).engine

    assert read("spark").is_spark
    assert read("local") == Chosen("local")
    got = read("{name: spark, master: 'local[2]', conf: {spark.ui.enabled: true}, batch: 100}").settings
    assert (got.master, got.batch, got.conf) == ("local[2]", 100, {"spark.ui.enabled": "true"})
    for wrong in (
        "flink",
        "{name: local, master: yarn}",
        "{master: nowhere}",
        "{batch: -1}",
        "{cores: 3}",
        "[spark]",
    ):
        with pytest.raises(TerminalError, match="`engine`"):
            read(wrong)


# ------------------------------------------------------------------------------------------------ the package


def test_the_package_has_what_runs_and_nothing_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(package.write(tmp_path / "to" / "mlb.zip")) as archive:
        names = archive.namelist()
    assert {
        "runtime/transform.py",
        "runtime/cli/main.py",
        "generated/jobs/operations.py",
        "generated/",
    } <= set(names)
    assert {name.partition("/")[0] for name in names} == {"runtime", "generated"}
    assert names == sorted(names)


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = package.write(tmp_path / "a.zip"), package.write(tmp_path / "b.zip")
    assert one.read_bytes() == other.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.zip", "b.zip"]


def test_a_package_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TerminalError, match="cannot write the package"):
        package.write(tmp_path / "file" / "mlb.zip")


def test_the_command_writes_both_files(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli, ["spark", "package", "--to", str(tmp_path), "--json"], standalone_mode=False
    )
    assert done.exception is None
    assert sorted(file.name for file in tmp_path.iterdir()) == ["main.py", "mlb.zip"]


def test_workers_here_find_what_we_run_from() -> None:
    environment = {"PYTHONPATH": "/theirs"}
    package.find_by_workers(environment)
    assert environment["PYTHONPATH"].split(":")[-1] == "/theirs"
    assert any(
        (Path(place) / "runtime" / "transform.py").is_file() for place in environment["PYTHONPATH"].split(":")
    )
