"""`python -m tests.shapes [--others]`: print the scores and write them to `SCORES.md`."""

import sys
import tempfile
from pathlib import Path

from tests.shapes.competitors import verdicts
from tests.shapes.score import SCORES, cases, page, write_others

if "--others" in sys.argv[1:]:
    with tempfile.TemporaryDirectory() as folder:
        write_others(*verdicts(cases(), Path(folder)))
text = page()
SCORES.write_text(text, "utf-8")
sys.stdout.write(text)
