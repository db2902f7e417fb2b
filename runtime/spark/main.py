"""What `spark-submit` runs: `mlb-etl`, with `runtime` and `generated` from `--py-files`, or from the folder above."""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
if (_HERE.parent / "registry.py").is_file():
    # The folder of a script comes first: here it would hide modules of other packages that have the names of ours
    sys.path[0] = str(_HERE.parents[1])

if __name__ == "__main__":
    from runtime.cli import main

    main()
