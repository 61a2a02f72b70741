"""A visitor asked for on the public form: no code until the household or the desk says so, and nobody learns who lives where."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.lib.errors import Refused
from helpdesk.lib.masking import mask_name
from helpdesk.lib.sealed import clear
from helpdesk.notifications.models import Message
from helpdesk.staff.models import User
from residents.models import Occupancy, Unit
from tests.conftest import at
from tickets.models import Ticket
from visitors.models import Visit
from visitors.services.visit_requests import ask_for_visit, confirm_request, disown_request, open_request
from visitors.services.visit_watch import mark_no_shows
from visitors.services.visits import check_in, confirm_visit, refuse_visit

pytestmark = pytest.mark.django_db
TEN = at("2026-11-17 10:00")
ADDRESS = "203.0.113.9"
PHONE = "13800136021"


@pytest.fixture
def other_unit(unit: Any) -> Any:
    return Unit.objects.create(estate=unit.estate, building=unit.building, code="3-2-502")


@pytest.fixture
def ask(estate: Any) -> Any:
    def act(**said: Any) -> None:
        usual = {
            "name": "Wang",
            "phone": PHONE,
            "unit_code": "3-2-501",
            "visitor_name": "Li Zhiming",
            "at": TEN,
        }
        ask_for_visit(estate, **usual | said)

    return act


@pytest.fixture
def form() -> dict[str, str]:
    return {
        "name": "Wang",
        "phone": PHONE,
        "unit": "3-2-501",
        "visitor_name": "Li Zhiming",
        "party_size": "2",
        "form_token": "one",
    }


def secret_of(visit: Visit) -> str:
    link = Message.objects.get(dedupe_key=f"visit:{visit.pk}:confirm").link
    return str(link).rstrip("/").rsplit("/", 1)[1]


def refused(act: Any) -> str:
    with pytest.raises(Refused) as told:
        act()
    return told.value.code


def test_a_request_has_no_code_and_the_household_is_asked_at_a_number_on_file(ask, unit, resident):
    ask()
    visit = Visit.objects.get()
    assert visit.code is None and visit.confirmed_at is None and visit.confirm_digest
    message = Message.objects.get()
    assert message.template == "visit_confirm"
    assert PHONE[-4:] in clear(message.address)


def test_a_request_is_not_let_in(ask, unit, resident, clerk):
    ask()
    visit = Visit.objects.get()
    assert (
        refused(lambda: check_in(visit, actor=clerk, id_document_type="passport", at=TEN)) == "not_confirmed"
    )


def test_the_link_confirms_once(ask, unit, resident):
    ask(visitor_phone="13900139001")
    secret = secret_of(Visit.objects.get())
    visit = confirm_request(open_request(secret, address=ADDRESS, at=TEN), actor=None, at=TEN)
    assert visit.code and visit.confirmed_at == TEN
    assert Message.objects.filter(template="visit_invitation").count() == 1
    assert refused(lambda: open_request(secret, address=ADDRESS, at=TEN)) == "link_ended"
    assert refused(lambda: confirm_request(visit, actor=None, at=TEN)) == "already_confirmed"


def test_the_household_may_say_that_it_is_not_theirs(ask, unit, resident):
    ask()
    visit = Visit.objects.get()
    disown_request(open_request(secret_of(visit), address=ADDRESS, at=TEN), at=TEN)
    visit.refresh_from_db()
    assert (visit.status, visit.code, visit.confirm_digest) == ("refused", None, None)


def test_the_desk_confirms_as_well_and_the_link_is_nobodys_then(ask, unit, resident, clerk):
    ask()
    visit = Visit.objects.get()
    secret = secret_of(visit)
    assert confirm_visit(visit, actor=clerk, at=TEN).code
    assert refused(lambda: open_request(secret, address=ADDRESS, at=TEN)) == "link_ended"


def test_an_unknown_unit_goes_to_the_desk_with_the_visitors_name_masked(ask, unit, resident):
    ask(unit_code="9-9-999", phone="13700000009", visitor_name="Li Zhiming")
    assert not Visit.objects.exists()
    told = Ticket.objects.get().description
    assert f"Visitor: {mask_name('Li Zhiming')}\n" in told and "Zhiming" not in told


def test_an_unknown_unit_goes_to_the_desk_with_whatever_else_was_typed(ask, unit, resident):
    said = {"party_size": 7, "plate": "粤B·73K19", "purpose": "Measuring the windows"}
    ask(unit_code="9-9-999", phone="13700000009", expected_at=TEN + timedelta(hours=6), **said)
    told = Ticket.objects.get().description
    assert [word for word in ("7", "粤B·73K19", "Measuring the windows", "16:00") if word not in told] == []


@pytest.mark.parametrize("door", ["page", "api"])
def test_what_a_household_beyond_its_three_requests_typed_is_not_lost(door, ask, form, unit, resident):
    for n in range(3):
        ask(form_token=str(n), at=timezone.now())
    if door == "page":
        said = form | {"plate": "粤B·73K19", "party_size": "7"}
        Client().post(reverse("public_visit", args=["willow"]), said)
    else:
        said = {key: form[key] for key in ("name", "phone", "visitor_name")}
        said |= {"estate_code": "willow", "unit_code": "3-2-501", "plate": "粤B·73K19", "party_size": 7}
        Client().post("/api/v1/public/visits/", said, "application/json")
    told = Ticket.objects.get().description
    assert "粤B·73K19" in told and "7" in told


def test_the_same_form_again_is_one_request_and_one_message(ask, unit, resident):
    ask(form_token="once")
    ask(form_token="once")
    assert (Visit.objects.count(), Message.objects.count(), Ticket.objects.count()) == (1, 1, 0)


def test_the_same_form_with_a_corrected_unit_is_another_request(ask, unit, other_unit, resident):
    for code in ("9-9-998", "9-9-999", other_unit.code, "3-2-501"):
        for _time in range(2):
            ask(form_token="once", unit_code=code, phone="13700000009")
    assert sorted(Visit.objects.values_list("unit__code", flat=True)) == sorted([other_unit.code, "3-2-501"])
    assert list(Ticket.objects.order_by("pk").values_list("unit_as_written", flat=True)) == [
        "9-9-998",
        "9-9-999",
    ]


def test_the_same_form_again_is_one_request_though_the_household_has_three(ask, unit, resident):
    for token in ("a", "b", "c", "c"):
        ask(form_token=token)
    assert (Visit.objects.count(), Ticket.objects.count()) == (3, 0)


@pytest.mark.parametrize("door", ["page", "api"])
def test_the_desk_confirms_and_the_code_goes_to_the_visitor_as_promised(
    door, ask, unit, resident, login, api, clerk
):
    ask(visitor_phone="13900139001", at=timezone.now())
    visit = Visit.objects.get()
    if door == "page":
        assert login(clerk).post(reverse("visit_confirm", args=[visit.pk])).status_code == 303
    else:
        assert api(clerk).post(f"/api/v1/visits/{visit.pk}/confirm/").status_code == 200
    told = Message.objects.get(template="visit_invitation")
    visit.refresh_from_db()
    assert told.link == reverse("visit_invitation", args=[visit.code]) and "139001" in clear(told.address)


def test_a_stranger_does_not_fill_a_households_telephone(ask, unit, resident):
    for n in range(5):
        ask(form_token=str(n), phone="13700000009")
    assert Visit.objects.count() == Message.objects.filter(template="visit_confirm").count() == 3
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"phone": "12"}, "phone_invalid"),
        ({"visitor_phone": "12"}, "phone_invalid"),
        ({"visitor_name": " "}, "text_missing"),
        ({"expected_at": TEN - timedelta(days=2)}, "expected_in_the_past"),
    ],
)
@pytest.mark.parametrize("code_of_unit", ["3-2-501", "9-9-999"])
def test_what_is_refused_is_refused_of_known_and_unknown_units_alike(
    ask, unit, resident, wrong, code, code_of_unit
):
    assert refused(lambda: ask(unit_code=code_of_unit, **wrong)) == code


def test_known_and_unknown_hear_the_same(form, unit, resident, settings):
    url = reverse("public_visit", args=["willow"])
    known = Client().post(url, form)
    unknown = Client().post(url, form | {"unit": "9-9-999", "phone": "13700000009", "form_token": "two"})
    assert known.status_code == unknown.status_code == 200
    words = [page.content.decode().split("<main")[1] for page in (known, unknown)]
    assert words[0] == words[1]


def test_the_page_answers_a_program_and_keeps_nothing(form, unit, resident):
    url = reverse("public_visit", args=["willow"])
    assert Client().get(url).status_code == 200
    assert Client().post(url, form | {"website": "x"}).status_code == 200
    assert Client().post(url, form | {"phone": "12"}).status_code == 400
    assert Client().put(url).status_code == 405
    assert Client().get(reverse("public_visit", args=["nowhere"])).status_code == 404
    assert not Visit.objects.exists()


def test_ten_requests_an_hour_from_one_address(form, unit, resident):
    url = reverse("public_visit", args=["willow"])
    answers = [Client().post(url, form | {"form_token": str(n)}).status_code for n in range(11)]
    assert answers == [200] * 10 + [429]


def test_the_confirming_page_shows_what_is_needed_and_leads_to_the_code(form, unit, resident):
    Client().post(reverse("public_visit", args=["willow"]), form)
    visit = Visit.objects.get()
    url = reverse("visit_confirm_link", args=[secret_of(visit)])
    page = Client().get(url)
    assert "Li Zhiming" in page.content.decode() and page["Referrer-Policy"] == "same-origin"
    done = Client().post(url, {"answer": "yes"}).content.decode()
    visit.refresh_from_db()
    invitation = reverse("visit_invitation", args=[visit.code])
    assert invitation in done and "Li Zhiming" not in done
    shown = Client().get(invitation).content.decode()
    assert "3-2-501" not in shown and resident.name not in shown and "Li Zhiming" not in shown
    assert Client().get(url).status_code == 410


def moved_out(visit: Visit, clerk: User) -> None:
    Occupancy.objects.update(until=timezone.localdate() - timedelta(days=1))


def day_over(visit: Visit, clerk: User) -> None:
    Visit.objects.update(created_at=timezone.now() - timedelta(days=1))


def day_over_and_swept(visit: Visit, clerk: User) -> None:
    day_over(visit, clerk)
    assert mark_no_shows(timezone.now()) == 1


@pytest.mark.parametrize(
    "end",
    [
        moved_out,
        day_over,
        day_over_and_swept,
        lambda visit, clerk: refuse_visit(visit, actor=clerk, reason="Nobody there knows of it"),
        lambda visit, clerk: confirm_visit(visit, actor=clerk),
    ],
)
def test_a_request_that_waits_no_more_names_nobody(form, unit, resident, clerk, end):
    Client().post(reverse("public_visit", args=["willow"]), form)
    visit = Visit.objects.get()
    url = reverse("visit_confirm_link", args=[secret_of(visit)])
    end(visit, clerk)
    before = Visit.objects.values().get()
    page = Client().get(url)
    assert page.status_code == 410 and "Li Zhiming" not in page.content.decode()
    assert [Client().post(url, {"answer": a}).status_code for a in ("yes", "no")] == [410, 410]
    assert Visit.objects.values().get() == before


def test_a_refused_request_keeps_no_open_link(ask, unit, resident, clerk):
    ask()
    assert refuse_visit(Visit.objects.get(), actor=clerk, reason="No", at=TEN).confirm_digest is None


def test_no_is_kept_on_the_page_as_well(form, unit, resident):
    Client().post(reverse("public_visit", args=["willow"]), form)
    visit = Visit.objects.get()
    url = reverse("visit_confirm_link", args=[secret_of(visit)])
    assert Client().post(url, {"answer": "no"}).status_code == 200
    visit.refresh_from_db()
    assert visit.status == "refused"


def test_guessed_links_are_counted(unit):
    url = reverse("visit_confirm_link", args=["x" * 43])
    assert [Client().get(url).status_code for _n in range(11)] == [404] * 10 + [429]


def test_programs_ask_in_the_same_way(unit, resident):
    body = {"estate_code": "willow", "name": "Wang", "phone": PHONE, "visitor_name": "Li Zhiming"}
    url = "/api/v1/public/visits/"
    known = Client().post(url, body | {"unit_code": "3-2-501"}, "application/json")
    unknown = Client().post(url, body | {"unit_code": "9-9-999", "phone": "13700000009"}, "application/json")
    assert known.status_code == unknown.status_code == 201 and known.json() == unknown.json()
    assert set(known.json()) == {"status", "detail"}
    assert Visit.objects.get().code is None
    wrong = Client().post(url, body | {"unit_code": "3-2-501", "phone": "12"}, "application/json")
    assert wrong.status_code == 400


def test_the_board_leads_the_desk_to_the_request(form, unit, resident, login, clerk: User):
    Client().post(reverse("public_visit", args=["willow"]), form)
    client = login(clerk)
    assert "1 request to confirm" in client.get(reverse("visit_board")).content.decode()
    visit = Visit.objects.get()
    assert client.post(reverse("visit_confirm", args=[visit.pk])).status_code == 303
    visit.refresh_from_db()
    assert visit.confirmed_at and visit.confirmed_at <= timezone.now()


@pytest.mark.parametrize("known", [True, False])
def test_the_telephone_of_whoever_asks_does_not_tell_whether_the_unit_exists(ask, unit, resident, known):
    ask(unit_code="3-2-501" if known else "9-9-999", phone="13911112222")
    assert Visit.objects.exists() == known
    assert not [message for message in Message.objects.all() if "13911112222" in clear(message.address)]
