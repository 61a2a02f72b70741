"""A contractor signs and reports by one secret link, without an account (docs/domain.md §4)."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from helpdesk.audit.models import Entry
from helpdesk.lib.log_secrets import hidden
from helpdesk.notifications.models import Message
from tests.tickets.acts import MORNING, refused
from tickets.models import Slip, SlipLink
from tickets.services import contractors, slip_links, slips
from tickets.services.slips import Part

PERSON = {"name": "Lin Guodong", "phone": "13800138000"}


def photo(name="photo.jpg"):
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


@pytest.fixture
def lifts(departments):
    department = departments["contractor"]
    department.email = "lifts@example.com"
    department.save()
    return department


@pytest.fixture
def ticket(make_ticket, unit, resident):
    return make_ticket(
        "The lift stops between floors.",
        unit=unit,
        resident=resident,
        reporter_name="Wang Jianguo",
        reporter_phone="+8613912345678",
    )


@pytest.fixture
def slip(clerk, lifts, ticket):
    return slips.issue_slip(
        actor=clerk, department=lifts, instructions="Look at the lift", ticket=ticket, at=MORNING
    )


@pytest.fixture
def link(slip):
    return SlipLink.objects.select_related("slip__estate", "slip__ticket").get(slip=slip)


def page(link, name="slip_link", *args):
    return reverse(name, args=[link.secret, *args])


def test_issuing_sends_the_link_by_mail(slip, link):
    message = Message.objects.get(template="slip_link")
    assert (message.channel, message.address) == ("email", "lifts@example.com")
    assert message.link == page(link)
    assert link.sent_at == MORNING


def test_without_an_address_the_telephone_gets_it(departments, clerk):
    department = departments["contractor"]
    department.telephone = "138 0013 8001"
    department.save()
    slips.issue_slip(actor=clerk, department=department, instructions="Look")
    message = Message.objects.get(template="slip_link")
    assert (message.channel, message.address) == ("sms", "+8613800138001")


def test_without_either_the_manager_is_told_and_the_link_waits(departments, clerk, manager):
    slip = slips.issue_slip(actor=clerk, department=departments["contractor"], instructions="Look")
    assert not Message.objects.filter(template="slip_link").exists()
    assert Message.objects.filter(template="slip_issued", recipient_user=manager).exists()
    assert SlipLink.objects.get(slip=slip).sent_at is None


def test_a_department_of_the_house_has_no_link(departments, clerk):
    slip = slips.issue_slip(actor=clerk, department=departments["engineering"], instructions="Look")
    assert not SlipLink.objects.exists()
    with refused("not_a_contractor"):
        slip_links.send_link(slip, actor=clerk)


def test_the_secret_stands_in_no_table_in_clear(link):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, digest FROM tickets_sliplink")
        assert all(link.secret not in text for text in cursor.fetchone())


def test_signing_by_link_is_signing(client, slip, link, ticket):
    assert client.post(page(link, "slip_link_sign"), PERSON).status_code == 302
    slip.refresh_from_db()
    assert (slip.status, slip.signed_by, slip.signer) == ("signed", None, "Lin Guodong")
    assert slip.contractor_phone == "+8613800138000"
    entry = Entry.objects.get(verb="slip.signed")
    assert entry.data["contractor"] == "Lin Guodong" and entry.actor is None
    assert "13800138000" not in str(entry.data)


def test_history_says_by_the_contractor(client, slip, link, clerk, login):
    client.post(page(link, "slip_link_sign"), PERSON)
    assert (
        "by the contractor, Lin Guodong"
        in login(clerk).get(reverse("slip_detail", args=[slip.pk])).content.decode()
    )


def test_the_whole_job_by_link(client, slip, link):
    client.post(page(link, "slip_link_sign"), PERSON)
    client.post(page(link, "slip_link_start"), {"before": photo()})
    sent = {
        "report": "Door sensor replaced",
        "minutes_spent": "90",
        "part-TOTAL_FORMS": "2",
        "part-INITIAL_FORMS": "0",
        "part-0-name": "Sensor",
        "part-0-quantity": "1.5",
        "part-0-unit": "set",
        "part-1-name": "",
        "files": photo(),
        "form_token": "abc",
    }
    assert client.post(page(link, "slip_link_complete"), sent).status_code == 302
    slip.refresh_from_db()
    assert (slip.status, slip.minutes_spent, slip.finisher) == ("done", 90, "Lin Guodong")
    assert [str(part) for part in slip.parts.all()] == ["Sensor × 1.5 set"]
    shown = client.get(page(link)).content.decode()
    assert "Before" in shown and "After" in shown and "Sensor × 1.5 set" in shown


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "", "phone": "13800138000"}, "name"),
        ({"name": "Lin", "phone": "12"}, "phone"),
        ({"name": "Lin"}, "phone"),
    ],
)
def test_signing_wants_a_name_and_a_number_that_rings(client, slip, link, sent, field):
    response = client.post(page(link, "slip_link_sign"), sent)
    assert response.status_code == 422
    assert field in response.context["sign_form"].errors
    slip.refresh_from_db()
    assert slip.status == "issued"


def test_the_page_shows_one_job_and_nothing_of_the_resident(client, slip, link, ticket, clerk, resident):
    shown = client.get(page(link)).content.decode()
    assert "Look at the lift" in shown and slip.unit.code in shown
    for secret in (
        "Wang Jianguo",
        "13912345678",
        "5678",
        ticket.number,
        "help_seeking",
        "Help-seeking",
        resident.name,
    ):
        assert secret not in shown


def test_another_slips_file_does_not_open(client, link, clerk, departments, estate):
    from helpdesk.attachments.services import attach, check_uploads

    other = slips.issue_slip(actor=clerk, department=departments["engineering"], instructions="Other")
    [file] = attach(other, check_uploads([photo()]), actor=clerk, estate=estate)
    assert client.get(page(link, "slip_link_file", file.pk)).status_code == 404


def test_wrong_secrets_are_404_and_throttled(client, link):
    for _ in range(10):
        assert client.get(reverse("slip_link", args=["guess"])).status_code == 404
    assert client.get(page(link)).status_code == 429


def test_the_digest_opens_nothing(client, link):
    assert client.get(reverse("slip_link", args=[link.digest])).status_code == 404


def test_a_revoked_link_is_gone_and_a_new_one_opens(client, slip, link, clerk):
    slip_links.revoke_link(slip, actor=clerk)
    assert client.get(page(link)).status_code == 410
    assert client.post(page(link, "slip_link_sign"), PERSON).status_code == 410
    new = slip_links.send_link(slip, actor=clerk)
    assert new.secret != link.secret
    assert client.get(page(new)).status_code == 200
    assert client.get(page(link)).status_code == 410


def test_sending_again_keeps_the_link(slip, link, clerk):
    assert slip_links.send_link(slip, actor=clerk).secret == link.secret
    assert Message.objects.filter(template="slip_link").count() == 2


@pytest.mark.parametrize("end", ["verified", "cancelled"])
def test_when_the_slip_ends_the_link_does(client, slip, link, clerk, end):
    if end == "cancelled":
        slips.cancel_slip(slip, actor=clerk, reason="Twice")
    else:
        contractors.sign_by_link(link, **PERSON)
        contractors.complete_by_link(link, report="Mended")
        assert client.get(page(link)).status_code == 200
        slips.verify_slip(slip, actor=clerk)
    assert client.get(page(link)).status_code == 410
    with refused("invalid_transition"):
        slip_links.send_link(slip, actor=clerk)


def test_a_link_made_void_in_between_does_nothing(link, slip, clerk):
    slip_links.revoke_link(slip, actor=clerk)
    with refused("link_closed"):
        contractors.sign_by_link(link, **PERSON)


def test_the_same_form_twice_is_one_report_and_another_is_refused(link):
    contractors.sign_by_link(link, **PERSON)
    for _ in range(2):
        contractors.complete_by_link(link, report="Mended", form_token="a", parts=[Part("Hose", Decimal(1))])
    assert Slip.objects.get(pk=link.slip_id).parts.count() == 1
    with refused("invalid_transition"):
        contractors.complete_by_link(link, report="Something else", form_token="b")


@pytest.mark.parametrize("quantity", ["0", "-1", "1e12"])
def test_a_part_needs_a_quantity(link, quantity):
    contractors.sign_by_link(link, **PERSON)
    with refused("invalid_quantity"):
        contractors.complete_by_link(link, report="Mended", parts=[Part("Hose", Decimal(quantity))])


def test_a_wrong_step_is_refused_on_the_page(client, link):
    response = client.post(page(link, "slip_link_complete"), {"report": "Done already"})
    assert response.status_code == 409
    assert "Done already" in response.content.decode()


@pytest.mark.parametrize("name", ["slip_link_sign", "slip_link_start", "slip_link_complete"])
def test_looking_does_nothing(client, link, name):
    assert client.get(page(link, name)).status_code == 405


def test_the_log_hides_the_secret():
    assert hidden("GET /p/s/Abc_123/sign/ 200") == "GET /p/s/…/sign/ 200"


def test_the_desk_sees_sends_and_revokes_the_link(slip, link, clerk, login):
    browser = login(clerk)
    address = reverse("slip_detail", args=[slip.pk])
    assert page(link) in browser.get(address).content.decode()
    browser.post(reverse("slip_revoke_link", args=[slip.pk]))
    assert page(link) not in browser.get(address).content.decode()
    browser.post(reverse("slip_send_link", args=[slip.pk]))
    assert SlipLink.objects.filter(slip=slip, revoked_at__isnull=True).count() == 1


def test_the_paper_of_a_contractor_opens_their_page(slip, link, clerk, login):
    shown = login(clerk).get(reverse("slip_print", args=[slip.pk])).content.decode()
    assert page(link) in shown and slip.ticket.number not in shown


def test_pressing_a_contractor_sends_the_link_again(slip, clerk):
    slips.nudge_slip(slip, actor=clerk)
    assert Message.objects.filter(template="slip_link").count() == 2
