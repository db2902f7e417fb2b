"""`--engine` and how Spark is run: `--master`, `--remote`, `--conf`, `--batch`, as one value for the verb."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ParamSpec, TypeVar, cast

import click
from click.core import ParameterSource

from runtime.cli.options import App
from runtime.engines import NAMES, Chosen
from runtime.spark import given
from runtime.spark.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

_OPTIONS = (
    click.option("--engine", type=click.Choice(NAMES), help="what transforms responses  [default: local]"),
    click.option(
        "--master",
        metavar="URL",
        envvar="MLB_SPARK_MASTER",
        help="Spark's: local[N], spark://HOST:PORT, yarn, k8s://URL; also MLB_SPARK_MASTER  [default: this machine]",
    ),
    click.option(
        "--remote",
        metavar="URL",
        envvar="MLB_SPARK_REMOTE",
        help="a Spark Connect server, sc://HOST:PORT; also MLB_SPARK_REMOTE",
    ),
    click.option("--conf", multiple=True, metavar="KEY=VALUE", help="a setting of Spark; may be repeated"),
    click.option(
        "--batch", type=click.IntRange(min=1), metavar="N", help="documents that go through Spark at once"
    ),
)
_OF_SPARK = ("master", "remote", "conf", "batch")


@dataclass(frozen=True, slots=True)
class _Given:
    """What the command line and the environment say."""

    engine: str | None
    master: str | None
    remote: str | None
    conf: Mapping[str, str]
    batch: int | None


def _default(_parameters: Mapping[str, object]) -> Chosen:
    return Chosen()


def engine_options(
    base: Callable[[Mapping[str, object]], Chosen] = _default,
) -> Callable[[Callable[P, T]], Callable[..., T]]:
    """Add the options, and pass what they say as `engine`: a `Chosen`.

    `base` tells from the other parameters of the verb what holds where nothing is given.
    """

    def decorate(verb: Callable[P, T]) -> Callable[..., T]:
        @functools.wraps(verb)
        def decorated(*arguments: P.args, **parameters: P.kwargs) -> T:
            context = click.get_current_context()
            said = {name: parameters.pop(name) for name in ("engine", *_OF_SPARK)}
            parameters["engine"] = chosen(context, said, base(parameters))
            return verb(*arguments, **parameters)

        for option in reversed(_OPTIONS):
            decorated = option(decorated)
        return decorated

    return decorate


def chosen(context: click.Context, said: Mapping[str, object], base: Chosen) -> Chosen:
    """Return what is to be run; a usage error for what does not fit together."""
    asked = _read(context, said)
    name = asked.engine or base.name
    if name != "spark":
        _refuse_options_of_spark(context)
        return Chosen(name)
    own = asked.master is not None or asked.remote is not None
    app = context.find_object(App)
    return Chosen(
        name,
        Settings(
            state=app.project.state if app else base.settings.state,
            master=asked.master if own else base.settings.master,
            remote=asked.remote if own else base.settings.remote,
            conf={**base.settings.conf, **asked.conf},
            batch=asked.batch or base.settings.batch,
            verbose=app.verbose if app else 0,
        ),
    )


def _read(context: click.Context, said: Mapping[str, object]) -> _Given:
    """Check each option by itself, and which of `--master` and `--remote` holds."""
    master, remote = cast("str | None", said["master"]), cast("str | None", said["remote"])
    if master and remote:
        typed = [name for name in ("master", "remote") if _is_typed(context, name)]
        if len(typed) != 1:
            raise click.UsageError(
                "a Spark has a master or is remote: say --master or --remote, not both", context
            )
        master, remote = (master, None) if typed == ["master"] else (None, remote)
    return _Given(
        engine=cast("str | None", said["engine"]),
        master=_checked(given.master, master, "--master") if master else None,
        remote=_checked(given.remote, remote, "--remote") if remote else None,
        conf=_checked(given.settings, cast("tuple[str, ...]", said["conf"]), "--conf"),
        batch=cast("int | None", said["batch"]),
    )


A = TypeVar("A")


def _checked(check: Callable[[A], T], value: A, option: str) -> T:
    try:
        return check(value)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error


def _refuse_options_of_spark(context: click.Context) -> None:
    typed = [f"`--{name}`" for name in _OF_SPARK if _is_typed(context, name)]
    if typed:
        verb = "are" if len(typed) > 1 else "is"
        raise click.UsageError(f"{', '.join(typed)} {verb} for Spark: add `--engine spark`", context)


def _is_typed(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE
