"""What the commands hold at their peak."""

from tests.benchmarks.conftest import Sheet
from tests.benchmarks.memory import peak
from tests.e2e.conftest import new_place

GAME = ".mlb/captures/*/game/liveGameV1/liveGameV1_game_pk=747175_4*.json.gz"
PARSE = "import gzip,orjson,sys; orjson.loads(gzip.open(sys.argv[1]).read())"


def test_memory(sheet: Sheet) -> None:
    with new_place() as place:
        transforming = peak(f"mlb-etl transform game.liveGameV1 {GAME} --to out", place)
        parsing = peak(f"python -c '{PARSE}' {GAME}", place)
        empty = peak("python -c 'import orjson'", place)
        place.sh("rm -r .mlb/cache generated/jobs")
        generating = peak("mlbc generate", place)
    sheet.memory("memory of mlb-etl transform, one game", transforming, "parsing it", parsing)
    sheet.memory("memory of mlbc generate, without cache", generating, "Python", empty)
