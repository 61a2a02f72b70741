"""The Desk shows what is due now, to each role its own."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.services import record
from helpdesk.desk.day import calling_note, desk_day
from helpdesk.desk.lanes.lane import Lane
from helpdesk.estates.calendars import calling_calendar
from helpdesk.estates.models import Estate
from helpdesk.notifications.services import notify
from helpdesk.staff.models import Membership
from tickets.selectors import counts_for_rail

pytestmark = pytest.mark.django_db
MOST_QUERIES = 22  # the bell, the rail, who is on duty, moves and decorations among them


def lanes(user: Any, estate: Any, at: datetime) -> dict[str, Lane]:
    return {lane.key: lane for column in desk_day(user, estate, at).columns for lane in column}


@pytest.mark.parametrize(
    ("role", "keys"),
    [
        ("clerk", {"call-backs", "unsigned", "to-judge", "follow-ups", "handovers", "visitors"}),
        ("manager", {"call-backs", "unsigned", "to-judge", "held", "follow-ups", "handovers", "visitors"}),
        ("desk_supervisor", {"call-backs", "unsigned", "to-judge", "held", "follow-ups", "handovers"}),
        ("supervisor", {"call-backs", "unsigned", "in-hand", "to-judge", "held", "follow-ups"}),
        ("technician", {"unsigned", "in-hand"}),
        ("guard", {"visitors"}),
        ("cashier", {"days", "bank", "invoices", "doors"}),
        ("admin", set()),
    ],
)
def test_each_role_has_its_own_lanes(
    request: Any, login: Any, estate: Any, role: str, keys: set[str]
) -> None:
    user = request.getfixturevalue(role)
    assert set(lanes(user, estate, timezone.now())) == keys
    assert login(user).get(reverse("desk")).status_code == 200


def test_call_backs_stand_by_their_minute_and_the_late_one_first(
    clerk: Any, estate: Any, call: Any, resident: Any, unit: Any, now: datetime
) -> None:
    call(name="Mr Liu", call_back_at=now + timedelta(minutes=48))
    call(unit=unit, resident=resident, call_back_at=now - timedelta(minutes=12))
    call(name="Done", call_back_at=now, called_back_at=now, called_back_by=clerk)
    rows = lanes(clerk, estate, now)["call-backs"].rows
    assert [(r["name"], r["clock"]["state"], r["clock"]["label"]) for r in rows] == [
        ("Wang Jianguo", "late", "12 min late"),
        ("Mr Liu", "soon", "11:30"),
    ]


def test_a_suggested_class_is_confirmed_with_one_click_or_corrected_from_the_menu(
    clerk: Any, estate: Any, open_ticket: Any, now: datetime
) -> None:
    open_ticket(created_at=now, suggestion={"complaint_class": "help_seeking", "confidence": 0.91})
    open_ticket(created_at=now, complaint_class="inquiry")
    (row,) = lanes(clerk, estate, now)["to-judge"].rows
    assert row["class"] == {"code": "help_seeking", "label": "Help-seeking", "percent": 91, "suggested": True}
    assert (
        row["action"]["post"]
        and {"name": "complaint_class", "value": "help_seeking"} in row["action"]["fields"]
    )
    assert [item["fields"][0]["value"] for item in row["action"]["menu"]] == ["valid", "inquiry", "venting"]


def test_whoever_confirms_on_the_desk_stays_on_the_desk(
    clerk: Any, login: Any, estate: Any, make_ticket: Any
) -> None:
    ticket = make_ticket()
    act = lanes(clerk, estate, timezone.now())["to-judge"].rows[0]["action"]
    answer = login(clerk).post(act["url"], {field["name"]: field["value"] for field in act["fields"]})
    ticket.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, reverse("desk"))
    assert ticket.complaint_class == ticket.suggestion["complaint_class"]


@pytest.mark.parametrize("suggestion", [{}, {"complaint_class": "nonsense"}, {"complaint_class": None}])
def test_a_ticket_without_a_suggestion_is_opened(
    clerk: Any, estate: Any, open_ticket: Any, now: datetime, suggestion: Any
) -> None:
    open_ticket(created_at=now, suggestion=suggestion)
    (row,) = lanes(clerk, estate, now)["to-judge"].rows
    assert row["class"] is None and not row["action"].get("post")


def test_the_desk_nudges_for_a_signature_and_the_department_signs(
    clerk: Any, technician: Any, supervisor: Any, desk_supervisor: Any, estate: Any, slip: Any, now: datetime
) -> None:
    order = slip(at=now - timedelta(minutes=53))
    assert lanes(clerk, estate, now)["unsigned"].rows[0]["clock"]["label"] == "23 min late"
    urls = {
        u: lanes(u, estate, now)["unsigned"].rows[0]["action"]["url"]
        for u in (clerk, technician, supervisor, desk_supervisor)
    }
    assert urls[clerk] == urls[desk_supervisor] == reverse("slip_nudge", args=[order.pk])
    assert urls[technician] == urls[supervisor] == reverse("slip_sign", args=[order.pk])


def test_a_guard_reaches_the_gate_from_the_desk_in_one_step(guard: Any, clerk: Any, login: Any) -> None:
    act = f'<a class="btn btn-primary" href="{reverse("gate")}">'
    assert act in login(guard).get(reverse("desk")).content.decode()
    assert act not in login(clerk).get(reverse("desk")).content.decode()


def test_a_technician_sees_own_slips_and_no_card_to_open(
    technician: Any, clerk: Any, estate: Any, slip: Any, unit: Any, departments: Any, now: datetime
) -> None:
    slip(at=now, unit=unit, status="signed", signed_by=technician, signed_at=now)
    slip(at=now, status="signed", signed_by=clerk, signed_at=now)
    slip(at=now, department=departments["cleaning"])
    own = lanes(technician, estate, now)
    assert [r["plate"] for r in own["in-hand"].rows] == [{"code": "3-2-501"}]
    assert own["unsigned"].rows == []


def test_visits_whose_hour_has_not_come_stand_last_and_wait(
    clerk: Any, estate: Any, visit: Any, now: datetime
) -> None:
    visit(
        now,
        scheduled_at=now + timedelta(hours=4),
        due_at=now - timedelta(hours=1),
        wished_at=now + timedelta(hours=4),
    )
    visit(now)
    visit(now, scheduled_at=now + timedelta(days=1))
    rows = lanes(clerk, estate, now)["follow-ups"].rows
    assert [(r["clock"]["state"], r["clock"]["label"], r["action"].get("disabled", False)) for r in rows] == [
        ("running", "1 day left", False),
        ("paused", "after 14:42", True),
    ]


def test_the_rail_counts_the_same_follow_ups_as_the_lane(
    clerk: Any, estate: Any, visit: Any, now: datetime
) -> None:
    visit(now)
    visit(now, scheduled_at=now + timedelta(hours=4))
    visit(now, scheduled_at=now.replace(hour=23, minute=59, second=59, microsecond=500_000))
    visit(now, scheduled_at=now.replace(hour=0, minute=0) + timedelta(days=1))
    visit(now, scheduled_at=now, status="cancelled")
    in_lane = len(lanes(clerk, estate, now)["follow-ups"].dues)
    assert (in_lane, counts_for_rail(clerk, estate, now)["follow_ups"]) == (3, (3, False))


def test_held_replies_stand_only_before_those_who_may_release_them(
    supervisor: Any,
    manager: Any,
    clerk: Any,
    estate: Any,
    held_reply: Any,
    open_ticket: Any,
    departments: Any,
    now: datetime,
) -> None:
    held_reply(ticket=open_ticket(complaint_class="venting", department=departments["security"]))
    assert len(lanes(manager, estate, now)["held"].rows) == 1
    assert lanes(supervisor, estate, now)["held"].rows == []
    assert "held" not in lanes(clerk, estate, now)


def test_the_head_counts_what_is_late_within_the_hour_and_later_today(
    clerk: Any, estate: Any, call: Any, now: datetime
) -> None:
    for minutes in (-12, -1, 0, 60, 61, 300, 60 * 24):
        call(call_back_at=now + timedelta(minutes=minutes))
    day = desk_day(clerk, estate, now)
    assert (day.late, day.within_the_hour, day.later_today) == (2, 2, 2)


@pytest.mark.parametrize(
    ("hour", "says"),
    [
        ("10:42", "Calls are allowed now until 12:00; then 14:00–20:00"),
        ("14:00", "Calls are allowed now until 20:00; then not before tomorrow"),
        ("12:00", "Rest hours: no follow-up calls before 14:00"),
        ("08:00", "Rest hours: no follow-up calls before 09:00"),
        ("20:00", "Rest hours: no follow-up calls before 18 Nov, 09:00"),
    ],
)
def test_the_lane_says_whether_residents_may_be_rung(estate: Any, hour: str, says: str) -> None:
    at = datetime.fromisoformat(f"2026-11-17T{hour}:00+08:00")
    with timezone.override(estate.time_zone):
        assert calling_note(calling_calendar(estate), at) == says


def test_an_estate_that_never_rings_says_so(estate: Any, now: datetime) -> None:
    Estate.objects.filter(pk=estate.pk).update(calling_windows={})
    estate.refresh_from_db()
    assert calling_note(calling_calendar(estate), now) == "No calling hours are set for this estate"


def test_the_ruler_shows_rest_hours_what_is_done_and_what_is_due(
    clerk: Any, estate: Any, call: Any, now: datetime
) -> None:
    done = call(call_back_at=now, called_back_at=now, called_back_by=clerk)
    record("contact.called_back", done, actor=clerk, at=now - timedelta(hours=1))
    call(call_back_at=now - timedelta(minutes=12))
    call(call_back_at=now + timedelta(minutes=13))
    with timezone.override(estate.time_zone):
        ruler = desk_day(clerk, estate, now).ruler
    assert ruler and ruler["done_label"] == "1 done" and len(ruler["done"]) == 1
    assert [mark["tone"] for mark in ruler["marks"]] == ["red", "amber"]
    assert [r["label"] for r in ruler["rest"]] == ["", "Rest hours, no follow-up calls"]
    assert ruler["now_label"] == "10:42" and (ruler["hours"][0]["label"], ruler["hours"][-1]["label"]) == (
        "08:00",
        "20:00",
    )


@pytest.mark.parametrize("hour", ["00:00", "03:10", "07:59", "20:00", "23:59"])
def test_the_ruler_stretches_to_the_hour_it_is(clerk: Any, estate: Any, hour: str) -> None:
    at = datetime.fromisoformat(f"2026-11-17T{hour}:00+08:00")
    with timezone.override(estate.time_zone):
        ruler = desk_day(clerk, estate, at).ruler
    assert ruler and 0 <= ruler["now_percent"] <= 100
    assert all(rest["percent"] >= 0 and rest["percent"] + rest["width"] <= 100 for rest in ruler["rest"])


def test_nothing_of_another_estate_stands_on_the_desk(
    outsider: Any, other_estate: Any, call: Any, open_ticket: Any, slip: Any, visit: Any, now: datetime
) -> None:
    call(call_back_at=now), open_ticket(), slip(), visit(now)
    assert all(not lane.rows for lane in lanes(outsider, other_estate, now).values())


def fill(count: int, make: dict[str, Any], unit: Any, resident: Any) -> None:
    at = timezone.now()
    for n in range(count):
        make["call"](unit=unit, resident=resident, call_back_at=at + timedelta(minutes=n))
        make["ticket"](
            unit=unit, resident=resident, suggestion={"complaint_class": "inquiry", "confidence": 0.8}
        )
        make["slip"](unit=unit)
        make["visit"](at)
        make["reply"]()


@pytest.mark.parametrize("role", ["clerk", "manager", "supervisor", "technician"])
def test_the_desk_takes_as_many_queries_for_thirty_rows_as_for_one(
    request: Any, login: Any, unit: Any, resident: Any, call: Any, open_ticket: Any, slip: Any, visit: Any,
    held_reply: Any, role: str, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    user = request.getfixturevalue(role)
    make = {"call": call, "ticket": open_ticket, "slip": slip, "visit": visit, "reply": held_reply}
    client = login(user)
    client.get(reverse("desk"))  # the frame's figures are kept for some seconds
    fill(1, make, unit, resident)
    with django_assert_max_num_queries(MOST_QUERIES) as for_one:
        client.get(reverse("desk"))
    fill(29, make, unit, resident)
    with django_assert_max_num_queries(MOST_QUERIES) as for_thirty:
        client.get(reverse("desk"))
    assert len(for_thirty) == len(for_one)


def test_the_desk_refreshes_as_a_fragment_with_the_same_ids(clerk: Any, login: Any, call: Any) -> None:
    contact = call(name="Mr Liu", call_back_at=timezone.now())
    page = login(clerk).get(reverse("desk")).content.decode()
    part = login(clerk).get(reverse("desk"), headers={"HX-Request": "true"}).content.decode()
    assert 'data-refresh-every="30"' in page and "<html" not in part
    for wanted in (
        f'id="call-back-{contact.pk}"',
        'id="lane-call-backs-rows"',
        'id="desk-meta"',
        'id="desk-ruler"',
    ):
        assert wanted in page and wanted in part


def test_an_empty_lane_says_what_that_means(clerk: Any, login: Any) -> None:
    page = login(clerk).get(reverse("desk")).content.decode()
    for sentence in (
        "Nobody is waiting to be rung.",
        "Every ticket has its class.",
        "Every slip has been signed for.",
    ):
        assert sentence in page


def test_what_a_resident_wrote_is_text_and_nothing_else(clerk: Any, login: Any, open_ticket: Any) -> None:
    open_ticket(description="<script>alert(1)</script>", reporter_name='"><img src=x>')
    page = login(clerk).get(reverse("desk")).content.decode()
    assert "<script>alert" not in page and "<img src=x>" not in page


def test_somebody_of_two_estates_changes_between_them_and_not_to_a_third(
    manager: Any, outsider: Any, login: Any, other_estate: Any, estate: Any
) -> None:
    Membership.objects.create(user=manager, estate=other_estate, role="manager")
    client = login(manager)
    answer = client.post(
        reverse("switch_estate"), {"estate": other_estate.pk, "next": "https://evil.example/"}
    )
    assert (answer.status_code, answer["Location"]) == (303, reverse("desk"))
    assert client.session["estate"] == other_estate.pk
    for wrong in (99999, "", "x", "9" * 30):
        assert client.post(reverse("switch_estate"), {"estate": wrong}).status_code == 404
    assert login(outsider).post(reverse("switch_estate"), {"estate": estate.pk}).status_code == 404
    assert client.get(reverse("switch_estate")).status_code == 405


def test_messages_are_ones_own_and_read_by_opening_them(
    clerk: Any, second_clerk: Any, login: Any, estate: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(
        "helpdesk.desk.views.desk.rendered", lambda message: (message.context["number"], "It is late.")
    )
    mine = notify(
        clerk,
        "ticket_late",
        estate=estate,
        dedupe_key="a",
        link=reverse("desk"),
        context={"number": "First matter"},
    )
    other = notify(
        second_clerk, "ticket_late", estate=estate, dedupe_key="b", context={"number": "Second matter"}
    )
    assert mine and other
    client = login(clerk)
    page = client.get(reverse("messages")).content.decode()
    assert "First matter" in page and "Second matter" not in page
    mine.refresh_from_db()
    assert mine.read_at is None
    assert client.post(reverse("messages"), {"message": other.pk}).status_code == 404
    assert client.post(reverse("messages"), {"message": mine.pk})["Location"] == reverse("desk")
    mine.refresh_from_db()
    assert mine.read_at is not None
    assert client.post(reverse("messages"), {"message": "x"}).status_code == 400
    assert client.post(reverse("messages")).status_code == 303


def test_the_style_page_is_there_for_whoever_draws(clerk: Any, login: Any) -> None:
    assert login(clerk).get(reverse("styles")).status_code == 200


@pytest.mark.parametrize("name", ["desk", "messages", "styles"])
def test_strangers_are_asked_to_log_in_first(client: Any, db: None, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302


@pytest.mark.parametrize(
    ("address", "back"),
    [
        ("/fees/units/4/pay/", "/fees/units/4/"),
        ("/tickets/12/steps/record/", "/tickets/12/"),
        ("/fees/bank-files/lines/16/match/", "/fees/bank-files/"),
        ("/p/t/Abc/reply/", "/p/t/Abc/"),
        ("/switch-estate/", ""),
    ],
)
def test_an_act_without_its_form_leads_back_to_its_page(
    address: str, back: str, clerk: Any, login: Any
) -> None:
    answer = login(clerk).get(address)
    assert answer.status_code == 405 and "POST" in answer["Allow"]
    assert f'href="{back or "/"}"' in answer.text and "No form came with this" in answer.text
