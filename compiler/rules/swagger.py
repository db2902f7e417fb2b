"""S: what is wrong with an upstream document."""

from compiler.diagnostics import Severity
from compiler.rules.rule import rule

SWAGGER_SYNTAX = rule(
    "S101",
    "swagger-syntax",
    """An upstream document is not JSON. The compiler reads the documents of the installed package, or of `--schemas
DIR`; a truncated download or an edit by hand is the usual cause.

    {"apis": [}                    # not JSON""",
)
SWAGGER_MISSING_KEY = rule(
    "S102",
    "swagger-missing-key",
    """An upstream document lacks a key without which an operation or a model means nothing: `apis` and `models` of
the document, `path` and `operations` of an API, `method`, `nickname` and `type` of an operation, `type` of a
property.

    {"method": "GET", "type": "SeasonsRestObject"}                           # which nickname?
    {"method": "GET", "type": "SeasonsRestObject", "nickname": "seasons"}    # good""",
)
SWAGGER_WRONG_KIND = rule(
    "S103",
    "swagger-wrong-kind",
    """A key of an upstream document holds another kind of value than Swagger 1.2 says: a list where an object
belongs, a number for a name, a `swaggerVersion` other than 1.2.

    "models": []                   # models are an object: name -> model
    "models": {}                   # good""",
)
SWAGGER_MISSING_MODEL = rule(
    "S104",
    "swagger-missing-model",
    """A property or an operation names a model that its document does not declare. The type is taken as opaque:
what is observed decides. Upstream has some of these; they are reported for documents that `schemas/upstream.lock`
has not accepted, and by `mlbc upstream status`.

    "gameType": {"type": "GameTypeEnum"}      # no model `GameTypeEnum` in this document""",
    Severity.WARNING,
)
SWAGGER_RESPONSE_CONFLICT = rule(
    "S105",
    "swagger-response-conflict",
    """Variants of one method (same endpoint and nickname, other URL) declare different responses. They share a raw
table and one response type: a model with the properties of all of them; a property on which they disagree is
opaque.

    /v1/teams/stats/leaders        -> LeagueLeaderContainerRestObject
    /v1/teams/{teamId}/leaders     -> TeamLeaderContainerRestObject""",
    Severity.WARNING,
)
UPSTREAM_CHANGED = rule(
    "S110",
    "upstream-changed",
    """The upstream documents are not those that `schemas/upstream.lock` accepted: another version of the package,
or a changed, added or removed document. Generated code would change for a reason that no diff of this repository
shows. `mlbc upstream update` prints what changed (operations, models, properties) and accepts it.""",
)
UPSTREAM_LOCK = rule(
    "S111",
    "upstream-lock",
    """`schemas/upstream.lock` is missing or is not what `mlbc upstream update` writes. Do not edit it by hand: run
`mlbc upstream update`. If a merge left it in pieces, take either side first
(`git checkout --ours schemas/upstream.lock`), so that the update can tell what changes.""",
)
