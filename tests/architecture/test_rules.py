"""The index of rules names tests that there are, and every section of the rules of the desk that is built."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
RULES = (ROOT / "helpdesk/docs/rules.md").read_text(encoding="utf-8")
ROWS = [
    line for line in RULES.splitlines() if line.startswith("| ") and not line.startswith(("| rule", "| ---"))
]


def test_every_test_that_the_index_names_is_there():
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = {
        name for text in tests for name in re.findall(r"^ *(?:async )?def (test_\w+)", text, re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", "\n".join(ROWS)))
    assert len(named) > 100
    assert named <= there, sorted(named - there)


def test_every_rule_of_the_index_has_a_test():
    assert [row for row in ROWS if "`test_" not in row] == []
    sections = re.findall(r"^## §(\d+)", RULES, re.MULTILINE)
    assert sections == ["1", "2", "3", "4", "5", "8", "9", "10"]
    numbered = re.findall(r"^\| (\d+) ", RULES, re.MULTILINE)
    assert set(numbered) == {str(n) for n in range(1, 11)}
