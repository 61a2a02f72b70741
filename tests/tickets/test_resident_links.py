"""How long a resident's link opens the matter, and how the desk gives a new one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import LinkEnded, Refused
from helpdesk.notifications.models import Message
from helpdesk.staff.services import create_token
from tests.api.conftest import bearer
from tickets.models import Reply, Ticket
from tickets.services.public import open_link
from tickets.services.tickets import renew_link, track_path

pytestmark = pytest.mark.django_db
WORDS = "The kitchen pipe leaks"


@pytest.fixture
def guest():
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def ticket(make_ticket, unit, resident):
    return make_ticket(WORDS, unit=unit, resident=resident, reporter_name="Wang Jianguo")


def closed(ticket, days, status="closed"):
    then = timezone.now() - timedelta(days=days)
    Ticket.objects.filter(pk=ticket.pk).update(status=status, resolved_at=then, closed_at=then)
    ticket.refresh_from_db()
    return ticket


def doors(ticket):
    """(method, address) of every page and call behind the link."""
    api = f"/api/v1/public/tickets/{ticket.track_secret}/"
    secret = [ticket.track_secret]
    return [
        ("get", track_path(ticket), {}),
        ("post", reverse("track_reply", args=secret), {"body": "Still here"}),
        ("post", reverse("track_rate", args=secret), {"score": "5"}),
        ("get", reverse("track_file", args=[*secret, 1]), {}),
        ("get", api, {}),
        ("post", f"{api}replies/", {"body": "Still here"}),
        ("post", f"{api}rating/", {"score": 5}),
    ]


def test_a_closed_matter_is_read_for_ninety_days(guest, ticket):
    page = guest.get(track_path(closed(ticket, 89)))
    assert page.status_code == 200 and ticket.number in page.content.decode()


@pytest.mark.parametrize("status", ["closed", "declined"])
def test_afterwards_every_door_is_shut_kindly_and_names_nothing(guest, ticket, status):
    closed(ticket, 91, status)
    for method, address, sent in doors(ticket):
        answer = getattr(guest, method)(address, sent)
        shown = answer.content.decode()
        assert answer.status_code == 410, address
        assert not any(word in shown for word in (WORDS, ticket.number, "Jianguo")), address
        if address.startswith("/api/"):
            assert answer.json()["errors"][0]["code"] == "link_ended"
        else:
            assert "front desk is glad to help" in shown and answer["Referrer-Policy"] == "same-origin"
    assert not Reply.objects.exists()


def test_an_old_matter_that_is_still_open_keeps_its_link(guest, ticket):
    Ticket.objects.update(created_at=timezone.now() - timedelta(days=900))
    assert guest.get(track_path(ticket)).status_code == 200


def test_how_long_is_a_setting(ticket, settings):
    settings.TRACK_LINK_DAYS = 10
    closed(ticket, 11)
    with pytest.raises(LinkEnded):
        open_link(ticket.track_secret, address="a")


def test_a_merged_matter_is_read_as_long_as_the_one_it_goes_on_in(guest, ticket, make_ticket):
    goes_on = make_ticket("The same pipe")
    closed(ticket, 91)
    Ticket.objects.filter(pk=ticket.pk).update(merged_into=goes_on)
    assert guest.get(track_path(ticket)).status_code == 200
    closed(goes_on, 91)
    assert guest.get(track_path(ticket)).status_code == 410


def test_a_new_link_makes_the_old_one_void_and_is_sent(guest, ticket, clerk):
    old = track_path(ticket)
    new = track_path(renew_link(ticket, actor=clerk))
    assert new != old
    assert (guest.get(old).status_code, guest.get(new).status_code) == (404, 200)
    message = Message.objects.get(template="resident_link")
    assert message.link == new and message.channel == "sms"
    entry = Entry.objects.about(ticket).get(verb="ticket.link_renewed")
    assert entry.actor == clerk and new.split("/")[-2] not in str(entry.data)


def test_without_anybody_to_tell_the_old_link_is_void_all_the_same(guest, make_ticket, clerk):
    unknown = make_ticket("Somebody shouts in the yard")
    old = track_path(unknown)
    renew_link(unknown, actor=clerk)
    assert guest.get(old).status_code == 404 and not Message.objects.filter(template="resident_link").exists()


def test_what_is_long_over_is_opened_again_before_it_gets_a_link(ticket, clerk):
    before = closed(ticket, 91).track_secret
    with pytest.raises(Refused) as refused:
        renew_link(ticket, actor=clerk)
    ticket.refresh_from_db()
    assert refused.value.code == "invalid_transition" and ticket.track_secret == before


@pytest.mark.parametrize("days", [None, 5])
def test_the_desk_gives_it_on_the_tickets_page(login, clerk, ticket, guest, days):
    if days:
        closed(ticket, days)
    browser, address = login(clerk), reverse("ticket_new_link", args=[ticket.pk])
    assert address in browser.get(reverse("ticket_detail", args=[ticket.pk])).content.decode()
    old = track_path(ticket)
    assert "new one is sent" in browser.post(address, follow=True).content.decode()
    assert guest.get(old).status_code == 404
    assert (
        "The resident has a new link"
        in browser.get(reverse("ticket_detail", args=[ticket.pk])).content.decode()
    )


def test_the_page_offers_none_that_would_open_nothing(login, clerk, ticket):
    closed(ticket, 91)
    browser, address = login(clerk), reverse("ticket_new_link", args=[ticket.pk])
    assert address not in browser.get(reverse("ticket_detail", args=[ticket.pk])).content.decode()
    assert "open it again first" in browser.post(address, follow=True).content.decode()


def test_a_program_gives_it_too(clerk, ticket, guest):
    _token, plain = create_token(clerk, name="desk", actor=None)
    old = track_path(ticket)
    assert bearer(plain).post(f"/api/v1/tickets/{ticket.pk}/new-link/").status_code == 200
    ticket.refresh_from_db()
    assert (guest.get(old).status_code, guest.get(track_path(ticket)).status_code) == (404, 200)
