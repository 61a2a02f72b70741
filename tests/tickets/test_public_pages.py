"""Residents' pages: the form, the page behind the link, and what nobody learns from them."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from helpdesk.attachments.models import Attachment
from helpdesk.notifications.models import Message
from tickets.models import FollowUp, Ticket
from tickets.progress import progress_of
from tickets.services.replies import add_reply
from tickets.services.tickets import classify_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest():
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def form(estate):
    return {
        "name": "Wang Jianguo",
        "phone": "138 0013 6021",
        "unit": "3栋2单元501",
        "description": "The kitchen pipe leaks and the water has reached the corridor.",
        "website": "",
        "form_token": "a" * 32,
    }


def photo(name="IMG_1.jpg"):
    data = BytesIO()
    Image.new("RGB", (20, 20), "green").save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), "image/jpeg")


def send(guest, form, **changes):
    return guest.post(reverse("public_form", args=["willow"]), form | changes)


def opened(guest, response):
    return guest.get(response["Location"])


def without_own_words(page):
    """The page less its number, key, tokens and times."""
    return re.sub(r"T-\d{4}-\d{6}|/p/t/[\w-]+|value=\"\w{32,64}\"|\d\d:\d\d(:\d\d)?|\.\d{6}", "", page)


class TestForm:
    def test_a_resident_gets_a_number_and_a_link(self, guest, form, resident):
        response = send(guest, form)
        ticket = Ticket.objects.get()
        assert response.status_code == 302
        assert (ticket.channel, ticket.resident, ticket.unit.code) == ("web", resident, "3-2-501")
        assert ticket.responsible is None and ticket.status == "new"
        assert ticket.number in opened(guest, response).content.decode()

    def test_the_link_is_sent_by_sms_and_stands_sealed_in_the_outbox(self, guest, form, resident):
        send(guest, form)
        message = Message.objects.get(channel="sms")
        assert Ticket.objects.get().track_secret in message.link

    def test_two_clicks_make_one_ticket(self, guest, form, resident):
        first, second = send(guest, form), send(guest, form)
        assert Ticket.objects.count() == 1
        assert first["Location"] == second["Location"]

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("name", "", "This field is required"),
            ("description", "  ", "This field is required"),
            ("phone", "1380013602", "digit"),
            ("phone", "call me", "not a telephone number"),
            ("name", "x" * 81, "80"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_the_rest_stays(
        self, guest, form, resident, field, value, words
    ):
        page = send(guest, form, **{field: value}).content.decode()
        assert words in page
        assert not Ticket.objects.exists()
        kept = [v for k, v in form.items() if k not in {field, "website"}]
        assert all(value in page for value in kept)

    def test_the_unit_may_stay_empty(self, guest, form, estate):
        send(guest, form, unit="")
        assert Ticket.objects.get().unit is None

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"unit": "9-9-999"},
            {"unit": ""},
            {"phone": "13900000000"},
            {"phone": "13900000000", "unit": "9-9-999"},
        ],
    )
    def test_nobody_learns_whether_a_unit_or_a_person_exists(self, guest, form, resident, changes):
        """Known and unknown get the same answer but for number, key, time and what they wrote themselves."""
        page = opened(guest, send(guest, form, **changes)).content.decode()
        reference = opened(guest, send(guest, form, form_token="b" * 32, **changes)).content.decode()
        for name in ("王建国", "138****6021", "Owner"):
            assert name not in page
        assert len(without_own_words(page)) == len(without_own_words(reference))

    def test_a_number_of_one_person_and_a_unit_of_another_link_nobody(self, guest, form, resident, building):
        building.units.create(estate=building.estate, code="3-2-502", building=building)
        send(guest, form, unit="3-2-502")
        ticket = Ticket.objects.get()
        assert ticket.resident is None and ticket.unit.code == "3-2-502"

    def test_a_program_that_fills_everything_in_is_thanked_and_forgotten(self, guest, form, estate):
        assert send(guest, form, website="http://spam.example").status_code == 200
        assert not Ticket.objects.exists()

    def test_ten_forms_an_hour_from_one_address(self, guest, form, estate):
        answers = [send(guest, form, form_token=f"{n:032d}").status_code for n in range(12)]
        assert answers == [302] * 10 + [429] * 2
        assert Ticket.objects.count() == 10

    def test_a_bad_file_behind_a_good_one_stops_both(self, guest, form, estate):
        svg = SimpleUploadedFile(
            "x.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        )
        response = send(guest, form, files=[photo(), svg])
        assert response.status_code == 400
        assert not Ticket.objects.exists() and not Attachment.objects.exists()

    def test_an_estate_that_does_not_exist(self, guest, form, estate):
        assert guest.get(reverse("public_form", args=["nowhere"])).status_code == 404


class TestLink:
    @pytest.fixture
    def ticket(self, guest, form, resident):
        send(guest, form, files=[photo()])
        return Ticket.objects.get()

    def page(self, guest, ticket):
        return guest.get(reverse("track", args=[ticket.track_secret]))

    def test_the_class_is_never_shown(self, guest, ticket, clerk):
        for n, complaint_class in enumerate(["venting", "help_seeking", "inquiry", "valid"]):
            classify_ticket(
                ticket, actor=clerk, complaint_class=complaint_class, reason="looked again" if n else ""
            )
            page = self.page(guest, ticket).content.decode().lower()
            for word in ("venting", "help-seeking", "inquiry", "valid complaint", "complaint", "grumble"):
                assert word not in page

    def test_internal_notes_and_held_replies_stay_inside(self, guest, ticket, clerk):
        add_reply(ticket, actor=clerk, body="He always complains.", visibility="internal")
        add_reply(ticket, actor=clerk, body="We will refund 400 yuan.", visibility="public")
        add_reply(ticket, actor=clerk, body="A technician comes at three.", visibility="public")
        page = self.page(guest, ticket).content.decode()
        assert "technician comes" in page
        assert "always complains" not in page and "refund" not in page

    def test_the_resident_answers(self, guest, ticket):
        url = reverse("track_reply", args=[ticket.track_secret])
        guest.post(url, {"body": "I am home, ring twice", "form_token": "c" * 32})
        guest.post(url, {"body": "I am home, ring twice", "form_token": "c" * 32})
        assert [r.body for r in progress_of(ticket).replies] == ["I am home, ring twice"]

    def test_an_empty_answer_is_said_to_be_empty(self, guest, ticket):
        url = reverse("track_reply", args=[ticket.track_secret])
        response = guest.post(url, {"body": " ", "form_token": "c" * 32})
        assert response.status_code == 400 and b"required" in response.content

    def test_a_rating_before_anything_is_done_is_refused(self, guest, ticket):
        response = guest.post(reverse("track_rate", args=[ticket.track_secret]), {"score": "5"})
        assert response.status_code == 400
        assert not FollowUp.objects.exists()

    def test_the_photo_is_shown_to_who_has_the_link_and_to_nobody_else(self, guest, ticket):
        photo = Attachment.objects.get()
        url = reverse("track_file", args=[ticket.track_secret, photo.pk])
        answer = guest.get(url)
        assert answer.status_code == 200
        assert "sandbox" in answer["Content-Security-Policy"]
        assert guest.get(reverse("track_file", args=["x" * 32, photo.pk])).status_code == 404
        assert guest.get(reverse("ticket_file", args=[ticket.pk, photo.pk])).status_code == 302
        Attachment.objects.update(is_public=False)
        assert guest.get(url).status_code == 404

    @pytest.mark.parametrize("secret", ["x", "0", "None", "%00", "..", "x" * 400, "ticket", "漏水"])
    def test_wrong_keys_open_nothing(self, guest, ticket, secret):
        answer = guest.get(f"/p/t/{secret}/")
        assert answer.status_code == 404
        assert "To the Desk" not in answer.text and "another estate" not in answer.text

    def test_the_stored_digest_is_no_key(self, guest, ticket):
        assert guest.get(reverse("track", args=[ticket.track_digest])).status_code == 404

    def test_after_ten_wrong_keys_the_address_waits(self, guest, ticket):
        answers = [guest.get(f"/p/t/{n:032d}/").status_code for n in range(12)]
        assert answers == [404] * 10 + [429] * 2

    def test_right_keys_are_not_counted(self, guest, ticket):
        assert {self.page(guest, ticket).status_code for _ in range(15)} == {200}

    def test_the_address_travels_to_nobody(self, guest, ticket):
        assert self.page(guest, ticket)["Referrer-Policy"] == "same-origin"
        assert "no-store" in self.page(guest, ticket)["Cache-Control"]


def test_a_poster_leads_to_the_form(estate, clerk, login):
    page = login(clerk).get(reverse("poster", args=["willow"]))
    assert "/p/willow/" in page.content.decode()
