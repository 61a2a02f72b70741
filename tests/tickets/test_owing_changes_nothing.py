"""What a resident owes never changes class, priority, speed or tone (docs/domain.md §2.7)."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from tickets.classification import History

# Whatever decides about class, priority, limits, routing and who is told.
DECIDING = [
    "classification",
    "deadlines.py",
    "routing.py",
    "promise_words.py",
    "services/escalations.py",
    "services/class_reviews.py",
]


def modules():
    root = Path(settings.BASE_DIR, "tickets")
    for name in DECIDING:
        yield from (root / name).glob("*.py") if (root / name).is_dir() else [root / name]


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: path.name)
def test_what_decides_about_a_matter_knows_nothing_of_bills(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert not [module for module in named if module.split(".")[0] == "billing"]


def test_the_suggestion_is_made_of_words_and_reports_alone():
    assert set(History.__dataclass_fields__) == {"open_same_topic", "reports_30_days", "reopened"}
