"""Every status of a pass × every act × every role, by the API (docs/domain.md §1, §7)."""

from typing import Any

import pytest
from django.core.cache import cache

from helpdesk.staff.permissions import PERMISSIONS, Role
from tests.visitors.test_passes_by_role import BY_ITSELF, pass_in
from visitors.models import ReleasePass
from visitors.services.release_passes import PASS_STATES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("resident")]
S = ReleasePass.Status

# act of the table: (route, permission, what is sent).
ROUTES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "change": ("release-passes/{pk}/document/", "passes.work", {"id_document_type": "passport"}),
    "confirm": ("release-passes/{pk}/confirm-request/", "passes.work", {}),
    "consent": ("release-passes/{pk}/consent/", "passes.work", {"note": "Agrees"}),
    "override": ("release-passes/{pk}/override/", "passes.override", {"reason": "Goods of a third party"}),
    "issue": ("release-passes/{pk}/issue/", "passes.work", {"acknowledge_arrears": True}),
    "refuse": ("release-passes/{pk}/refuse/", "passes.work", {"reason": "Not theirs"}),
    "revoke": ("release-passes/{pk}/revoke/", "passes.work", {"reason": "Moving is off"}),
    "release": ("gate/{code}/release/", "gate.release", {"gate": "North"}),
    "send_back": ("gate/{code}/send-back/", "gate.release", {"gate": "North", "reason": "A piano"}),
}


def send(act: str, one: ReleasePass, post: Any, resident: Any) -> int:
    """The status of the answer; an own throttle for every one."""
    route, _permission, body = ROUTES[act]
    if act == "consent":
        body = body | {"telephoned": resident.pk, "phone": resident.phones.get().pk}
    cache.clear()
    return int(post("/api/v1/" + route.format(pk=one.pk, code=one.code or "AAAAABBBBB"), body).status_code)


def test_every_act_of_the_table_is_walked():
    assert set(ROUTES) | BY_ITSELF == set(PASS_STATES.table)


@pytest.mark.parametrize("act", sorted(ROUTES))
def test_who_may_does_what_the_table_says_and_nobody_else_does_anything(act, unit, resident, cast, doors):
    for status in S.values:
        for role in Role:
            one = pass_in(status, unit, cast["clerk"], is_request=act == "confirm")
            before = (one.status, one.version)
            answer = send(act, one, doors["api"][role.value], resident)
            one.refresh_from_db()
            may = role in PERMISSIONS[ROUTES[act][1]]
            if may and status in PASS_STATES.sources(act):
                assert answer == 200, (act, status, role, answer)
                assert one.version > before[1], (act, status, role)
                continue
            is_unknown = "{code}" in ROUTES[act][0] and not one.code
            expected = 403 if not may else 404 if is_unknown else 409
            assert answer == expected, (act, status, role, answer)
            assert (one.status, one.version) == before, (act, status, role)


def test_for_another_estate_there_is_no_such_pass(unit, resident, clerk, other_estate, make_staff, api):
    program = api(make_staff("stranger", "manager", other_estate))
    one = pass_in(S.ISSUED, unit, clerk)
    for act in ROUTES:
        assert send(act, one, lambda *said: program.post(*said, format="json"), resident) == 404, act
