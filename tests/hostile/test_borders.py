"""Lists, files and logs asked for with a role held elsewhere, or by another department's supervisor."""

from datetime import time

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.estates.models import Shift
from helpdesk.lib.attempts import attempts, note_attempt
from helpdesk.staff.models import Membership
from helpdesk.staff.services import create_token
from tests.conftest import make_departments
from tickets.models import SignedLog
from tickets.services.day_logs import add_entry
from tickets.services.handovers import closing_labels, draft_handover, give_handover

pytestmark = pytest.mark.django_db


@pytest.fixture
def desks_handover(estate, departments, clerk):
    shift = Shift.objects.create(
        estate=estate, department=departments["front_desk"], name="Desk day", starts=time(0), ends=time(0)
    )
    handover = draft_handover(shift=shift, day=timezone.localdate(), actor=clerk)
    return give_handover(
        handover,
        actor=clerk,
        none_said=True,
        closing=[{"label": str(i), "done": True, "note": ""} for i in closing_labels(estate)],
    )


@pytest.mark.parametrize("page", ["handover_list", "desk"])
def test_another_departments_supervisor_reads_of_no_handover_of_the_desk(
    page, desks_handover, supervisor, desk_supervisor, login
):
    assert desks_handover.number in login(desk_supervisor).get(reverse(page)).content.decode()
    assert desks_handover.number not in login(supervisor).get(reverse(page)).content.decode()


def test_a_supervisor_writes_no_other_departments_handover(estate, departments, supervisor, login):
    shift = Shift.objects.create(
        estate=estate, department=departments["front_desk"], name="Desk day", starts=time(0), ends=time(0)
    )
    page = reverse("handover_new")
    assert "Desk day" not in login(supervisor).get(page).content.decode()
    answer = login(supervisor).post(page, {"shift": shift.pk, "day": timezone.localdate()})
    assert answer.status_code == 422 and not shift.handovers.exists()


@pytest.mark.parametrize("page", ["slip_export", "follow_up_export"])
def test_a_role_elsewhere_takes_no_list_of_this_estate_out(page, technician, other_estate, estate, login):
    Membership.objects.create(user=technician, estate=other_estate, role="clerk")
    browser = login(technician)
    browser.post(reverse("switch_estate"), {"estate": other_estate.pk})
    assert browser.get(reverse(page)).status_code == 200
    browser.post(reverse("switch_estate"), {"estate": estate.pk})
    assert browser.get(reverse(page)).status_code == 403


def test_a_form_that_comes_back_shows_the_log_of_its_own_estate(clerk, manager, estate, other_estate, login):
    make_departments(other_estate)
    Membership.objects.create(user=clerk, estate=other_estate, role="guard")
    Membership.objects.create(user=manager, estate=other_estate, role="manager")
    entry = add_entry(estate=estate, actor=manager, text="The lift doctor came by")
    add_entry(estate=other_estate, actor=manager, text="Secret of Maple Court")
    browser = login(clerk)
    browser.post(reverse("switch_estate"), {"estate": other_estate.pk})
    answer = browser.post(reverse("day_log_entry_task", args=[entry.pk]), {"kind": "nothing"})
    assert answer.status_code == 422
    assert "Secret of Maple Court" not in answer.content.decode()
    assert "The lift doctor came by" in answer.content.decode()


def test_a_remark_too_long_to_keep_signs_nothing(manager, estate, login):
    today = timezone.localdate().isoformat()
    answer = login(manager).post(reverse("day_log_sign", args=[today]), {"remark": "x" * 8001})
    assert answer.status_code == 422 and not SignedLog.objects.exists()
    assert "x" * 8001 in answer.content.decode()


@pytest.mark.parametrize("page", ["desk", "ticket_list", "dashboard", "resident_list", "fees_home"])
def test_nobody_at_the_same_screen_finds_a_page_again_after_log_out(page, manager, login):
    assert "no-store" in login(manager).get(reverse(page)).headers.get("Cache-Control", "")


def test_a_household_of_addresses_counts_as_one_sender():
    for last in range(3):
        note_attempt("form", f"2001:db8:1:2::{last}", seconds=60)
    assert attempts("form", "2001:db8:1:2:ffff::1") == 3
    assert attempts("form", "2001:db8:1:3::1") == 0


def test_addresses_of_four_written_as_six_stay_themselves():
    note_attempt("form", "::ffff:192.0.2.1", seconds=60)
    assert attempts("form", "::ffff:192.0.2.2") == 0
    assert attempts("form", "192.0.2.1") == 1


FILTERS = [
    ("ticket_list", "taken"),
    ("slip_table", "issued"),
    ("follow_up_table", "due"),
    ("pass_list", "made"),
]


@pytest.mark.parametrize(("page", "field"), FILTERS)
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_off_the_calendar_narrows_no_list(page, field, day, manager, login):
    browser = login(manager)
    for end in ("from", "to"):
        answer = browser.get(reverse(page), {f"{field}_{end}": day})
        assert answer.status_code == 200 and f"{day}</" not in answer.content.decode()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_moment_off_the_calendar_is_asked_for_again(moment, departments, make_ticket, manager, login):
    page = reverse("ticket_slip", args=[make_ticket().pk])
    data = {
        "department": departments["engineering"].pk,
        "kind": "repair",
        "instructions": "Look",
        "due_at": moment,
    }
    assert login(manager).post(page, data).status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_shift_of_the_end_of_days_is_handed_over(day, estate, departments, manager, login, client):
    shift = Shift.objects.create(
        estate=estate, department=departments["front_desk"], name="Day", starts=time(0), ends=time(0)
    )
    assert login(manager).post(reverse("handover_new"), {"shift": shift.pk, "day": day}).status_code == 409
    _token, plain = create_token(manager, name="x", actor=None)
    answer = client.post(
        "/api/v1/handovers/",
        {"shift": shift.pk, "day": day},
        content_type="application/json",
        headers={"Authorization": f"Bearer {plain}", "Idempotency-Key": "e-1"},
    )
    assert answer.status_code == 409
