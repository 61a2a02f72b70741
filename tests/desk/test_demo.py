"""The demo estate looks real: money comes in while the counter is open, one payment after the other."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.desk.demo.fee_events import counter_time
from tests.conftest import at


def test_no_two_at_the_counter_have_one_time(db, estate):
    now, zone = at("2026-11-17 06:30"), ZoneInfo(estate.time_zone)
    times = [counter_time(estate, now, back=3, n=n).astimezone(zone) for n in range(40)]
    assert len(set(times)) == 40
    assert {moment.date() for moment in times} == {now.astimezone(zone).date() - timedelta(days=3)}
    assert all(time(9) <= moment.time() < time(17, 30) for moment in times)
