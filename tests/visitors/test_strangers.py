"""Somebody suspicious who is not written down: security is told in one step (docs/domain.md §6)."""

import pytest
from django.urls import reverse

from tickets.models import Incident, Ticket
from visitors.models import Visit
from visitors.services.visit_watch import report_stranger

pytestmark = pytest.mark.django_db


def test_one_form_tells_security_and_writes_no_visit(login, guard, unit, departments):
    said = {"note": "Tries the doors", "unit": "3-2-501", "form_token": "one"}
    answer = login(guard).post(reverse("visit_stranger"), said)
    incident, ticket = Incident.objects.get(), Ticket.objects.get()
    assert answer["Location"] == reverse("incident_detail", args=[incident.pk])
    assert (incident.kind, incident.place) == ("suspicious", "3-2-501")
    assert (ticket.topic, ticket.priority, ticket.department) == (
        "security",
        "urgent",
        departments["security"],
    )
    assert incident.reports.get().ticket == ticket and not Visit.objects.exists()


def test_the_same_form_again_is_one_incident(login, clerk, departments):
    for _time in range(2):
        login(clerk).post(reverse("visit_stranger"), {"note": "Tries the doors", "form_token": "one"})
    assert Incident.objects.count() == Ticket.objects.count() == 1


def test_the_form_gone_back_to_with_other_words_is_a_report_of_its_own(login, clerk, departments):
    for note in ("Tries the doors", "Climbs over the wall"):
        login(clerk).post(reverse("visit_stranger"), {"note": note, "form_token": "one"})
    assert Incident.objects.count() == 2


def test_without_words_nothing_is_told_and_what_was_typed_stays(login, clerk, departments):
    answer = login(clerk).post(reverse("visit_stranger"), {"note": " ", "unit": "3-2-501"})
    assert answer.status_code == 422 and "3-2-501" in answer.content.decode()
    assert not Incident.objects.exists()


def test_a_unit_nobody_knows_keeps_nobody_waiting(login, clerk, departments):
    login(clerk).post(reverse("visit_stranger"), {"note": "Tries the doors", "unit": "9-9-999"})
    assert Incident.objects.get().place == ""


def test_from_the_new_visitors_form_what_was_typed_of_the_unit_goes_along(login, clerk, unit, departments):
    page = login(clerk).get(reverse("visit_new")).content.decode()
    assert f'formaction="{reverse("visit_stranger")}"' in page and 'name="note"' in page
    form = {"path": "guest", "unit": "3-2-501", "visitor_name": "", "note": "Strange", "form_token": "t"}
    login(clerk).post(reverse("visit_stranger"), form)
    assert Incident.objects.get().place == "3-2-501"


def test_two_reports_are_two_matters(estate, clerk, departments):
    for token in (None, None):
        report_stranger(estate=estate, actor=clerk, note="Tries the doors", form_token=token)
    assert Incident.objects.count() == 2
