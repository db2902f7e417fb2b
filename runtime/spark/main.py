"""What `spark-submit` runs: `mlb-etl`, with `runtime` and `generated` from the folder above or from `--py-files`."""

import sys
from pathlib import Path

# The folder of a script comes first: here it would hide modules of other packages that have the names of ours
sys.path = [place for place in sys.path if Path(place or ".").resolve() != Path(__file__).resolve().parent]
_HOME = Path(__file__).resolve().parents[2]
if (_HOME / "runtime" / "spark").is_dir():
    sys.path.insert(0, str(_HOME))

if __name__ == "__main__":
    from runtime.cli import main

    main()
