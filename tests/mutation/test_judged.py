"""The list of survivors that change nothing that matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.judged import Change, judged

ROOT = Path(__file__).parents[2]

DIFF = """--- mutation diff ---
--- a/consumer/delivery/lanes.py
+++ b/consumer/delivery/lanes.py
@@ -{line},5 +{line},3 @@
 def f(self) -> None:
-        log.info(
-            "one",
-        )
+        pass
     return
"""


@pytest.mark.parametrize("change", judged(), ids=lambda change: f"{change.module} {change.function} {change.was}")
def test_what_is_judged_is_the_code_as_it_is(change: Change) -> None:
    """Where the code has changed, the judgement is of nothing: delete the entry, and run `make mutate` again."""
    source = (ROOT / "consumer" / f"{change.module}.py").read_text()

    assert change.was in " ".join(line.strip() for line in source.splitlines())
    assert change.function.rpartition(".")[2] in source


def test_a_mutation_is_the_same_wherever_its_lines_have_moved_to() -> None:
    one, other = (Change.of("delivery/lanes", "Lanes.f", DIFF.format(line=line)) for line in (10, 99))

    assert one == other == Change("delivery/lanes", "Lanes.f", 'log.info( "one", )', "pass")


def test_the_list_says_why(tmp_path: Path) -> None:
    listed = tmp_path / "judged.toml"
    entry = "[[harmless]]\nmodule = 'avro/raw'\nfunction = 'f'\nwas = 'a'\nnow = 'b'\nwhy = '{}'\n"

    listed.write_text(entry.format("only a log line"))
    assert judged(listed) == {Change("avro/raw", "f", "a", "b"): "only a log line"}

    listed.write_text(entry.format("either way").replace("now = 'b'", "now = ['b', 'c']"))
    assert list(judged(listed)) == [Change("avro/raw", "f", "a", "b"), Change("avro/raw", "f", "a", "c")]

    listed.write_text(entry.format(" "))
    with pytest.raises(ValueError, match="without a reason"):
        judged(listed)
