"""The calling list and the record of a follow-up visit."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import AccessEntry
from tests.tickets.counting import cost
from tickets.models import FollowUp
from tickets.services.tickets import resolve_ticket, tick_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(make_ticket, clerk, unit, resident) -> FollowUp:
    """The planned visit of a resolved matter, its hour come."""
    ticket = make_ticket(unit=unit, resident=resident, complaint_class="help_seeking", subject="Kitchen leak")
    for step in ticket.steps.filter(done_at__isnull=True).exclude(key="follow_up"):
        tick_step(ticket, actor=clerk, key=step.key, not_needed=True, reason="Seen to on the spot")
    ticket.refresh_from_db()
    resolve_ticket(ticket, actor=clerk, resolution="Pipe changed.")
    planned = FollowUp.objects.get()
    FollowUp.objects.filter(pk=planned.pk).update(scheduled_at=timezone.now() - timedelta(minutes=1))
    planned.refresh_from_db()
    return planned


def test_the_calling_list_names_whom_to_ask_and_when_calls_are_allowed(login, clerk, visit):
    answer = login(clerk).get(reverse("follow_up_list"))
    text = answer.content.decode()
    assert "Wang Jianguo" in text and "Kitchen leak" in text and "3-2-501" in text
    assert answer.context["hours"]["says"] in text


def test_a_visit_shows_number_matter_and_script_but_never_the_class(login, clerk, visit):
    text = login(clerk).get(reverse("follow_up_detail", args=[visit.pk])).content.decode()
    assert "138 0013 6021" in text and "Kitchen leak" in text and "Pipe changed." in text
    assert "Help-seeking" not in text
    assert AccessEntry.objects.filter(subject_type="tickets.followup", actor=clerk).count() == 1


def test_what_is_said_is_said_in_the_residents_language(login, clerk, visit):
    answer = login(clerk).get(reverse("follow_up_detail", args=[visit.pk]))
    assert answer.context["script"]["say_lang"] == "zh-hans"


def test_a_routine_visit_mixes_no_languages_in_what_is_said(login, clerk, unit, resident):
    at = timezone.now() - timedelta(minutes=1)
    visit = FollowUp.objects.create(
        estate=unit.estate,
        unit=unit,
        resident=resident,
        routine=FollowUp.Routine.YEARLY,
        routine_key=f"{unit.pk}:2026",
        scheduled_at=at,
        due_at=at + timedelta(days=2),
        on_time_until=at + timedelta(days=2),
    )
    answer = login(clerk).get(reverse("follow_up_detail", args=[visit.pk]))
    assert answer.context["matter"] == "our service this year"
    assert not re.search("service|year", answer.context["script"]["say"])


@pytest.mark.parametrize(
    ("score", "outcome", "status"),
    [(5, "satisfied", "closed"), (3, "so_so", "closed"), (1, "dissatisfied", "in_progress")],
)
def test_a_score_says_the_outcome(login, clerk, visit, score, outcome, status):
    answer = login(clerk).post(reverse("follow_up_record", args=[visit.pk]), {"score": score, "via": "phone"})
    assert answer.status_code == 303
    visit.refresh_from_db()
    assert (visit.score, visit.outcome) == (score, outcome)
    assert visit.ticket.is_open == (status != "closed")


def test_a_record_without_a_score_is_asked_for_again(login, clerk, visit):
    url = reverse("follow_up_record", args=[visit.pk])
    answer = login(clerk).post(url, {"via": "phone", "suggestion": "Come earlier"})
    assert answer.status_code == 422
    assert "Come earlier" in answer.content.decode()


def test_nobody_reached_is_an_attempt(login, clerk, visit):
    url = reverse("follow_up_attempt", args=[visit.pk])
    assert login(clerk).post(url, {"via": "phone", "note": "Rang twice"}).status_code == 303
    assert visit.attempts.get().note == "Rang twice"
    assert "Rang twice" in login(clerk).get(reverse("follow_up_detail", args=[visit.pk])).content.decode()


def test_the_residents_own_time_counts(login, clerk, visit):
    when = (timezone.localtime() + timedelta(days=1)).replace(hour=15, minute=0).strftime("%Y-%m-%dT%H:%M")
    assert (
        login(clerk).post(reverse("follow_up_wish", args=[visit.pk]), {"wished_at": when}).status_code == 303
    )
    visit.refresh_from_db()
    assert visit.wished_at is not None


def test_recording_twice_is_refused_on_the_page(login, clerk, visit):
    client, url = login(clerk), reverse("follow_up_record", args=[visit.pk])
    client.post(url, {"score": 5, "via": "phone"})
    assert client.post(url, {"score": 1, "via": "phone"}).status_code == 409
    visit.refresh_from_db()
    assert visit.score == 5


@pytest.mark.parametrize("name", ["follow_up_attempt", "follow_up_record", "follow_up_wish"])
def test_acts_are_posts_of_the_desk_alone(name, login, clerk, guard, technician, outsider, visit):
    url = reverse(name, args=[visit.pk])
    assert login(clerk).get(url).status_code == 405
    assert login(guard).post(url).status_code == 403
    assert login(technician).post(url).status_code == 403
    assert login(outsider).post(url).status_code == 404


def test_the_list_costs_the_same_at_one_row_and_at_thirty(login, clerk, estate, visit, make_ticket):
    client, url = login(clerk), reverse("follow_up_list")
    one, now = cost(client, url), timezone.now()
    for _ in range(29):
        ticket = make_ticket()
        FollowUp.objects.create(
            estate=estate, ticket=ticket, due_at=now, scheduled_at=now, on_time_until=now, assignee=clerk
        )
    assert cost(client, url) == one <= 2


def test_a_visit_costs_few_queries(login, clerk, visit):
    assert cost(login(clerk), reverse("follow_up_detail", args=[visit.pk])) <= 6
