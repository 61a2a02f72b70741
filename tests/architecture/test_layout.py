"""The house's front stays tidy: four apps, pages, static files, tests, and the papers a newcomer looks for."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOP = {
    *("manage.py", "helpdesk", "tickets", "residents", "visitors", "billing", "templates", "static", "tests"),
    *("Makefile", "pyproject.toml", "requirements.txt", "requirements-dev.txt", "compose.yaml", "Dockerfile"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
}


def kept_files() -> list[str]:
    # From git where there is one: a working folder may hold data and caches beside the project.
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return listed.stdout.splitlines() or sorted(
        path.name for path in ROOT.iterdir() if path.name not in {"var", "screenshots"}
    )


def test_nothing_new_stands_at_the_top():
    top = {name.split("/")[0] for name in kept_files()}
    assert {name for name in top if not name.startswith(".")} - TOP == set()


def test_no_room_is_called_utils():
    assert [name for name in kept_files() if Path(name).name in {"utils.py", "helpers.py", "common.py"}] == []
