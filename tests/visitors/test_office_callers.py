"""A caller on the office: all five steps, the last two ticked together (docs/domain.md §6)."""

import pytest
from django.urls import reverse

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from tests.visitors.conftest import TEN
from visitors.models import Visit
from visitors.services.office_callers import seat_caller
from visitors.views.visit_steps import steps_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(announce, enter, departments, supervisor):
    return enter(announce(unit=None, purpose="A question", department=departments["engineering"]))


def test_the_five_steps_stand_on_the_page_and_one_press_ticks_the_last_two(caller, clerk, login):
    visit = Visit.objects.get()
    assert [step["state"] for step in steps_of(visit, works=True)] == [
        "done",
        "done",
        "done",
        "current",
        "open",
    ]
    url = reverse("visit_seat", args=[visit.pk])
    assert url in login(clerk).get(reverse("visit_detail", args=[visit.pk])).content.decode()
    assert login(clerk).post(url).status_code == 303
    visit.refresh_from_db()
    assert [step["state"] for step in steps_of(visit, works=True)] == ["done"] * 5
    page = login(clerk).get(reverse("visit_detail", args=[visit.pk])).content.decode()
    assert "Tea" in page and url not in page


def test_saying_so_again_changes_nothing(caller, clerk):
    first = seat_caller(caller, actor=clerk, at=TEN)
    assert seat_caller(caller, actor=clerk).seated_at == first.seated_at == TEN
    assert Entry.objects.filter(verb="visit.seated").count() == 1


def test_a_guest_of_a_unit_takes_the_short_path(announce, enter, clerk):
    guest = enter(announce())
    assert steps_of(guest, works=True) == []
    with pytest.raises(Refused) as told:
        seat_caller(guest, actor=clerk)
    assert told.value.code == "not_a_caller"
