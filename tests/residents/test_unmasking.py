"""One field, one reason, five minutes: for a role, not too often, kept each time and never with the value."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import AccessEntry, Entry
from helpdesk.estates.models import Duty, Shift
from helpdesk.lib.errors import Refused, TooOften
from helpdesk.notifications.models import Message
from residents.models import Resident
from residents.services import unmasking
from residents.services.identity_numbers import set_identity_number
from residents.services.persons_data import ask_erasure
from residents.services.unmasking import masked, unmask
from tests.conftest import at

pytestmark = pytest.mark.django_db
IDENTITY = "110101199003070134"
FIELD = "identity-number"
WHY = "To compare with the contract"


@pytest.fixture
def person(resident, manager) -> Resident:
    return set_identity_number(resident, actor=manager, written=IDENTITY)


@pytest.fixture
def case(make_ticket, person) -> str:
    return make_ticket(resident=person).number


def address(person, field=FIELD) -> str:
    return reverse("resident_unmask", args=[person.pk, field])


def code(**asked) -> str:
    with pytest.raises(Refused) as refused:
        unmask(**asked)
    return refused.value.code


def test_a_manager_says_why_and_sees_one_field_for_five_minutes(person, manager):
    moment = timezone.now()
    shown = unmask(person, actor=manager, field=FIELD, reason=WHY, address="10.0.0.9", at=moment)
    assert (shown.value, shown.until) == (IDENTITY, moment + timedelta(minutes=5))
    view = AccessEntry.objects.get()
    assert (view.field, view.actor, view.reason, view.address) == (
        "identity_number",
        manager,
        WHY,
        "10.0.0.9",
    )
    entry = Entry.objects.get(verb="resident.unmasked")
    assert entry.data == {"field": "identity_number", "role": "manager", "case": "", "reason": WHY}
    assert IDENTITY not in str(list(Entry.objects.values())) + str(list(AccessEntry.objects.values()))


def test_a_clerk_names_a_matter_that_is_open(person, clerk, case, make_ticket, unit):
    other = make_ticket(unit=unit).number
    asked = {"resident": person, "actor": clerk, "field": FIELD, "reason": WHY}
    assert (
        code(**asked)
        == code(**asked, case=other)
        == code(**asked, case="T-1999-000001")
        == "open_case_needed"
    )
    assert unmask(**asked, case=case).value == IDENTITY
    assert AccessEntry.objects.get().reason == f"{case} {WHY}"


def test_a_telephone_number_is_shown_as_people_say_it(person, manager):
    phone = person.phones.get()
    assert unmask(person, actor=manager, field=f"phone-{phone.pk}", reason=WHY).value == "138 0013 6021"
    assert Entry.objects.get(verb="resident.unmasked").data["field"] == f"phone_{phone.pk}"


@pytest.mark.parametrize("role", ["supervisor", "technician", "guard", "cashier", "admin", "outsider"])
def test_other_roles_see_nothing(role, person, request):
    assert (
        code(resident=person, actor=request.getfixturevalue(role), field=FIELD, reason=WHY) == "not_allowed"
    )
    assert not AccessEntry.objects.exists()


@pytest.mark.parametrize("reason", ["", "   ", "why", "\u3000"])
def test_without_a_reason_nothing_is_shown(reason, person, manager):
    assert code(resident=person, actor=manager, field=FIELD, reason=reason) == "reason_required"


@pytest.mark.parametrize(
    "reason", [IDENTITY, "for 1101 0119 9003", "ends with 070134", "11010119900307013-4 ok"]
)
def test_the_value_does_not_get_into_the_log_by_the_reason(reason, person, manager):
    assert code(resident=person, actor=manager, field=FIELD, reason=reason) == "reason_tells"
    assert not AccessEntry.objects.exists()


def test_a_field_that_is_empty_or_somebody_elses_is_not_there(resident, person, manager, estate):
    other = Resident.objects.create(estate=estate, name="Li")
    foreign = f"phone-{person.phones.get().pk}"
    for field in (FIELD, foreign, "phone-999", "phone-x", "name", "identity-hash", "note"):
        assert masked(other, field) is None
        assert code(resident=other, actor=manager, field=field, reason=WHY) == "nothing_there"


def test_twenty_an_hour_and_then_a_pause(person, manager, clerk, case):
    start = at("2026-11-23 10:00")
    for n in range(20):
        unmask(person, actor=manager, field=FIELD, reason=WHY, at=start + timedelta(minutes=n))
    with pytest.raises(TooOften):
        unmask(person, actor=manager, field=FIELD, reason=WHY, at=start + timedelta(minutes=30))
    assert AccessEntry.objects.count() == Entry.objects.filter(verb="resident.unmasked").count() == 20
    assert unmask(person, actor=clerk, field=FIELD, reason=WHY, case=case, at=start + timedelta(minutes=30))
    assert unmask(person, actor=manager, field=FIELD, reason=WHY, at=start + timedelta(minutes=61))


def test_who_watches_is_told_of_fifty_a_day_once(person, manager, admin, monkeypatch):
    monkeypatch.setattr(unmasking, "MOST_AN_HOUR", 1000)
    for n in range(52):
        unmask(
            person, actor=manager, field=FIELD, reason=WHY, at=at("2026-11-23 10:00") + timedelta(minutes=n)
        )
        assert Message.objects.filter(template="unmask_alert").count() == (1 if n >= 49 else 0)
    message = Message.objects.get(template="unmask_alert")
    assert (message.recipient_user, message.context["many"]) == (admin, True)


def test_who_watches_is_told_of_a_look_outside_the_shift(person, manager, clerk, case, departments, estate):
    shift = Shift.objects.create(
        estate=estate, department=departments["front_desk"], name="Early", starts="08:00", ends="16:00"
    )
    Duty.objects.create(shift=shift, day=date(2026, 11, 23), person=clerk)
    asked = {"actor": clerk, "field": FIELD, "reason": WHY, "case": case}
    unmask(person, **asked, at=at("2026-11-23 10:00"))
    assert not Message.objects.filter(template="unmask_alert").exists()
    unmask(person, **asked, at=at("2026-11-23 22:00"))
    assert Message.objects.get(template="unmask_alert").recipient_user == manager


def test_of_who_asked_to_be_forgotten_nothing_is_shown(person, manager):
    ask_erasure(person, actor=manager, reason="Their wish")
    assert code(resident=person, actor=manager, field=FIELD, reason=WHY) == "restricted"


def test_the_page_asks_first_and_shows_nothing_by_being_opened(person, manager, login):
    browser = login(manager)
    for _look in range(2):
        page = browser.get(address(person)).content.decode()
        assert IDENTITY not in page and "**************0134" in page
    assert not AccessEntry.objects.exists()


def test_the_answer_is_kept_nowhere_and_leaves_by_itself(person, manager, login):
    browser = login(manager)
    answer = browser.post(address(person), {"reason": WHY})
    assert answer.status_code == 200 and IDENTITY in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert answer["Refresh"] == f"300; url={address(person)}"
    assert "delay:300s" in answer.content.decode()
    assert IDENTITY not in browser.get(address(person)).content.decode()
    assert IDENTITY not in str(dict(browser.session.items()))
    assert AccessEntry.objects.count() == 1


def test_as_a_fragment_it_is_the_field_alone(person, manager, login):
    answer = login(manager).post(address(person), {"reason": WHY}, headers={"HX-Request": "true"})
    assert IDENTITY in answer.content.decode() and "<html" not in answer.content.decode()
    assert "Refresh" not in answer and "no-store" in answer["Cache-Control"]


def test_a_form_with_a_gap_comes_back_without_the_value(person, clerk, case, login):
    for sent in ({}, {"reason": WHY}, {"reason": "", "case": case}, {"reason": WHY, "case": "x"}):
        answer = login(clerk).post(address(person), sent)
        assert answer.status_code == 422 and IDENTITY not in answer.content.decode()
    assert not AccessEntry.objects.exists()


def test_where_nothing_is_open_a_clerk_is_told_so(person, clerk, login):
    page = login(clerk).get(address(person)).content.decode()
    assert "only a manager may look" in page and "<textarea" not in page


def test_beyond_twenty_the_page_says_wait(person, manager, login):
    browser = login(manager)
    answers = [browser.post(address(person), {"reason": WHY}).status_code for _n in range(21)]
    assert answers == [200] * 20 + [429]


def test_no_such_field_is_not_found(person, manager, login):
    assert login(manager).get(address(person, "note")).status_code == 404
    assert (
        login(manager).post(address(person, "phone-99999999999999999999"), {"reason": WHY}).status_code == 404
    )


def test_a_token_opens_no_such_door(person, manager, client):
    from helpdesk.staff.services import create_token

    _token, plain = create_token(manager, name="t", actor=None)
    answer = client.post(address(person), {"reason": WHY}, headers={"Authorization": f"Bearer {plain}"})
    assert answer.status_code == 302 and not AccessEntry.objects.exists()


def test_the_resident_page_leads_there_for_who_may(person, clerk, supervisor, login):
    page = reverse("resident_detail", args=[person.pk])
    assert address(person) in login(clerk).get(page).content.decode()
    assert address(person) not in login(supervisor).get(page).content.decode()


def test_the_log_stands_on_the_data_protection_page(person, manager, login):
    unmask(person, actor=manager, field=FIELD, reason=WHY)
    page = login(manager).get(reverse("data_protection")).content.decode()
    assert WHY in page and IDENTITY not in page and "identity_number" in page
