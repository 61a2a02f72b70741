"""The class is the house's own: no resident and no contractor ever reads it (docs/domain.md §2.8)."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone, translation
from rest_framework.test import APIClient

from helpdesk.notifications.delivery import rendered
from helpdesk.notifications.models import Message
from tests.tickets.acts import bring_to
from tickets.models import COMMUNICATION, ClassReview, ComplaintClass, Slip, Ticket
from tickets.services import tickets
from tickets.services.class_reviews import put_up
from tickets.services.follow_ups import rate_by_link
from tickets.services.replies import add_reply
from tickets.services.slips import issue_slip

CLASSES = list(ComplaintClass.values)
LANGUAGES = ["en", "zh-hans", "zh-hant"]
# The class by its names and codes in three scripts, and what stands above it.
WORDS = re.compile(
    r"valid[ _]complaint|possibly valid|help[-_ ]seeking|\binquiry\b|\bventing\b|communication complaint|complaint_class"
    r"|有效投[诉訴]|疑似有效|求助型|[咨諮][询詢]型|[发發][泄洩]型|[沟溝]通性投[诉訴]|抱怨",
    re.IGNORECASE,
)


def class_words(text):
    """The words of the class that stand in a text."""
    return WORDS.findall(text)


@pytest.fixture
def judged(make_ticket, clerk, manager, departments, unit, resident):
    """A ticket of one class with replies, a slip and a visit, put up for reclassification where it may be."""

    def make(complaint_class, status="resolved"):
        ticket = make_ticket("楼道的灯不亮了", unit=unit, resident=resident, channel="web")
        slip = issue_slip(
            actor=clerk, department=departments["contractor"], instructions="换灯", ticket=ticket
        )
        add_reply(ticket, actor=clerk, body="已经转给工程部。", visibility="public")
        add_reply(ticket, actor=clerk, body="Looks like venting to me", visibility="internal")
        ticket = bring_to(
            Ticket.objects.get(pk=ticket.pk),
            status,
            actor=clerk,
            department=departments["engineering"],
            complaint_class=complaint_class,
            moment=timezone.now(),
        )
        if complaint_class in COMMUNICATION:
            put_up(ticket, ClassReview.Cause.LATE, at=timezone.now())
        return ticket, slip

    return make


def public_patterns():
    """The named addresses that need no account: everything below /p/."""
    public = [r for r in get_resolver().url_patterns if str(r.pattern).startswith("p/")]
    return [page.name for r in public for page in getattr(r, "url_patterns", [r]) if page.name]


def addresses(ticket, slip):
    """Every public page that can be reached with what a resident or a contractor holds."""
    secrets = [ticket.track_secret, *(getattr(slip, name, "") for name in ("link_secret", "secret"))]
    for name in public_patterns():
        for args in ([secret] for secret in secrets if secret):
            try:
                yield reverse(name, args=args)
            except NoReverseMatch:
                continue
        try:
            yield reverse(name, args=[ticket.estate.code])
        except NoReverseMatch:
            continue


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("complaint_class", CLASSES)
def test_no_public_page_says_the_class(judged, complaint_class, language):
    ticket, slip = judged(complaint_class)
    browser = Client(headers={"Accept-Language": language})
    seen = 0
    for address in addresses(ticket, slip):
        response = browser.get(address)
        if response.status_code == 200:
            seen += 1
            assert class_words(response.content.decode()) == [], address
    assert seen >= 2


@pytest.mark.parametrize("complaint_class", CLASSES)
def test_no_public_answer_of_the_api_says_the_class(judged, complaint_class):
    ticket, _slip = judged(complaint_class)
    for language in LANGUAGES:
        client = APIClient(headers={"Accept-Language": language})
        response = client.get(f"/api/v1/public/tickets/{ticket.track_secret}/")
        assert response.status_code == 200
        assert class_words(response.content.decode()) == []


@pytest.mark.parametrize("complaint_class", CLASSES)
def test_no_message_to_a_resident_says_the_class(judged, complaint_class, clerk, manager):
    ticket, _slip = judged(complaint_class)
    rate_by_link(ticket, score=1, comment="Still dark")
    tickets.decline_ticket(ticket, actor=manager, reason="Belongs to the city.")
    sent = [message for message in Message.objects.all() if message.channel != "desk"]
    assert sent
    for message in sent:
        for language in LANGUAGES:
            message.language = language
            assert class_words(" ".join(rendered(message))) == [], message.template


def test_no_template_of_a_message_to_a_resident_names_a_class():
    for path in Path(settings.BASE_DIR, "templates", "messages").glob("resident_*"):
        assert class_words(path.read_text(encoding="utf-8")) == [], path.name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("complaint_class", CLASSES)
def test_no_print_that_leaves_the_house_says_the_class(judged, complaint_class, language, login, clerk):
    ticket, slip = judged(complaint_class)
    browser = login(clerk)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    with translation.override(language):
        prints = [reverse("slip_print", args=[slip.pk])]
        for name in ("ticket_print", "ticket_sheet", "complaint_sheet"):
            try:
                prints.append(reverse(name, args=[ticket.pk]))
            except NoReverseMatch:
                continue
    for address in prints:
        response = browser.get(address)
        assert response.status_code == 200
        # What is said to the clerk around the sheet stays on the screen.
        paper = response.content.decode().partition("<main")[2] or response.content.decode()
        assert class_words(paper) == [], address


def test_the_words_looked_for_are_those_that_staff_read(judged):
    for language in LANGUAGES:
        with translation.override(language):
            for name in CLASSES:
                assert class_words(str(ComplaintClass(name).label)), (language, name)


def test_a_slip_holds_no_class_of_its_own():
    assert not [field.name for field in Slip._meta.get_fields() if "class" in field.name]
