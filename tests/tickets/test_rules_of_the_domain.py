"""Rules whose keeping is spread over several services, each walked by its own words (helpdesk/docs/rules.md)."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from helpdesk.notifications.delivery import rendered
from helpdesk.notifications.models import Message
from tests.billing.bills import post_bill
from tests.conftest import at
from tests.tickets.acts import MORNING, bring_to, refused
from tickets.models import ClassReview, FollowUp, Slip, Ticket
from tickets.selectors import counts_for_rail
from tickets.services import tickets
from tickets.services.class_reviews import put_up_late
from tickets.services.contacts import mark_called_back, take_contact
from tickets.services.follow_ups import rate_by_link, record_attempt, record_follow_up
from tickets.services.replies import add_reply
from tickets.services.slips import cancel_slip, complete_slip, issue_slip, sign_slip, start_slip, verify_slip

pytestmark = pytest.mark.django_db
QUIET = "请问周末访客停车怎么收费？"
# What a resident never reads about their own matter: a ticket, a complaint.
HOUSE_WORDS = re.compile(r"工[单單]|投[诉訴]|ticket|complaint", re.IGNORECASE)


@pytest.fixture
def resolved(make_ticket, clerk, departments):
    def make(description=QUIET, moment=MORNING, complaint_class="inquiry", **kwargs):
        ticket = make_ticket(description, at=moment, **kwargs)
        return bring_to(
            ticket,
            "resolved",
            actor=clerk,
            department=departments["cleaning"],
            complaint_class=complaint_class,
            moment=moment,
        )

    return make


# --- §2 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("complaint_class", ["help_seeking", "inquiry", "venting"])
@pytest.mark.parametrize("badly", ["late beyond its limit", "reopened by a dissatisfied visit"])
def test_a_communication_complaint_that_is_badly_handled_is_put_up_for_reclassification(
    badly, complaint_class, make_ticket, resolved, clerk, second_clerk
):
    if badly == "late beyond its limit":
        ticket = make_ticket(QUIET, at=MORNING, complaint_class=complaint_class)
        put_up_late(ticket.resolution_due_at)
        assert not ClassReview.objects.exists()
        put_up_late(ticket.resolution_due_at + timedelta(minutes=1))
    else:
        ticket = resolved(complaint_class=complaint_class)
        record_follow_up(
            FollowUp.objects.get(ticket=ticket), actor=second_clerk, outcome="dissatisfied", score=1
        )
    review = ClassReview.objects.get(ticket=ticket)
    # It is put to a person; by itself nothing changes the class.
    assert Ticket.objects.get(pk=ticket.pk).complaint_class == complaint_class
    with refused("reason_required"):
        tickets.answer_class_review(ticket, actor=clerk, becomes_valid=True, reason="")
    ticket = tickets.answer_class_review(ticket, actor=clerk, becomes_valid=True, reason="Nobody came")
    review.refresh_from_db()
    decision = ticket.decisions.last()
    assert (decision.from_class, decision.to_class, decision.reason) == (
        complaint_class,
        "valid",
        "Nobody came",
    )
    assert (review.outcome, review.decision) == ("becomes_valid", decision)


def test_whoever_first_takes_the_matter_stays_responsible_until_it_is_closed(
    make_ticket, clerk, second_clerk, supervisor, technician, departments
):
    ticket = make_ticket(QUIET, at=MORNING)
    tickets.classify_ticket(ticket, actor=second_clerk, complaint_class="inquiry", at=MORNING)
    tickets.assign_ticket(
        ticket, actor=second_clerk, department=departments["engineering"], handler=technician, at=MORNING
    )
    tickets.start_ticket(ticket, actor=supervisor, at=MORNING)
    for key in ("identity", "arrears"):
        tickets.tick_step(ticket, actor=second_clerk, key=key, at=MORNING)
    tickets.resolve_ticket(ticket, actor=second_clerk, resolution="Seen to.", at=MORNING)
    for outcome, score in (("dissatisfied", 2), ("satisfied", 5)):
        record_follow_up(
            FollowUp.objects.get(ticket=ticket, status="scheduled"),
            actor=second_clerk,
            outcome=outcome,
            score=score,
            at=MORNING,
        )
        ticket = Ticket.objects.get(pk=ticket.pk)
        assert (ticket.responsible, ticket.handler) == (clerk, technician)
        if outcome == "dissatisfied":
            tickets.assign_ticket(
                ticket, actor=second_clerk, department=departments["cleaning"], handler=technician, at=MORNING
            )
            tickets.resolve_ticket(ticket, actor=second_clerk, resolution="Again.", at=MORNING)
    assert ticket.status == "closed"
    with refused("reason_required"):
        tickets.hand_over_responsibility(ticket, actor=clerk, to=second_clerk, reason=" ")


def test_what_a_resident_owes_changes_neither_class_nor_priority_nor_speed_nor_tone(
    make_ticket, unit, resident, clerk, departments
):
    def life(moment):
        ticket = make_ticket("厨房水管漏水，催了几次没人来。", unit=unit, resident=resident, at=moment)
        seen = [
            ticket.suggestion["complaint_class"],
            ticket.suggestion["confidence"],
            ticket.priority,
            ticket.is_serious,
            ticket.response_due_at - moment,
            ticket.resolution_due_at - moment,
        ]
        slip = issue_slip(
            actor=clerk,
            department=departments["engineering"],
            instructions="Look",
            ticket=ticket,
            at=moment,
        )
        seen += [slip.sign_due_at - moment, slip.due_at - moment]
        ticket = bring_to(
            Ticket.objects.get(pk=ticket.pk),
            "in_progress",
            actor=clerk,
            department=departments["engineering"],
            moment=moment,
        )
        for key in ("identity", "arrears"):
            tickets.tick_step(ticket, actor=clerk, key=key, at=moment)
        tickets.resolve_ticket(ticket, actor=clerk, resolution="Seen to.", at=moment)
        visit = FollowUp.objects.get(ticket=ticket)
        seen += [visit.due_at - moment, visit.scheduled_at - moment]
        said = [rendered(message) for message in Message.objects.filter(about_id=ticket.pk).order_by("pk")]
        names = (ticket.number, slip.number, f"/{ticket.pk}/", f"/{slip.pk}/", ticket.track_secret)
        words = str(said)
        for name in names:
            words = words.replace(name, "…")
        Ticket.objects.filter(pk=ticket.pk).update(created_at=moment - timedelta(days=90), topic="other")
        return seen, re.sub(r"\d{4}-\d\d-\d\d", "…", words)

    paid_up = life(MORNING)
    post_bill(unit, due_on=date(2025, 1, 15), total="98000.00")
    in_debt = life(MORNING + timedelta(days=7))
    assert in_debt == paid_up


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_to_residents_a_ticket_is_the_matter_that_they_reported(language, make_ticket, clerk, departments):
    """反映事项: neither the house's word for it nor the word complaint stands on their pages or in their messages."""
    ticket = make_ticket(
        QUIET, channel="web", actor=None, reporter_phone="13800136021", language=language, at=MORNING
    )
    add_reply(ticket, actor=clerk, body="已转工程部。", visibility="public", at=MORNING)
    ticket = bring_to(
        Ticket.objects.get(pk=ticket.pk),
        "resolved",
        actor=clerk,
        department=departments["cleaning"],
        moment=MORNING,
    )
    browser = Client(headers={"Accept-Language": language})
    shown = [browser.get(tickets.track_path(ticket)).content.decode()]
    shown.append(browser.get(reverse("public_form", args=[ticket.estate.code])).content.decode())
    shown = [re.sub(r"(?s)<head>.*?</head>|<script.*?</script>|<[^>]*>", " ", page) for page in shown]
    messages = Message.objects.filter(template__startswith="resident_")
    assert messages.count() >= 3
    with translation.override(language):
        shown += [re.sub(r"\S*://\S+|/p/\S+", " ", " ".join(rendered(message))) for message in messages]
    found = [HOUSE_WORDS.findall(text) for text in shown]
    assert not any(found), found
    if language != "en":
        assert any("反映" in text for text in shown)


def test_a_defect_under_warranty_names_the_builder_and_the_end_on_the_printed_sheet(
    make_ticket, clerk, login
):
    ticket = make_ticket(builder="Nanshan Construction", warranty_until=date(2028, 5, 1))
    sheet = login(clerk).get(reverse("ticket_sheet", args=[ticket.pk])).content.decode()
    assert "Nanshan Construction" in sheet and "2028" in sheet


# --- §3 ---------------------------------------------------------------------------------------------------------------


def test_a_call_back_is_due_at_its_minute_and_late_the_minute_after(estate, clerk):
    due = at("2026-11-17 15:20")
    take_contact(estate=estate, kind="call", actor=clerk, phone="13800136021", call_back_at=due, at=MORNING)
    lateness = {
        minutes: any(
            late for _n, late in counts_for_rail(clerk, estate, due + timedelta(minutes=minutes)).values()
        )
        for minutes in (-1, 0, 1)
    }
    assert lateness == {-1: False, 0: False, 1: True}


# --- §4 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Slip.Kind.values)
def test_the_three_kinds_of_slip_share_one_life(
    kind, clerk, second_clerk, technician, departments, login, supervisor, manager
):
    slip = issue_slip(
        actor=clerk, department=departments["engineering"], instructions="Look", kind=kind, at=MORNING
    )
    assert slip.sign_due_at == MORNING + timedelta(minutes=30)
    assert Message.objects.filter(recipient_user=technician, about_id=slip.pk).exists()
    slip = sign_slip(slip, actor=technician)
    slip = start_slip(slip, actor=technician)
    slip = complete_slip(slip, actor=technician, report="Done")
    slip = verify_slip(slip, actor=second_clerk)
    assert (slip.status, slip.report) == ("verified", "Done")
    assert (slip.signed_by, bool(slip.signed_at)) == (technician, True)
    paper = login(clerk).get(reverse("slip_print", args=[slip.pk])).content.decode()
    assert "<svg" in paper and slip.number in paper and str(slip.get_kind_display()) in paper
    other = issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", kind=kind)
    assert cancel_slip(other, actor=clerk, reason="Twice").status == "cancelled"


# --- §5 ---------------------------------------------------------------------------------------------------------------


def test_the_slips_of_a_ticket_are_covered_by_its_visit(make_ticket, clerk, technician, departments):
    ticket = make_ticket(QUIET, complaint_class="inquiry", at=MORNING)
    slip = issue_slip(
        actor=clerk, department=departments["engineering"], instructions="Look", ticket=ticket, at=MORNING
    )
    sign_slip(slip, actor=technician, at=MORNING)
    complete_slip(slip, actor=technician, report="Done", at=MORNING)
    verify_slip(slip, actor=clerk, at=MORNING)
    assert not FollowUp.objects.exists()
    ticket = Ticket.objects.get(pk=ticket.pk)
    for key in ("identity", "arrears"):
        tickets.tick_step(ticket, actor=clerk, key=key, at=MORNING)
    tickets.resolve_ticket(ticket, actor=clerk, resolution="Seen to.", at=MORNING)
    assert [(visit.ticket, visit.slip) for visit in FollowUp.objects.all()] == [(ticket, None)]


def test_a_slip_or_call_back_without_a_ticket_gets_its_own_visit(estate, clerk, technician, departments):
    slip = issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", at=MORNING)
    sign_slip(slip, actor=technician, at=MORNING)
    complete_slip(slip, actor=technician, report="Done", at=MORNING)
    verify_slip(slip, actor=clerk, at=MORNING)
    call = take_contact(
        estate=estate, kind="call", actor=clerk, phone="13800136021", call_back_at=MORNING, at=MORNING
    )
    mark_called_back(call, actor=clerk, at=MORNING)
    answered = take_contact(estate=estate, kind="call", actor=clerk, phone="13800136021", at=MORNING)
    visits = FollowUp.objects.order_by("pk")
    assert [(visit.slip, visit.contact) for visit in visits] == [(slip, None), (None, call)]
    assert not FollowUp.objects.filter(contact=answered).exists()


@pytest.mark.parametrize("hour", ["03:00", "13:00", "23:30"])
def test_a_visit_may_be_recorded_at_any_hour(hour, resolved, second_clerk):
    ticket = resolved()
    visit = FollowUp.objects.get(ticket=ticket)
    moment = at(f"2026-11-18 {hour}")
    done = record_follow_up(visit, actor=second_clerk, outcome="satisfied", score=4, at=moment)
    assert (done.status, done.recorded_at) == ("done", moment)


def test_the_record_is_complete_who_when_how_score_outcome_suggestion_or_why_nobody_was_reached(
    resolved, second_clerk
):
    visit = FollowUp.objects.get(ticket=resolved())
    tried = record_attempt(
        visit, actor=second_clerk, reached=False, via="phone", note="Line busy", at=at("2026-11-18 10:00")
    )
    attempt = tried.attempts.get()
    assert (attempt.by, attempt.via, attempt.note) == (second_clerk, "phone", "Line busy")
    assert attempt.at == at("2026-11-18 10:00")
    visit = record_follow_up(
        visit,
        actor=second_clerk,
        outcome="so_so",
        score=3,
        suggestion="Come on time",
        via="visit",
        at=at("2026-11-18 15:00"),
    )
    kept = (visit.recorded_by, visit.recorded_at, visit.via, visit.score, visit.outcome, visit.suggestion)
    assert kept == (second_clerk, at("2026-11-18 15:00"), "visit", 3, "so_so", "Come on time")


def test_who_left_by_the_web_form_gets_the_rating_link_which_fulfils_the_open_visit(resolved, clerk):
    ticket = resolved(channel="web", actor=None, reporter_phone="13800136021")
    message = Message.objects.get(template="resident_resolved")
    assert message.link == tickets.track_path(ticket)
    visit = rate_by_link(ticket, score=5, comment="Thank you")
    assert (visit.status, visit.via, visit.recorded_by) == ("done", "link", None)
    assert Ticket.objects.get(pk=ticket.pk).status == "closed"
