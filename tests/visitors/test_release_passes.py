"""From the draft to the issued pass, and the other ends (docs/domain.md §7)."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from tests.visitors.conftest import TEN
from visitors.models import Consent, ReleaseItem, ReleasePass, VisitorPolicy
from visitors.services import release_passes
from visitors.services.consents import record_consent
from visitors.services.gate import release_goods
from visitors.services.release_passes import (
    expire_passes,
    issue_pass,
    override_pass,
    refuse_pass,
    revoke_pass,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owes(monkeypatch):
    monkeypatch.setattr(
        release_passes, "arrears_of", lambda unit, at: SimpleNamespace(amount=Decimal("80.50"))
    )


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code
    return refusal.value


def test_an_owner_who_owes_nothing_gets_a_pass_with_a_code_for_the_same_day(make_pass, clerk):
    issued = issue_pass(make_pass(), actor=clerk, at=TEN)
    assert (issued.status, issued.number, len(issued.code)) == ("issued", "P-2026-000001", 10)
    assert issued.arrears_at_issue == 0 and issued.acknowledged_by is None
    assert issued.valid_until.astimezone(TEN.tzinfo).date() == TEN.date()


def test_the_same_form_twice_is_one_pass(make_pass):
    assert make_pass(form_token="a") == make_pass(form_token="a")
    assert ReleasePass.objects.count() == 1


@pytest.mark.parametrize("relation", ["tenant", "family", "agent"])
def test_whoever_is_not_the_owner_waits_for_the_owners_consent(make_pass, clerk, resident, relation):
    asked = make_pass(applicant_relation=relation)
    assert asked.status == "awaiting_consent"
    refused("consent_missing", issue_pass, asked, actor=clerk, at=TEN)
    phone = resident.phones.get()
    asked = record_consent(asked, actor=clerk, telephoned=resident, phone=phone, note="Agrees", at=TEN)
    assert asked.status == "draft" and Consent.objects.get().note == "Agrees"
    assert issue_pass(asked, actor=clerk, at=TEN).status == "issued"


def test_consent_counts_only_from_an_owner_at_a_number_on_file(make_pass, clerk, resident, unit):
    asked, phone = make_pass(applicant_relation="tenant"), resident.phones.get()
    said = {"actor": clerk, "telephoned": resident, "phone": phone, "at": TEN}
    refused("reason_required", record_consent, asked, note=" ", **said)
    phone.is_working = False
    refused("number_not_on_file", record_consent, asked, note="Yes", **said)
    phone.is_working = True
    unit.occupancies.update(relation="tenant")
    refused("number_not_on_file", record_consent, asked, note="Yes", **said)
    unit.occupancies.update(relation="owner", until=(TEN - timedelta(days=1)).date())
    refused("number_not_on_file", record_consent, asked, note="Yes", **said)
    assert not Consent.objects.exists()


def test_where_the_estate_warns_the_clerk_acknowledges_the_figure_and_it_is_kept(make_pass, clerk, owes):
    draft = make_pass()
    refused("arrears", issue_pass, draft, actor=clerk, at=TEN)
    issued = issue_pass(draft, actor=clerk, acknowledge_arrears=True, at=TEN)
    assert (issued.arrears_at_issue, issued.acknowledged_by) == (Decimal("80.50"), clerk)


def test_where_the_estate_blocks_only_an_override_with_a_reason_helps(
    make_pass, clerk, manager, estate, owes
):
    VisitorPolicy.objects.create(estate=estate, arrears="block")
    draft = make_pass()
    assert draft.status == "awaiting_override"
    refused("arrears", issue_pass, draft, actor=clerk, acknowledge_arrears=True, at=TEN)
    refused("reason_required", override_pass, draft, actor=manager, reason="", at=TEN)
    override_pass(draft, actor=manager, reason="Goods of a third party", at=TEN)
    issued = issue_pass(draft, actor=clerk, at=TEN)
    assert (issued.status, issued.override_by, issued.arrears_at_issue) == (
        "issued",
        manager,
        Decimal("80.50"),
    )


def test_refusing_and_revoking_need_a_reason_and_end_the_pass(make_pass, issued, clerk):
    draft, running = make_pass(), issued()
    refused("reason_required", refuse_pass, draft, actor=clerk, reason=" ")
    refused("reason_required", revoke_pass, running, actor=clerk, reason="")
    assert refuse_pass(draft, actor=clerk, reason="Not theirs").status == "refused"
    assert revoke_pass(running, actor=clerk, reason="Cancelled").status == "revoked"
    refused("revoked", release_goods, running, actor=clerk, gate="North", at=TEN)


def test_what_ran_out_is_expired_once_and_opens_nothing(issued, clerk, guard):
    running, later = issued(), TEN + timedelta(days=1)
    assert (expire_passes(TEN), expire_passes(later), expire_passes(later)) == (0, 1, 0)
    assert ReleasePass.objects.get().status == "expired"
    refused("expired", release_goods, running, actor=guard, gate="North", at=TEN)


ACTS = {
    "issue": lambda p, who: issue_pass(p, actor=who, at=TEN),
    "override": lambda p, who: override_pass(p, actor=who, reason="R", at=TEN),
    "refuse": lambda p, who: refuse_pass(p, actor=who, reason="R", at=TEN),
    "revoke": lambda p, who: revoke_pass(p, actor=who, reason="R", at=TEN),
    "release": lambda p, who: release_goods(p, actor=who, gate="North", at=TEN),
}
WAITING, RELEASABLE = {"draft", "awaiting_consent", "awaiting_override"}, {"issued", "partly_released"}
MAY = {"issue": WAITING, "override": WAITING, "refuse": WAITING, "revoke": RELEASABLE, "release": RELEASABLE}


@pytest.mark.parametrize("status", ReleasePass.Status.values)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_possible_from_its_own_states_alone(issued, clerk, status, act):
    release_pass = issued()
    ReleasePass.objects.filter(pk=release_pass.pk).update(status=status, end_reason="kept")
    if status in MAY[act]:
        ACTS[act](release_pass, clerk)
        return
    before = ReleasePass.objects.filter(pk=release_pass.pk).values().get(), Entry.objects.count()
    with pytest.raises(Refused):
        ACTS[act](release_pass, clerk)
    assert (ReleasePass.objects.filter(pk=release_pass.pk).values().get(), Entry.objects.count()) == before


def test_the_database_itself_lets_no_piece_leave_twice(issued):
    item = ReleaseItem.objects.filter(release_pass=issued()).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReleaseItem.objects.filter(pk=item.pk).update(released=item.quantity + 1)
