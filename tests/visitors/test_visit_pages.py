"""The pages of visits: today, the form, one visit, the list, papers, the host's link (docs/domain.md §6)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import AccessEntry
from helpdesk.lib.sealed import clear
from helpdesk.notifications.models import Message
from tickets.models import Incident, Ticket
from visitors.models import Visit, VisitorPolicy, WatchEntry
from visitors.services import visits
from visitors.services.watching import name_hash

pytestmark = pytest.mark.django_db
GUEST = {"path": "guest", "visitor_name": "Li Zhiming", "unit": "3-2-501", "party_size": "1"}
AT_THE_DOOR = GUEST | {"id_document_type": "identity_card", "act": "check_in"}


@pytest.fixture
def desk(clerk, login):
    return login(clerk)


@pytest.fixture
def now(announce):
    """A guest announced a moment ago."""
    return lambda **kwargs: announce(**{"at": timezone.now()} | kwargs)


def page(name: str, *args: object) -> str:
    return reverse(name, args=args)


def said(response) -> str:
    return response.content.decode()


class TestForm:
    def test_a_walk_in_is_one_form(self, desk, unit):
        response = desk.post(
            page("visit_new"), AT_THE_DOOR | {"badge": "A-1", "visitor_phone": "13900139001"}
        )
        visit = Visit.objects.get()
        assert response.status_code == 303 and response["Location"] == page("visit_detail", visit.pk)
        assert (visit.status, visit.badge, visit.unit, visit.kind) == ("inside", "A-1", unit, "guest")

    def test_a_caller_on_the_office_goes_to_a_department(self, desk, departments):
        caller = {
            "path": "caller",
            "visitor_name": "Ms Lau",
            "party_size": "2",
            "id_document_type": "work_card",
        }
        desk.post(page("visit_new"), caller | {"department": departments["finance"].pk, "act": "check_in"})
        visit = Visit.objects.get()
        assert (visit.kind, visit.department, visit.party_size) == ("caller", departments["finance"], 2)

    def test_somebody_who_comes_later_is_announced(self, desk, unit):
        tomorrow = timezone.localtime() + timedelta(days=1)
        later = GUEST | {"path": "later", "act": "announce", "expected_at": f"{tomorrow:%Y-%m-%dT%H:%M}"}
        desk.post(page("visit_new"), later)
        visit = Visit.objects.get()
        assert (
            visit.status == "expected"
            and visit.code
            and timezone.localdate(visit.expected_at) == tomorrow.date()
        )

    def test_the_host_is_told_before_anybody_is_admitted(self, desk, resident):
        desk.post(page("visit_new"), GUEST | {"act": "tell"})
        assert Visit.objects.get().status == "expected"
        assert Message.objects.filter(template="visit_host").count() == 1

    def test_a_refusal_is_written_down_at_once(self, desk, unit):
        response = desk.post(page("visit_new"), GUEST | {"act": "refuse", "reason": ""})
        assert response.status_code == 409 and not Visit.objects.exists()
        desk.post(page("visit_new"), GUEST | {"act": "refuse", "reason": "Sells insurance"})
        assert Visit.objects.get().refuse_reason == "Sells insurance"

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"visitor_name": ""}, "This field is required"),
            ({"unit": "9-9-999"}, "no such unit"),
            ({"unit": ""}, "This field is required"),
            ({"party_size": "0"}, "greater than or equal to 1"),
            ({"visitor_phone": "12"}, "not a telephone number"),
        ],
    )
    def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(self, desk, unit, wrong, words):
        response = desk.post(page("visit_new"), AT_THE_DOOR | {"purpose": "Curtains"} | wrong)
        assert response.status_code == 422 and words in said(response) and "Curtains" in said(response)
        assert not Visit.objects.exists()

    def test_the_same_form_twice_is_one_visit(self, desk, unit):
        for _ in range(2):
            desk.post(page("visit_new"), AT_THE_DOOR | {"form_token": "f" * 32})
        assert Visit.objects.count() == 1

    def test_a_number_is_asked_for_only_where_the_estate_wants_it(self, desk, unit):
        assert "id_number" not in said(desk.get(page("visit_new")))
        VisitorPolicy.objects.create(estate=unit.estate, identity_number_required=True)
        assert "id_number" in said(desk.get(page("visit_new")))
        assert desk.post(page("visit_new"), AT_THE_DOOR).status_code == 409
        desk.post(page("visit_new"), AT_THE_DOOR | {"id_number": "E12345678"})
        assert Visit.objects.get().id_last_four == "5678"

    def test_from_the_caller_card_the_unit_is_filled_in_and_the_resident_is_the_host(
        self, desk, unit, resident
    ):
        url = f"{page('visit_new')}?unit={unit.pk}&resident={resident.pk}&path=later"
        assert 'value="3-2-501"' in said(desk.get(url))
        desk.post(url, GUEST | {"path": "later"})
        assert Visit.objects.get().host == resident

    def test_of_another_estate_there_is_no_unit(self, outsider, login, unit):
        assert login(outsider).get(f"{page('visit_new')}?unit={unit.pk}").status_code == 404


class TestRepeat:
    def test_the_number_fills_in_the_rest_and_that_is_kept(self, desk, now, enter, clerk):
        visits.check_out(
            enter(now(visitor_phone="13900139001", purpose="Curtains"), at=timezone.now()), actor=clerk
        )
        typed = {"path": "guest", "visitor_phone": "139 0013 9001", "party_size": "1"}
        response = desk.post(page("visit_repeat"), typed | {"id_document_type": "identity_card"})
        shown = said(response)
        assert 'value="Li Zhiming"' in shown and 'value="3-2-501"' in shown and "Curtains" in shown
        assert AccessEntry.objects.filter(field="visitor_name", reason="repeat visitor").count() == 1
        assert "no-store" in response["Cache-Control"] or "private" in response["Cache-Control"]

    def test_what_was_typed_already_stays(self, desk, now):
        now(visitor_phone="13900139001", purpose="Curtains")
        typed = {
            "path": "guest",
            "visitor_phone": "13900139001",
            "visitor_name": "Li Zhiqiang",
            "party_size": "1",
        }
        assert "Li Zhiqiang" in said(desk.post(page("visit_repeat"), typed))

    def test_for_everybody_else_nothing_happens(self, desk, db):
        for written in ("", "139", "13900139009"):
            assert desk.post(page("visit_repeat"), {"visitor_phone": written}).status_code == 204

    def test_without_scripts_a_button_does_the_same(self, desk, now):
        now(visitor_phone="13900139001")
        typed = {"path": "guest", "visitor_phone": "13900139001", "act": "look", "party_size": "1"}
        response = desk.post(page("visit_new"), typed)
        assert response.status_code == 200 and 'value="Li Zhiming"' in said(response)
        assert Visit.objects.count() == 1

    def test_another_estates_visitor_is_nobody_here(self, outsider, login, now):
        now(visitor_phone="13900139001")
        browser = login(outsider)
        assert browser.post(page("visit_repeat"), {"visitor_phone": "13900139001"}).status_code == 204


class TestBoard:
    def test_three_columns_and_nobodys_whole_name(self, desk, now, enter, clerk):
        now(), enter(now(), at=timezone.now(), badge="A-7")
        visits.check_out(enter(now(), at=timezone.now()), actor=clerk)
        shown = said(desk.get(page("visit_board")))
        assert shown.count("L*") == 3 and "Zhiming" not in shown
        assert "A-7" in shown and page("visit_headcount") in shown

    def test_an_overstay_is_marked(self, desk, now, enter):
        visit = enter(now(), at=timezone.now() - timedelta(hours=3))
        assert "1 stayed too long" in said(desk.get(page("visit_board")))
        assert "1 h" in said(desk.get(page("visit_detail", visit.pk)))

    def test_one_click_lets_in_and_out_and_leads_back(self, desk, now):
        visit = now()
        row = {"id_document_type": "passport", "next": "visit_board"}
        response = desk.post(page("visit_check_in", visit.pk), row)
        assert response["Location"] == page("visit_board")
        response = desk.post(page("visit_check_out", visit.pk), {"next": "desk"})
        assert response["Location"] == page("desk")
        visit.refresh_from_db()
        assert (visit.status, visit.id_document_type) == ("left", "passport")

    def test_where_the_number_is_wanted_one_click_is_not_enough(self, desk, now, estate):
        VisitorPolicy.objects.create(estate=estate, identity_number_required=True)
        visit = now()
        shown = said(desk.get(page("visit_board")))
        assert page("visit_check_in", visit.pk) not in shown and "#check-in" in shown

    def test_a_part_alone_for_who_refreshes(self, desk, now):
        response = desk.get(page("visit_board"), headers={"HX-Request": "true"})
        assert "<html" not in said(response) and "lane-expected" in said(response)

    def test_a_guard_works_there_and_a_technician_does_not(self, guard, technician, login, now):
        now()
        assert login(guard).get(page("visit_board")).status_code == 200
        assert login(technician).get(page("visit_board")).status_code == 403

    def test_the_desk_and_the_rail_know_of_them(self, desk, now, enter):
        now(), enter(now(), at=timezone.now())
        shown = said(desk.get(page("desk")))
        assert "lane-visitors" in shown and "1 expected" in shown and "1 inside" in shown


class TestVisit:
    def test_the_whole_name_stands_there_only_at_the_door_and_that_is_kept(self, desk, now, enter, clerk):
        visit = now()
        assert "Li Zhiming" in said(desk.get(page("visit_detail", visit.pk)))
        assert AccessEntry.objects.filter(field="visitor_name", reason="at the door").count() == 1
        visits.refuse_visit(visit, actor=clerk, reason="No document")
        shown = said(desk.get(page("visit_detail", visit.pk)))
        assert "Li Zhiming" not in shown and "No document" in shown

    def test_each_act_of_the_page(self, desk, now, resident):
        visit = now(visitor_phone="13900139001")
        for name, body in [
            ("visit_tell_host", {}),
            ("visit_host_answer", {"answer": "on_the_way"}),
            ("visit_invite", {}),
            ("visit_check_in", {"id_document_type": "permit", "badge": "B-1"}),
            ("visit_suspicious", {"note": "Tries the doors"}),
            ("visit_stay", {"until": f"{timezone.localtime() + timedelta(hours=9):%Y-%m-%dT%H:%M}"}),
        ]:
            assert desk.post(page(name, visit.pk), body).status_code == 303, name
        shown = said(desk.get(page("visit_detail", visit.pk)))
        assert "On the way" in shown and "B-1" in shown and Incident.objects.get().number in shown
        invitation = Message.objects.get(template="visit_invitation")
        assert invitation.link == page("visit_invitation", visit.code)

    def test_security_is_told_once_of_a_button_pressed_twice(self, desk, now, enter):
        url = page("visit_detail", enter(now(), at=timezone.now()).pk)
        form = re.search(r'name="form_token" value="(\w+)"', said(desk.get(url)).split("/suspicious/")[1])
        assert form is not None
        pk = Visit.objects.get().pk
        for _click in range(3):
            sent = {"note": "Tries the doors", "form_token": form[1]}
            assert desk.post(page("visit_suspicious", pk), sent).status_code == 303
        assert Incident.objects.count() == Ticket.objects.count() == 1
        assert not Incident.objects.get().notes.filter(body="Tries the doors").exists()

    def test_what_is_refused_stands_on_the_page(self, desk, now):
        visit = now()
        assert desk.post(page("visit_refuse", visit.pk), {}).status_code == 422
        assert desk.post(page("visit_suspicious", visit.pk), {}).status_code == 422
        assert desk.post(page("visit_check_in", visit.pk), {"id_document_type": ""}).status_code == 409
        desk.post(page("visit_check_in", visit.pk), {"id_document_type": "permit"})
        answer = desk.post(page("visit_check_in", visit.pk), {"id_document_type": "permit"}, follow=True)
        assert answer.status_code == 409 and "inside already" in said(answer)

    def test_a_note_of_the_watch_list_is_folded_away_and_who_looked_is_kept(self, desk, now, clerk, estate):
        entry = WatchEntry.objects.create(
            estate=estate,
            name_hash=name_hash("Li Zhiming"),
            reason="Threatened a guard",
            source="Security",
            ends_on="2099-01-01",
            created_by=clerk,
        )
        visit = now()
        answer = desk.post(page("visit_check_in", visit.pk), {"id_document_type": "permit"})
        assert answer.status_code == 409 and "Threatened a guard" in said(answer)
        assert '<details class="fold visit-note">' in said(answer)
        assert AccessEntry.objects.filter(subject_id=entry.pk, field="reason").exists()
        read = {"id_document_type": "permit", "acknowledge_watch_list": "on"}
        assert desk.post(page("visit_check_in", visit.pk), read).status_code == 303
        form = desk.post(page("visit_new"), AT_THE_DOOR)
        assert form.status_code == 409 and "Threatened a guard" in said(form)
        assert desk.post(page("visit_new"), AT_THE_DOOR | {"acknowledge_watch_list": "on"}).status_code == 303

    def test_the_code_leads_the_camera_to_the_visit(self, desk, now, outsider, login):
        visit = now()
        assert desk.get(page("visit_code", visit.code))["Location"] == page("visit_detail", visit.pk)
        assert desk.get(page("visit_code", "nonsense")).status_code == 404
        assert login(outsider).get(page("visit_code", visit.code)).status_code == 404

    def test_a_request_is_confirmed_by_the_desk(self, desk, now):
        visit = now(is_request=True)
        assert desk.post(page("visit_check_in", visit.pk), {"id_document_type": "permit"}).status_code == 409
        desk.post(page("visit_confirm", visit.pk))
        visit.refresh_from_db()
        assert visit.code


class TestList:
    def test_filters_and_file(self, desk, now, enter, clerk):
        now(purpose="Tea"), enter(now(plate="B12345"), at=timezone.now())
        assert said(desk.get(page("visit_list") + "?status=inside")).count('id="visit-') == 1
        assert said(desk.get(page("visit_list") + "?q=tea")).count('id="visit-') == 1
        assert said(desk.get(page("visit_list") + "?plate=b123")).count('id="visit-') == 1
        today = timezone.localdate().isoformat()
        assert (
            said(desk.get(f"{page('visit_list')}?came_from={today}&came_to={today}")).count('id="visit-') == 2
        )
        file = desk.get(page("visit_export") + "?format=csv")
        text = b"".join(file.streaming_content).decode() if file.streaming else said(file)
        assert "L*" in text and "Zhiming" not in text
        assert AccessEntry.objects.filter(field="export.visits", actor=clerk).exists()

    def test_an_empty_list_says_what_to_do(self, desk):
        assert "No visits yet." in said(desk.get(page("visit_list")))


class TestPapers:
    def test_a_badge_is_for_who_is_inside_and_tells_no_name(self, desk, now, enter):
        visit = now()
        assert desk.get(page("visit_badge", visit.pk)).status_code in {302, 303, 409}
        enter(visit, at=timezone.now(), badge="A-3")
        shown = said(desk.get(page("visit_badge", visit.pk)))
        assert "A-3" in shown and "<svg" in shown and "Zhiming" not in shown

    def test_the_headcount_names_everybody_and_who_printed_it_is_kept(self, desk, now, enter, clerk):
        enter(now(party_size=3), at=timezone.now()), now(visitor_name="Somebody Else")
        shown = said(desk.get(page("visit_headcount")))
        assert "Li Zhiming" in shown and "3 people" in shown and "Somebody Else" not in shown
        assert AccessEntry.objects.filter(reason="headcount", actor=clerk).count() == 1

    def test_nobody_inside_says_so(self, desk):
        assert "No visitor is inside." in said(desk.get(page("visit_headcount")))


class TestLinks:
    @pytest.fixture
    def link(self, now, enter, resident):
        visit = enter(now(), at=timezone.now())
        return visit, Message.objects.get(template="visit_host").link

    def test_the_host_sees_the_name_and_answers_once_or_again(self, client, link):
        visit, url = link
        response = client.get(url)
        assert "Li Zhiming" in said(response) and response["Referrer-Policy"] == "same-origin"
        for answer in ("wait", "on_the_way"):
            assert client.post(url, {"answer": answer}).status_code == 302
        visit.refresh_from_db()
        assert visit.host_answer == "on_the_way"
        assert client.post(url, {"answer": "perhaps"}).status_code == 409
        assert client.put(url).status_code == 405

    def test_when_the_visit_is_over_the_link_says_so_and_tells_nothing(self, client, link, clerk):
        visit, url = link
        visits.check_out(visit, actor=clerk)
        response = client.get(url)
        assert response.status_code == 410 and "Zhiming" not in said(response)
        assert client.post(url, {"answer": "wait"}).status_code == 410

    def test_a_guessed_link_is_a_404_and_then_throttled(self, client, db):
        answers = [client.get(page("visit_host_link", "guess")).status_code for _ in range(11)]
        assert answers == [404] * 10 + [429]

    def test_the_visitor_shows_a_code_and_nothing_of_the_host(self, client, now, clerk):
        visit = now(visitor_phone="13900139001")
        url = page("visit_invitation", visit.code)
        shown = said(client.get(url))
        assert "<svg" in shown and visit.number in shown and "3-2-501" not in shown and "Zhiming" not in shown
        visits.refuse_visit(visit, actor=clerk, reason="No")
        assert client.get(url).status_code == 410
        answers = {client.get(page("visit_invitation", "K7MQ2XRDAB")).status_code for _ in range(12)}
        assert answers == {404, 429}

    def test_a_clear_name_is_what_was_typed(self, now):
        assert clear(Visit.objects.get(pk=now().pk).visitor_name) == "Li Zhiming"


class TestWhatTheGateLearnsOfTheHost:
    def test_a_guard_reads_the_surname_and_no_more(self, guard, login, resident, now):
        visit = now(host=resident)
        shown = said(login(guard).get(page("visit_detail", visit.pk)))
        assert "Wang" in shown and "Jianguo" not in shown and "王建国" not in shown
        assert page("resident_card", resident.pk) not in shown

    def test_the_desk_reads_the_whole_name(self, desk, resident, now):
        shown = said(desk.get(page("visit_detail", now(host=resident).pk)))
        assert str(resident) in shown and page("resident_card", resident.pk) in shown
