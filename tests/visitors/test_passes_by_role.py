"""Every status of a pass × every act × every role: who may, and what the table then says (docs/domain.md §1, §7)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.staff.permissions import PERMISSIONS, Role
from visitors.models import ReleasePass
from visitors.services.pass_drafts import Goods, draft_pass
from visitors.services.release_passes import PASS_STATES, issue_pass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("resident")]
S = ReleasePass.Status

# act of the table: (page, permission, what is posted).
PAGES = {
    "change": ("pass_document", "passes.work", {"id_document_type": "passport"}),
    "confirm": ("pass_confirm", "passes.work", {}),
    "consent": ("pass_consent", "passes.work", {"note": "Agrees", "answer": "given"}),
    "override": ("pass_override", "passes.override", {"reason": "Goods of a third party"}),
    "issue": ("pass_issue", "passes.work", {"acknowledge_arrears": "on"}),
    "refuse": ("pass_refuse", "passes.work", {"reason": "Not theirs"}),
    "revoke": ("pass_revoke", "passes.work", {"reason": "Moving is off"}),
    "release": ("gate_release", "gate.release", {"gate": "North"}),
    "send_back": ("gate_send_back", "gate.release", {"gate": "North", "reason": "A piano"}),
}
# The clock's own.
BY_ITSELF = {"expire"}
CODED = {S.ISSUED, S.PARTLY_RELEASED, S.RELEASED, S.EXPIRED, S.REVOKED}


def test_every_act_of_the_table_is_walked():
    assert set(PAGES) | BY_ITSELF == set(PASS_STATES.table)


def pass_in(status, unit, clerk, *, is_request=False):
    """A pass of an owner in this status, with one sofa of two still inside."""
    made = draft_pass(
        unit=unit,
        actor=clerk,
        applicant_name="Wang Jianguo",
        applicant_relation="owner",
        id_document_type="identity_card",
        items=[Goods("Sofa", 2)],
    )
    if status in CODED:
        made = issue_pass(made, actor=clerk)
    ended = timezone.now() if status in {S.RELEASED, S.EXPIRED, S.REVOKED, S.REFUSED} else None
    ReleasePass.objects.filter(pk=made.pk).update(
        status=status, end_reason="kept" if ended else "", ended_at=ended, is_request=is_request
    )
    if status in {S.PARTLY_RELEASED, S.RELEASED}:
        made.items.update(released=1 if status == S.PARTLY_RELEASED else 2)
    return ReleasePass.objects.get(pk=made.pk)


def sent(act, release_pass, resident):
    words = dict(PAGES[act][2])
    if act == "consent":
        words["number"] = str(resident.phones.get().pk)
    if act == "release":
        words[f"item-{release_pass.items.get().pk}"] = "on"
    return words


@pytest.mark.parametrize("status", S.values)
@pytest.mark.parametrize("act", sorted(PAGES))
def test_who_may_does_what_the_table_says_and_nobody_else_does_anything(
    act, status, unit, resident, cast, login
):
    name, permission, _words = PAGES[act]
    for role in Role:
        one = pass_in(status, unit, cast["clerk"], is_request=act == "confirm")
        at_gate = name.startswith("gate_")
        url = reverse(name, args=[(one.code or "AAAAABBBBB") if at_gate else one.pk])
        answer = login(cast[role.value]).post(url, sent(act, one, resident))
        before = (one.status, one.version)
        one.refresh_from_db()
        if role not in PERMISSIONS[permission]:
            assert answer.status_code == 403, (act, status, role)
        elif status in PASS_STATES.sources(act):
            assert answer.status_code == 303, (act, status, role, answer.status_code)
            assert one.version > before[1] and one.status in S.values
            continue
        else:
            unknown = at_gate and not one.code
            assert answer.status_code == (404 if unknown else 409), (act, status, role, answer.status_code)
        assert (one.status, one.version) == before, (act, status, role)
