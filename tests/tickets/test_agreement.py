"""How far suggestions and clerks agree is kept and measured (docs/domain.md §2.4)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from tests.conftest import at
from tests.tickets.acts import MORNING
from tickets.agreement import agreement_of
from tickets.classification.model import shipped_model
from tickets.models import ClassReview, Refit
from tickets.services import tickets
from tickets.services.class_reviews import put_up
from tickets.similar import similar_confirmed

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEAK = "厨房水管漏水，水已流到走廊，麻烦马上派人来修。"


@pytest.fixture
def judge(make_ticket, clerk):
    """A ticket that reads as help-seeking, decided as something."""

    def make(complaint_class, moment=MORNING, **kwargs):
        ticket = make_ticket(LEAK, at=moment, **kwargs)
        assert ticket.suggestion["complaint_class"] == "help_seeking"
        return tickets.classify_ticket(ticket, actor=clerk, complaint_class=complaint_class, at=moment)

    return make


def report(estate, since=MORNING - timedelta(days=1), until=MORNING + timedelta(days=90)):
    return agreement_of([estate.pk], since, until, SHANGHAI)


def test_the_table_counts_what_was_decided_against_what_was_suggested(estate, judge):
    judge("help_seeking")
    judge("help_seeking")
    judge("venting")
    found = report(estate)
    assert found.count("help_seeking", "help_seeking") == 2
    assert found.count("venting", "help_seeking") == 1
    assert (found.whole.agreed, found.whole.decided) == (2, 3)
    assert (found.of_class("venting").agreed, found.of_class("venting").decided) == (0, 1)
    assert found.of_class("inquiry").rate is None


def test_of_several_decisions_about_a_ticket_the_last_one_counts(estate, judge, clerk):
    ticket = judge("help_seeking")
    later = MORNING + timedelta(hours=1)
    tickets.classify_ticket(ticket, actor=clerk, complaint_class="inquiry", reason="Read again", at=later)
    assert report(estate).pairs == {("inquiry", "help_seeking"): 1}


def test_what_bad_handling_made_of_it_says_nothing_about_the_suggestion(estate, judge, clerk):
    ticket = judge("help_seeking")
    put_up(ticket, ClassReview.Cause.LATE, at=MORNING)
    tickets.answer_class_review(ticket, actor=clerk, becomes_valid=True, reason="Late")
    assert report(estate).pairs == {("help_seeking", "help_seeking"): 1}


def test_months_are_those_of_the_estate_and_hold_every_class(estate, judge):
    judge("help_seeking", at("2026-11-30 23:30"))
    judge("venting", at("2026-12-01 00:30"))
    months = report(estate).months
    assert [f"{month:%Y-%m}" for month in months] == ["2026-12", "2026-11"]
    december = next(iter(months.values()))
    assert (december["venting"].decided, december[""].decided, december["valid"].rate) == (1, 1, None)


def test_each_model_version_has_its_own_share(estate, judge):
    judge("help_seeking")
    ((version, share),) = report(estate).versions
    assert version == shipped_model().version
    assert share.rate == 1


def test_other_estates_and_other_days_are_left_out(estate, other_estate, judge):
    judge("help_seeking")
    assert (
        agreement_of(
            [other_estate.pk], MORNING - timedelta(days=1), MORNING + timedelta(days=1), SHANGHAI
        ).whole.decided
        == 0
    )
    assert report(estate, until=MORNING).whole.decided == 0


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_report_without_decisions_says_so(estate, manager, login):
    page = login(manager).get(reverse("agreement")).content.decode()
    assert "Nothing was decided in these days." in page
    assert shipped_model().version in page


def test_the_report_shows_the_table_and_the_months(estate, manager, judge, login):
    judge("help_seeking")
    for days in ("30", "90", "365", "junk"):
        page = login(manager).get(reverse("agreement"), {"days": days}).content.decode()
        assert "By class and month" in page


def test_the_button_asks_once_and_shows_progress(estate, manager, login):
    client = login(manager)
    for _press in range(2):
        assert client.post(reverse("classifier_learn")).status_code == 303
    assert Refit.objects.get().asked_by == manager
    Refit.objects.update(status="running", done=3, total=11)
    page = client.get(reverse("agreement")).content.decode()
    assert "3 of 11" in page
    assert "Learn anew" not in page


def test_help_for_clerks_names_all_four_classes(clerk, login):
    page = login(clerk).get(reverse("how_to_judge")).content.decode()
    for label in ("Valid complaint", "Help-seeking", "Inquiry", "Venting"):
        assert label in page


# --- confirmed tickets that read alike --------------------------------------------------------------------------------


def test_confirmed_tickets_that_read_alike_are_linked(estate, judge, make_ticket, clerk, login):
    confirmed = judge("help_seeking")
    make_ticket("地下车库的灯坏了三天，晚上一片漆黑。", complaint_class="valid")
    ticket = make_ticket("厨房水管漏水，水流到走廊了。")
    (alike,) = similar_confirmed(clerk, estate, ticket.description, ticket.topic, apart_from=ticket.pk)
    assert alike.number == confirmed.number
    page = login(clerk).get(reverse("ticket_detail", args=[ticket.pk])).content.decode()
    assert "Confirmed tickets that read alike" in page
    assert reverse("ticket_detail", args=[confirmed.pk]) in page


def test_unconfirmed_and_foreign_tickets_are_not_linked(estate, other_estate, make_ticket, clerk, outsider):
    make_ticket(LEAK)
    make_ticket(LEAK, estate=other_estate, actor=outsider, complaint_class="valid")
    assert similar_confirmed(clerk, estate, LEAK, "water") == []


def test_the_suggestion_says_what_would_change_it(make_ticket, clerk, login):
    text = "物业擅自涨价，多次投诉没人处理，保安还在岗亭睡觉。请问什么时候可以退？"
    page = login(clerk).post(reverse("ticket_suggest"), {"description": text}).content.decode()
    assert "Without 1" in page or "Without 2" in page or "Without 3" in page
    assert "How a careful reader decides" in page


def test_an_administrator_is_led_to_no_page_that_refuses(admin, manager, login):
    link = reverse("how_to_judge")
    assert link not in login(admin).get(reverse("agreement")).text
    assert link in login(manager).get(reverse("agreement")).text
