"""HELPDESK_ENV=production refuses to start on anything it was not told."""

import os
import subprocess
import sys

import pytest

GOOD = {
    "HELPDESK_ENV": "production",
    "SECRET_KEY": "s" * 25 + "ecret-key-of-a-real-deployment-0123456789",
    "FIELD_KEY": "f" * 25 + "ield-key-of-a-real-deployment-0123456789",
    "DATABASE_URL": "postgres://desk:secret@db.example/desk",
    "CELERY_BROKER_URL": "redis://broker.example:6379/0",
    "ALLOWED_HOSTS": "desk.example",
    "SITE_URL": "https://desk.example",
    "EMAIL_URL": "smtp://mail.example:25",
    "SMS_GATEWAY": "http",
    "SMS_GATEWAY_URL": "https://sms.example/send",
    "LOG_LEVEL": "ERROR",
}


def start(settings, tmp_path, *command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HELPDESK_DATA_DIR": str(tmp_path), **GOOD, **changes}
    return subprocess.run(
        [sys.executable, *(command or ("-c", "import helpdesk.settings"))],
        cwd=settings.BASE_DIR,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_complete_environment_starts(settings, tmp_path):
    started = start(settings, tmp_path)
    assert started.returncode == 0, started.stderr
    assert list(tmp_path.iterdir()) == [], "production makes no keys and no folders by itself"


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "FIELD_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "ALLOWED_HOSTS", "SITE_URL"]
)
def test_a_missing_variable_stops_the_start_and_is_named(settings, tmp_path, name):
    refused = start(settings, tmp_path, **{name: ""})
    assert refused.returncode != 0
    assert f"ImproperlyConfigured: HELPDESK_ENV=production needs {name}" in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS"),
        ("SITE_URL", "http://desk.example", "SITE_URL"),
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("FIELD_KEY", "short", "FIELD_KEY"),
        ("FIELD_KEY", GOOD["SECRET_KEY"], "FIELD_KEY"),
        ("DATABASE_URL", "sqlite:////tmp/desk.sqlite3", "DATABASE_URL"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL"),
        ("CELERY_BROKER_URL", "filesystem://localhost", "CELERY_BROKER_URL"),
        ("CELERY_BROKER_URL", "memory://", "CELERY_BROKER_URL"),
        ("DEBUG", "1", "DEBUG"),
        ("HELPDESK_ENV", "prod", "HELPDESK_ENV"),
        ("SMS_GATEWAY", "pigeon", "SMS_GATEWAY"),
        ("PORT", "abc", "PORT is a number from 1 to 65535, not 'abc'"),
        ("PORT", "65536", "PORT is a number"),
        ("PORT", "0", "PORT is a number"),
        ("PORT", "-1", "PORT is a number"),
        ("PORT", "8000.5", "PORT is a number"),
    ],
)
def test_a_wrong_value_stops_the_start_and_is_named(settings, tmp_path, name, value, word):
    refused = start(settings, tmp_path, **{name: value})
    assert refused.returncode != 0
    assert word in refused.stderr.strip().splitlines()[-1]


def test_a_command_says_a_wrong_value_in_one_line(settings, tmp_path):
    refused = start(settings, tmp_path, "manage.py", "serve", PORT="abc", HELPDESK_ENV="")
    assert refused.returncode == 1
    assert refused.stderr == "PORT is a number from 1 to 65535, not 'abc': PORT=8001 make run\n"


def test_the_deployment_check_finds_nothing(settings, tmp_path):
    checked = start(settings, tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("command", ["setup_embedded", "demo"])
def test_nothing_of_the_demo_can_be_loaded(settings, tmp_path, command):
    refused = start(settings, tmp_path, "manage.py", command, "--skip-checks")
    assert refused.returncode != 0
    assert "CommandError" in refused.stderr
