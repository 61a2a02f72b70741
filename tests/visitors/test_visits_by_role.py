"""Every status of a visit × every act × every role, by its page and by the API (docs/domain.md §1, §6)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from helpdesk.staff.permissions import PERMISSIONS, Role
from visitors.models import Visit
from visitors.services.visits import VISIT_STATES, announce_visit, check_in

pytestmark = pytest.mark.django_db
S = Visit.Status
DOCUMENT, REASON, NOTE = {"id_document_type": "passport"}, {"reason": "Not expected"}, {"note": "Tried doors"}

# act of the table: (page, route of the API, what is posted and sent).
ACTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "confirm": ("visit_confirm", "confirm", {}),
    "tell_host": ("visit_tell_host", "tell-host", {}),
    "answer": ("visit_host_answer", "host-answer", {"answer": "wait"}),
    "check_in": ("visit_check_in", "check-in", DOCUMENT),
    "refuse": ("visit_refuse", "refuse", REASON),
    "seat": ("visit_seat", "seat", {}),
    "extend": ("visit_stay", "extend", {}),
    "check_out": ("visit_check_out", "check-out", {}),
    "report": ("visit_suspicious", "report-suspicious", NOTE),
}
# The clock's own.
BY_ITSELF = {"miss"}


def visit_in(status: str, unit: Any, clerk: Any, *, is_request: bool) -> Visit:
    """A guest of the unit in this status."""
    said = {"estate": unit.estate, "actor": clerk, "visitor_name": "Li Zhiming", "unit": unit}
    visit = announce_visit(**said, is_request=is_request)
    if status in {S.INSIDE, S.LEFT} and not is_request:
        visit = check_in(visit, actor=clerk, id_document_type="passport")
    kept: dict[str, Any] = {"status": status}
    if status in {S.INSIDE, S.LEFT}:
        kept |= {"arrived_at": timezone.now() - timedelta(minutes=5)}
    if status == S.LEFT:
        kept["left_at"] = timezone.now()
    if status == S.REFUSED:
        kept |= {"refuse_reason": "Kept", "refused_at": timezone.now()}
    Visit.objects.filter(pk=visit.pk).update(**kept)
    return Visit.objects.get(pk=visit.pk)


def send(door: str, act: str, visit: Visit, post: Any) -> int:
    """The status of the answer; an own throttle for every one."""
    cache.clear()
    page, route, words = ACTS[act]
    if act == "extend":
        until = timezone.now() + timedelta(days=1)
        words = {"until": f"{until:%Y-%m-%dT%H:%M}" if door == "page" else until.isoformat()}
    path = reverse(page, args=[visit.pk]) if door == "page" else f"/api/v1/visits/{visit.pk}/{route}/"
    return int(post(path, words).status_code)


def test_every_act_of_the_table_is_walked():
    assert set(ACTS) | BY_ITSELF == set(VISIT_STATES.table)


@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.parametrize(("door", "done"), [("page", 303), ("api", 200)])
def test_who_may_does_what_the_table_says_and_nobody_else_does_anything(
    door, done, act, unit, resident, cast, doors
):
    for status in S.values:
        for role in Role:
            visit = visit_in(status, unit, cast["clerk"], is_request=act == "confirm")
            if act == "seat":
                Visit.objects.filter(pk=visit.pk).update(kind="caller")
            before = (visit.status, visit.version)
            answer = send(door, act, visit, doors[door][role.value])
            visit.refresh_from_db()
            if role in PERMISSIONS["visits.work"] and status in VISIT_STATES.sources(act):
                assert answer == done, (act, status, role, answer)
                assert visit.status == (VISIT_STATES.table[act][1] or status), (act, status, role)
                continue
            expected = 409 if role in PERMISSIONS["visits.work"] else 403
            assert answer == expected, (act, status, role, answer)
            assert (visit.status, visit.version) == before, (act, status, role)


def test_for_another_estate_there_is_no_such_visit(unit, clerk, outsider, login, api):
    posts = {"page": login(outsider).post, "api": lambda *said: api(outsider).post(*said, format="json")}
    for act in ACTS:
        visit = visit_in(S.EXPECTED, unit, clerk, is_request=act == "confirm")
        assert {send(door, act, visit, post) for door, post in posts.items()} == {404}, act
