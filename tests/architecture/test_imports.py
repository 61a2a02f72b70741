"""Imports go down only, as the contracts in pyproject.toml say."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("importlinter")


def test_every_import_contract_is_kept(settings):
    linter = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run(
        [linter, "--no-cache"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
