"""What the clock does to visits, and the report to security (docs/domain.md §6)."""

from datetime import timedelta

import pytest

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from helpdesk.notifications.models import Message
from tests.visitors.conftest import TEN
from tickets.models import Incident, Ticket
from tickets.services.incidents import close_incident
from visitors.models import Visit, WatchEntry
from visitors.selectors import (
    expected_today,
    gone_today,
    inside_now,
    last_visits_of_phone,
    overstayed,
    visits_of_unit,
)
from visitors.services import visits
from visitors.services.visit_watch import mark_no_shows, report_suspicious, tell_overstays
from visitors.services.watching import name_hash

pytestmark = pytest.mark.django_db
NEXT_DAY = TEN + timedelta(days=1)


def test_who_did_not_come_is_marked_when_the_day_is_over(announce, enter):
    announce(), announce(expected_at=TEN + timedelta(hours=5)), announce(expected_at=NEXT_DAY)
    came = enter(announce())
    assert mark_no_shows(TEN + timedelta(hours=13)) == 0
    assert mark_no_shows(NEXT_DAY) == 2
    assert mark_no_shows(NEXT_DAY) == 0
    assert sorted(Visit.objects.values_list("status", flat=True)) == [
        "expected",
        "inside",
        "no_show",
        "no_show",
    ]
    came.refresh_from_db()
    assert came.status == "inside"


def test_an_overstay_is_told_to_the_desk_once_and_again_after_the_stay_was_extended(announce, enter, clerk):
    visit = enter(announce())
    assert tell_overstays(TEN + timedelta(minutes=119)) == 0
    late = TEN + timedelta(minutes=121)
    assert [tell_overstays(late), tell_overstays(late)] == [1, 0]
    assert Message.objects.filter(template="visit_overstayed", recipient_user=clerk).count() == 1
    visits.extend_stay(visit, actor=clerk, until=late + timedelta(hours=1), at=late)
    assert [tell_overstays(late), tell_overstays(late + timedelta(hours=2))] == [0, 1]


def test_the_columns_of_the_day(announce, enter, clerk, technician, estate):
    expected = announce(expected_at=TEN + timedelta(hours=2))
    announce(expected_at=NEXT_DAY), announce(is_request=True)
    inside, gone = enter(announce()), enter(announce())
    visits.check_out(gone, actor=clerk, at=TEN)
    refused = visits.refuse_visit(announce(), actor=clerk, reason="No", at=TEN)
    assert list(expected_today(estate, TEN)) == [expected]
    assert list(inside_now(estate)) == [inside]
    assert set(gone_today(estate, TEN)) == {gone, refused}
    assert not gone_today(estate, NEXT_DAY).exists()
    assert not overstayed(estate, TEN).exists()
    assert list(overstayed(estate, NEXT_DAY)) == [inside]
    assert visits_of_unit(clerk, inside.unit, TEN) == [inside, expected]
    assert visits_of_unit(technician, inside.unit, TEN) == []


def test_a_repeat_visitor_is_known_by_the_number(announce, enter, estate, other_estate):
    assert last_visits_of_phone(estate, "+8613900139001", TEN) == []
    visit = enter(announce(visitor_phone="139 0013 9001"))
    assert last_visits_of_phone(estate, "+8613900139001", TEN) == [visit]
    assert last_visits_of_phone(other_estate, "+8613900139001", TEN) == []
    assert last_visits_of_phone(estate, "", TEN) == []
    assert last_visits_of_phone(estate, "+8613900139001", TEN + timedelta(days=91)) == []


class TestWatchList:
    @pytest.fixture
    def watched(self, estate, clerk):
        return WatchEntry.objects.create(
            estate=estate,
            name_hash=name_hash("Li Zhiming"),
            reason="Threatened a guard",
            source="Security",
            ends_on="2099-01-01",
            created_by=clerk,
        )

    def test_a_watched_visitor_waits_until_the_clerk_has_read_the_note(self, announce, enter, watched):
        visit = announce()
        with pytest.raises(Refused) as told:
            enter(visit)
        assert told.value.code == "watch_list" and told.value.extra["entries"] == [watched.pk]
        # Whoever reads the screen over the counter learns nothing.
        assert "Threatened" not in str(told.value.message)
        assert enter(visit, acknowledge_watch_list=True).status == "inside"
        said = Entry.objects.get(verb="visit.watch_list_acknowledged")
        assert said.data["entries"] == [watched.pk]

    def test_nothing_is_kept_of_an_acknowledgement_where_nothing_was_to_read(self, announce, enter):
        enter(announce(), acknowledge_watch_list=True)
        assert not Entry.objects.filter(verb="visit.watch_list_acknowledged").exists()


class TestSecurity:
    def test_a_report_opens_an_incident_with_its_ticket_for_security(
        self, announce, enter, clerk, departments
    ):
        visit = enter(announce())
        ticket = report_suspicious(visit, actor=clerk, note="Photographs the meters", at=TEN)
        incident = Incident.objects.get()
        assert (incident.kind, ticket.topic, ticket.department) == (
            "suspicious",
            "security",
            departments["security"],
        )
        assert incident.reports.get().ticket == ticket
        assert "Zhiming" not in ticket.description + ticket.subject + incident.title

    def test_a_second_report_goes_into_the_same_incident(self, announce, enter, clerk):
        visit = enter(announce())
        first = report_suspicious(visit, actor=clerk, note="Photographs the meters", at=TEN)
        assert report_suspicious(visit, actor=clerk, note="Tries the doors", at=TEN).pk == first.pk
        assert Incident.objects.count() == Ticket.objects.count() == 1
        assert Incident.objects.get().notes.filter(body="Tries the doors").exists()

    def test_a_second_report_is_told_again_to_everybody_who_goes(
        self, announce, enter, clerk, manager, guard, departments
    ):
        visit = enter(announce())
        for note in ("Photographs the meters", "Tries the doors", "Tries the doors"):
            report_suspicious(visit, actor=clerk, note=note, at=TEN)
        told = Message.objects.filter(template="incident_goes_on", channel="desk")
        people = sorted(told.values_list("recipient_user__username", flat=True))
        assert people == sorted(["clerk", "guard", "manager"] * 2)
        assert "doors" not in str(list(told.values_list("context", flat=True)))

    def test_the_same_form_again_tells_security_once(
        self, announce, enter, clerk, manager, guard, departments
    ):
        visit = enter(announce())
        said = {"actor": clerk, "note": "Photographs the meters", "at": TEN}
        report_suspicious(visit, **said)
        for _click in range(2):
            again = report_suspicious(visit, form_token="one", **said)
        assert again == Ticket.objects.get()
        assert Incident.objects.get().notes.filter(body="Photographs the meters").count() == 1
        told = Message.objects.filter(template="incident_goes_on", channel="desk")
        assert sorted(told.values_list("recipient_user__username", flat=True)) == [
            "clerk",
            "guard",
            "manager",
        ]
        assert Entry.objects.filter(verb="visit.suspicious").count() == 2

    def test_the_same_form_sent_late_is_no_new_incident_after_the_first_was_closed(
        self, announce, enter, clerk, departments
    ):
        visit = enter(announce())
        said = {"actor": clerk, "note": "Photographs the meters", "form_token": "one", "at": TEN}
        first = report_suspicious(visit, **said)
        close_incident(Incident.objects.get(), actor=clerk, summary="Has gone", at=TEN)
        assert report_suspicious(visit, **said) == first and Incident.objects.count() == 1

    def test_a_form_gone_back_to_with_other_words_is_a_report_of_its_own(self, announce, enter, clerk):
        visit = enter(announce())
        for note in ("Photographs the meters", "Tries the doors"):
            report_suspicious(visit, actor=clerk, note=note, form_token="one", at=TEN)
        assert Incident.objects.get().notes.filter(body="Tries the doors").count() == 1

    def test_a_report_after_the_first_incident_was_closed_opens_a_new_one(
        self, announce, enter, clerk, departments
    ):
        visit = enter(announce())
        first = report_suspicious(visit, actor=clerk, note="Photographs the meters", at=TEN)
        for note in ("Is back", "Is back again"):
            close_incident(Incident.objects.latest("pk"), actor=clerk, summary="Has gone", at=TEN)
            again = report_suspicious(visit, actor=clerk, note=note, at=TEN)
            assert again.pk != first.pk and again.department == departments["security"]
            assert Incident.objects.latest("pk").details == note
        assert report_suspicious(visit, actor=clerk, note="Still here", at=TEN) == again
        assert Incident.objects.count() == Ticket.objects.count() == 3

    def test_the_incident_of_another_visit_takes_none_of_its_reports(self, announce, enter, clerk):
        visit = enter(announce())
        Incident.objects.create(
            estate=visit.estate, kind="suspicious", title="Other", form_token=f"visit-suspicious-{visit.pk}7"
        )
        report_suspicious(visit, actor=clerk, note="Photographs the meters", at=TEN)
        assert Incident.objects.get(form_token=f"visit-suspicious-{visit.pk}").notes.count() == 0

    def test_without_words_or_without_a_visitor_there_is_nothing_to_report(self, announce, enter, clerk):
        visit = announce()
        with pytest.raises(Refused, match="few words"):
            report_suspicious(visit, actor=clerk, note=" ")
        Visit.objects.filter(pk=visit.pk).update(status="no_show")
        with pytest.raises(Refused) as told:
            report_suspicious(visit, actor=clerk, note="Strange")
        assert told.value.code == "invalid_transition"
