"""The dashboard: its figures are those of the lists and of the reports, and cost the same however much there is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tickets.models import FollowUp, Ticket
from tickets.period_figures import Scope, calls_by_hour, follow_up_figures, spans, ticket_figures
from tickets.services.contacts import take_contact
from tickets.services.tickets import classify_ticket

pytestmark = pytest.mark.django_db
URL = "/dashboard/"


def scope(user, estate, days=30, **more):
    now = timezone.now()
    return Scope(user, estate, now - timedelta(days=days), now + timedelta(minutes=1), **more)


def tile(response, label):
    return next(kpi for kpi in response.context["kpis"] if kpi["label"] == label)


def listed(client, url):
    return len(client.get(url).context["rows"])


def test_each_figure_opens_the_very_rows(login, manager, clerk, make_ticket, departments):
    for n in range(3):
        ticket = make_ticket(description=f"Matter {n}")
        classify_ticket(ticket, actor=clerk, complaint_class="inquiry")
    make_ticket(description="Not judged")
    late = make_ticket(description="Late one")
    Ticket.objects.filter(pk=late.pk).update(resolution_due_at=timezone.now() - timedelta(hours=1))
    old = make_ticket(description="Old one")
    Ticket.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))
    client = login(manager)
    page = client.get(URL)
    for label, figure in (("New tickets", 5), ("Open now", 6), ("Overdue now", 1)):
        shown = tile(page, label)
        assert shown["figure"] == str(figure)
        assert listed(client, shown["url"]) == figure
    inquiry = next(row for row in page.context["classes"] if row["key"] == "inquiry")
    assert inquiry["new"] == listed(client, inquiry["new_url"]) == 3
    assert inquiry["open"] == listed(client, inquiry["open_url"]) == 3


def test_visits_due_and_late_and_a_departments_late_ones_open_the_very_rows(
    login, manager, make_ticket, unit, departments
):
    now, engineering = timezone.now(), departments["engineering"]
    for n, (planned, counts_until) in enumerate([(-50, -1), (-2, 9), (-1, 9), (5, 9)]):
        ticket = make_ticket(unit=unit, description=f"Asked {n}")
        Ticket.objects.filter(pk=ticket.pk).update(
            department=engineering, resolution_due_at=now + timedelta(hours=1 if n else -1)
        )
        FollowUp.objects.create(
            estate=ticket.estate,
            ticket=ticket,
            scheduled_at=now + timedelta(hours=planned),
            due_at=now + timedelta(hours=counts_until),
            on_time_until=now + timedelta(hours=counts_until),
        )
    client = login(manager)
    for query in ({}, {"building": unit.building_id, "department": engineering.pk}):
        page = client.get(URL, query)
        due, late = tile(page, "Follow-up coverage")["links"]
        assert (due["label"], listed(client, due["url"])) == ("3 due now", 3)
        assert (late["label"], listed(client, late["url"])) == ("1 late", 1)
        row = next(row for row in page.context["load"] if row["name"] == str(engineering))
        assert (row["open"], listed(client, row["url"])) == (4, 4)
        assert (row["late"], listed(client, row["late_url"])) == (1, 1)
    elsewhere = client.get(URL, {"department": departments["security"].pk})
    assert [listed(client, link["url"]) for link in tile(elsewhere, "Follow-up coverage")["links"]] == [0, 0]


def test_filters_narrow_figures_and_rows_alike(login, manager, make_ticket, unit, departments):
    here = make_ticket(unit=unit, description="In building 3")
    make_ticket(description="Somewhere")
    Ticket.objects.filter(pk=here.pk).update(department=departments["engineering"])
    client = login(manager)
    for query in ({"building": unit.building_id}, {"department": departments["engineering"].pk}):
        shown = tile(client.get(URL, query), "New tickets")
        assert shown["figure"] == "1" and listed(client, shown["url"]) == 1


def test_change_is_told_against_the_period_before(login, manager, make_ticket):
    make_ticket()
    for days in (40, 41):
        Ticket.objects.filter(pk=make_ticket().pk).update(created_at=timezone.now() - timedelta(days=days))
    shown = tile(login(manager).get(URL), "New tickets")
    assert (shown["figure"], shown["change"], shown["base"]) == ("1", "50% fewer", "2 before")


def test_median_and_p90_are_the_nearest_rank(manager, estate, make_ticket):
    taken = timezone.now() - timedelta(days=2)
    for hours in range(1, 11):
        Ticket.objects.filter(pk=make_ticket().pk).update(
            created_at=taken, resolved_at=taken + timedelta(hours=hours), priority="normal"
        )
    found = spans(scope(manager, estate), "resolved_at")
    assert found[""] == found["normal"] == {"median": timedelta(hours=5), "p90": timedelta(hours=9)}


def test_in_time_counts_what_ended_in_the_period(manager, estate, make_ticket):
    now = timezone.now()
    for late in (False, False, True):
        due = now - timedelta(hours=2) if late else now + timedelta(hours=2)
        Ticket.objects.filter(pk=make_ticket().pk).update(resolved_at=now, resolution_due_at=due)
    found = ticket_figures(scope(manager, estate), now)
    assert (found["resolved"], found["resolved_in_time"]) == (3, 2)


def test_conversion_counts_grumbles_that_became_valid(manager, clerk, estate, make_ticket):
    for becomes in (True, False):
        ticket = classify_ticket(make_ticket(), actor=clerk, complaint_class="venting")
        if becomes:
            classify_ticket(ticket, actor=clerk, complaint_class="valid", reason="Handled late")
    found = ticket_figures(scope(manager, estate), timezone.now())
    assert (found["converted"], found["grumbles"]) == (1, 2)


def test_calls_stand_at_their_hour_on_the_estates_clock(manager, clerk, estate):
    moment = timezone.localtime(timezone.now() - timedelta(days=1)).replace(hour=9, minute=30)
    take_contact(estate=estate, kind="call", actor=clerk, summary="Hello", at=moment)
    assert calls_by_hour(scope(manager, estate)) == {(moment.isoweekday(), 9): 1}


def test_a_supervisor_sees_the_own_department_only(login, supervisor, make_ticket, departments):
    own, _other = make_ticket(), make_ticket()
    Ticket.objects.filter(pk=own.pk).update(department=departments["engineering"])
    page = login(supervisor).get(URL)
    assert tile(page, "New tickets")["figure"] == "1"
    assert [row["name"] for row in page.context["load"]] == ["Engineering"]


def test_an_administrator_sees_figures_without_doors_to_the_rows(login, admin, make_ticket):
    make_ticket()
    shown = tile(login(admin).get(URL), "New tickets")
    assert (shown["figure"], shown["url"]) == ("1", "")


def test_an_estate_of_others_is_a_404(login, manager, other_estate):
    assert login(manager).get(URL, {"estate": other_estate.pk}).status_code == 404


@pytest.mark.parametrize(
    "query", ["period=9", "building=x", "department=99999", "estate=abc", "building=" + "9" * 30]
)
def test_nonsense_in_the_address_falls_back(login, manager, query):
    assert login(manager).get(f"{URL}?{query}").status_code == 200


def test_it_costs_the_same_with_more_tickets(login, manager, clerk, make_ticket):
    client = login(manager)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        return len(queries)

    make_ticket()
    cost()
    few = cost()
    ticket = make_ticket()
    rows = [Ticket(**{f.attname: getattr(ticket, f.attname) for f in Ticket._meta.fields if f.attname not in {"id", "number", "track_digest", "form_token"}}, number=f"X-{n}", track_digest=f"x{n}") for n in range(300)]  # fmt: skip
    Ticket.objects.bulk_create(rows)
    assert cost() == few <= 21


def test_a_report_gives_the_same_figures(manager, clerk, estate, make_ticket, login):
    for chosen in ("inquiry", "valid"):
        classify_ticket(make_ticket(), actor=clerk, complaint_class=chosen)
    client = bearer(create_token(manager, name="t", scopes=None, actor=None)[1])
    told = client.get("/api/v1/reports/complaints/", {"estate": estate.pk, "group_by": "class"}).json()
    assert told["total"]["new"] == int(tile(login(manager).get(URL), "New tickets")["figure"]) == 2
    assert {g["key"]: g["figures"]["new"] for g in told["groups"]} == {"inquiry": 1, "valid": 1}
    for name in ("follow-ups", "timeliness"):
        assert client.get(f"/api/v1/reports/{name}/", {"group_by": "department"}).status_code == 200


@pytest.mark.parametrize(
    "query", ["from=x", "group_by=mood", "from=2026-02-01&to=2026-01-01", "month=1", "from=1900-01-01"]
)
def test_a_report_names_what_it_does_not_know(manager, query):
    client = bearer(create_token(manager, name="t", scopes=None, actor=None)[1])
    answer = client.get(f"/api/v1/reports/complaints/?{query}")
    assert answer.status_code == 400 and answer.json()["errors"][0]["attr"] in query


def test_visits_are_counted_by_the_day_they_are_due(manager, estate, make_ticket):
    now = timezone.now()
    for status, extra in (
        ("done", {"outcome": "satisfied", "score": 5, "recorded_at": now}),
        ("scheduled", {}),
    ):
        FollowUp.objects.create(
            estate=estate, ticket=make_ticket(), status=status, due_at=now - timedelta(hours=1),
            scheduled_at=now - timedelta(hours=2), on_time_until=now - timedelta(hours=1), **extra,
        )  # fmt: skip
    found = follow_up_figures(scope(manager, estate), now)
    assert [found[k] for k in ("planned", "asked", "satisfied", "due", "late")] == [2, 1, 1, 1, 1]


def test_how_complete_the_records_are_opens_the_list_of_gaps(login, manager, unit, resident):
    shown = tile(login(manager).get(URL), "Records complete")
    assert shown["figure"] == "100.0" and shown["url"].startswith("/residents/gaps/")
    assert shown["base"].startswith("1 of 1 units")


def test_completeness_follows_the_building_that_is_asked_for(login, manager, unit, resident):
    empty = unit.estate.buildings.create(code="9", floors=2)
    assert tile(login(manager).get(URL, {"building": empty.pk}), "Records complete")["figure"] == "–"


def test_without_any_department_the_load_says_what_to_do(login, manager, estate, departments):
    page = login(manager).get(URL)
    assert page.context["load"] and b"No department to show" not in page.content
    estate.departments.update(is_active=False)
    page = login(manager).get(URL)
    assert not page.context["load"] and b"No department to show" in page.content
