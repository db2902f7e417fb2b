"""B: the gate, and what it compares with. What breaks whom has rules of its own: `compiler.breaking.rules`."""

from compiler.rules.rule import rule

NOTHING_COMPARED = rule(
    "B101",
    "nothing-compared",
    """The gate fails when it compared nothing: it must never pass because it did not run. There is no release in
`schemas/releases`, or what `--against` names holds no generated artefacts. Write a release with `mlbc release
VERSION`, or name a git ref or a folder.""",
)
VERSION_UNREADABLE = rule(
    "B102",
    "version-unreadable",
    """A version cannot be compared with: git does not know the ref, the folder is not there, or an artefact in it is
not what the compiler writes. In a shallow clone fetch the ref first: `git fetch --depth 1 origin main`.
Generated artefacts are made with `mlbc generate`.""",
)
RELEASE_EDITED = rule(
    "B103",
    "release-edited",
    """A release is written once. A file below `schemas/releases` is missing, was edited, or two branches both released:
the digests of `schemas/releases/releases.sum` form a chain, and each depends on all before it. Restore the files
from git; after a merge keep those of the main branch and release again under a higher version.""",
)
RELEASE_EXISTS = rule(
    "B104",
    "release-exists",
    """`mlbc release` never writes over a release: others compare with it. The version was released, or is no version:
three numbers with dots, such as `0.2.0`, greater than those before it. Choose the next one.""",
)
ACCEPTED_UNUSED = rule(
    "B105",
    "accepted-unused",
    """`schemas/accepted.yaml` accepts a break that there is not: the rule, the subject or the version is another, or
the break was taken back. An entry that matches nothing would silence the next break of that name. Remove it, or
copy the line that the gate prints.""",
)
