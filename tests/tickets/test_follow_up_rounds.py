"""Ringing one after another, and the month's summary (docs/domain.md §5)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tickets.models import FollowUp

ALL_DAY = {str(day): [["00:00", "00:00"]] for day in range(7)}


@pytest.fixture
def visit(estate, make_ticket, departments):
    estate.calling_windows = ALL_DAY
    estate.save()

    def make(assignee=None, *, hours=1, handler=None, **kwargs):
        now = timezone.now()
        ticket = make_ticket()
        type(ticket).objects.filter(pk=ticket.pk).update(
            status="resolved",
            resolved_at=now,
            handler=handler,
            department=departments["engineering"],
            complaint_class="help_seeking",
        )
        due = kwargs.pop("due_at", now + timedelta(hours=hours))
        return FollowUp.objects.create(
            estate=estate,
            ticket=ticket,
            assignee=assignee,
            **{"due_at": due, "scheduled_at": now - timedelta(hours=1), "on_time_until": due} | kwargs,
        )

    return make


def shown(browser, **query):
    return browser.get(reverse("follow_up_next"), query)


def test_the_clerks_own_come_first_then_the_earliest_due(visit, clerk, second_clerk, login):
    other = visit(second_clerk, hours=1)
    own = visit(clerk, hours=5)
    browser = login(clerk)
    assert shown(browser).context["visit"] == own
    assert shown(browser, skip=own.pk).context["visit"] == other


def test_nobody_asks_about_what_they_did(visit, clerk, second_clerk, login):
    visit(second_clerk, handler=clerk)
    assert "visit" not in shown(login(clerk)).context


def test_in_rest_hours_only_who_named_the_hour_is_rung(visit, estate, clerk, login):
    plain = visit(clerk)
    wished = visit(clerk, hours=9, wished_at=timezone.now())
    estate.calling_windows = {}
    estate.save()
    browser = login(clerk)
    assert shown(browser).context["visit"] == wished
    assert "visit" not in shown(browser, skip=wished.pk).context
    assert plain.status == "scheduled"


def test_one_press_records_and_goes_on(visit, clerk, login):
    first = visit(clerk)
    response = login(clerk).post(
        reverse("follow_up_record", args=[first.pk]), {"score": "5", "via": "phone", "next": "calling"}
    )
    assert response["Location"] == reverse("follow_up_next")
    first.refresh_from_db()
    assert (first.status, first.score) == ("done", 5)


@pytest.mark.parametrize("skip", ["x", "-1", "9" * 30, "²"])
def test_nonsense_in_the_address_skips_nobody(visit, clerk, login, skip):
    waiting = visit(clerk)
    assert shown(login(clerk), skip=skip).context["visit"] == waiting


class TestSummary:
    @pytest.fixture
    def month(self, visit, clerk):
        now = timezone.now()
        done = {
            "status": "done",
            "recorded_at": now,
            "due_at": now,
            "on_time_until": now + timedelta(hours=1),
        }
        visit(clerk, outcome="satisfied", score=5, suggestion="=1+1 brighter lamps", **done)
        visit(clerk, outcome="so_so", score=3, **done)
        visit(clerk, **done | {"status": "unreachable"})
        visit(clerk, **done | {"status": "cancelled", "cancel_reason": "not_sampled"})

    def test_each_kind_is_counted_apart(self, month, manager, login):
        context = login(manager).get(reverse("follow_up_summary")).context
        figures = {kpi["label"]: kpi["figure"] for kpi in context["kpis"]}
        assert figures == {"Coverage": 67, "On time": 100, "Satisfied": 50, "Nobody reached": 1}
        row = [cell["text"] for cell in context["tables"][0]["rows"][0]["cells"]]
        assert row == ["Engineering", 3, 2, 67, 100, 1, 1, 0, 50, 4.0, 1, 0, 1]
        assert [one["words"] for one in context["suggestions"]] == ["=1+1 brighter lamps"]

    def test_a_supervisor_sees_the_own_department(
        self, month, supervisor, desk_supervisor, login, departments
    ):
        assert not login(supervisor).get(reverse("follow_up_summary")).context["is_empty"]
        FollowUp.objects.first()
        type(FollowUp.objects.first().ticket).objects.update(department=departments["cleaning"])
        assert login(supervisor).get(reverse("follow_up_summary")).context["is_empty"]
        assert not login(desk_supervisor).get(reverse("follow_up_summary")).context["is_empty"]

    @pytest.mark.parametrize("month", ["", "x", "2026-13", "0001-01", "9999-12"])
    def test_a_month_that_is_none_is_this_one(self, manager, login, month):
        assert login(manager).get(reverse("follow_up_summary"), {"month": month}).status_code == 200

    def test_an_empty_month_says_so(self, manager, login):
        assert login(manager).get(reverse("follow_up_summary"), {"month": "2020-01"}).context["is_empty"]

    def test_it_prints_and_leaves_as_a_spreadsheet(self, month, manager, login):
        browser = login(manager)
        assert "Follow-up summary" in browser.get(reverse("follow_up_summary_print")).content.decode()
        lines = b"".join(browser.get(reverse("follow_up_summary_csv"))).decode("utf-8-sig").splitlines()
        assert lines[1].startswith("All,,3,2,67")
