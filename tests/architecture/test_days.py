"""A day is the one on the estate's own clock (helpdesk.estates.calendars.local), not the server's."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_services_and_api_of_residents_ask_no_servers_calendar():
    files = [path for part in ("services", "api") for path in (ROOT / "residents" / part).glob("*.py")]
    assert len(files) > 30
    assert [path.name for path in files if "timezone.localdate(" in path.read_text()] == []
