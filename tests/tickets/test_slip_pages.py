"""The pages of slips: a technician's phone, the desk, the paper."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from helpdesk.attachments.models import Attachment
from helpdesk.audit.models import AccessEntry
from tickets.services.slips import issue_slip
from tickets.services.tickets import classify_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def slip(make_ticket, unit, resident, clerk, departments):
    ticket = make_ticket(unit=unit, resident=resident)
    classify_ticket(ticket, actor=clerk, complaint_class="venting")
    return issue_slip(
        actor=clerk, department=departments["engineering"], instructions="Look at the pipe", ticket=ticket
    )


def photo(name="IMG.jpg"):
    data = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(data, "JPEG")
    return SimpleUploadedFile(name, data.getvalue(), "image/jpeg")


def press(guest, name, slip, **data):
    return guest.post(reverse(name, args=[slip.pk]), data)


def page(guest, slip):
    return guest.get(reverse("slip_detail", args=[slip.pk])).content.decode()


def test_a_technician_signs_starts_and_reports_done_with_a_photo(slip, technician, login):
    guest = login(technician)
    assert "Sign for it" in page(guest, slip)
    for name in ("slip_sign", "slip_start"):
        assert press(guest, name, slip).status_code == 303
    answer = press(guest, "slip_complete", slip, report="Washer replaced", files=[photo()])
    slip.refresh_from_db()
    assert answer.status_code == 303
    assert (slip.status, slip.report, slip.done_by) == ("done", "Washer replaced", technician)
    file = Attachment.objects.of(slip).get()
    assert guest.get(reverse("slip_file", args=[slip.pk, file.pk])).status_code == 200


def test_signing_twice_is_harmless(slip, technician, login):
    guest = login(technician)
    assert [press(guest, "slip_sign", slip).status_code for _ in range(2)] == [303, 303]
    assert slip._meta.model.objects.get().signed_by == technician


def test_a_bad_photo_keeps_the_report(slip, technician, login):
    guest = login(technician)
    press(guest, "slip_sign", slip)
    bad = SimpleUploadedFile("x.jpg", b"MZ this is a program")
    answer = press(guest, "slip_complete", slip, report="Washer replaced", files=[photo(), bad])
    slip.refresh_from_db()
    assert answer.status_code == 409 and "Washer replaced" in answer.content.decode()
    assert slip.status == "signed" and not Attachment.objects.exists()


def test_done_needs_a_report(slip, technician, login):
    guest = login(technician)
    press(guest, "slip_sign", slip)
    answer = press(guest, "slip_complete", slip, report=" ")
    assert answer.status_code == 422 and "required" in answer.content.decode()


def test_the_desk_verifies_and_is_offered_to_resolve(slip, technician, clerk, login):
    guest = login(technician)
    press(guest, "slip_sign", slip)
    press(guest, "slip_complete", slip, report="Washer replaced")
    desk = login(clerk)
    assert "Resolve the ticket" in page(desk, slip)
    assert press(desk, "slip_verify", slip).status_code == 303
    slip.refresh_from_db()
    # The last slip done offers to resolve the ticket; it does not resolve it.
    assert slip.status == "verified" and slip.ticket.resolved_at is None


def test_void_needs_a_reason(slip, clerk, login):
    guest = login(clerk)
    assert press(guest, "slip_cancel", slip, reason="").status_code == 422
    assert press(guest, "slip_cancel", slip, reason="Wrong department").status_code == 303
    assert "Wrong department" in page(guest, slip)


def test_the_department_is_told_again_once_in_ten_minutes(slip, clerk, login):
    guest = login(clerk)
    assert press(guest, "slip_nudge", slip).status_code == 303
    assert press(guest, "slip_nudge", slip).status_code == 409


@pytest.mark.parametrize("role", ["technician", "supervisor", "clerk"])
def test_the_number_is_masked_and_the_front_desk_puts_through(slip, role, request, login):
    guest = login(request.getfixturevalue(role))
    text = page(guest, slip)
    assert "138 0013 6021" not in text and "138****6021" in text and "0755 8226 3100" in text
    assert not AccessEntry.objects.exists()


def test_the_class_stands_on_no_slip(slip, technician, login):
    guest = login(technician)
    paper = guest.get(reverse("slip_print", args=[slip.pk])).content.decode()
    for text in (page(guest, slip), paper):
        assert "enting" not in text


def test_the_paper_has_a_code_that_opens_the_slip(slip, clerk, login):
    paper = login(clerk).get(reverse("slip_print", args=[slip.pk])).content.decode()
    assert slip.number in paper and f"/tickets/slips/{slip.pk}/" in paper and "<path" in paper


@pytest.mark.parametrize("show", ["open", "mine", "late", "done", "all", "nonsense"])
def test_every_view_of_the_list(show, slip, technician, login):
    answer = login(technician).get(reverse("slip_list"), {"show": show})
    assert answer.status_code == 200
    assert ("Look at the pipe" in answer.content.decode()) == (show in {"open", "all", "nonsense"})


def test_a_technician_does_not_see_other_departments_slips(slip, make_staff, estate, departments, login):
    cleaner = make_staff("cleaner", "technician", estate, departments["cleaning"])
    assert login(cleaner).get(reverse("slip_detail", args=[slip.pk])).status_code == 404
    assert "Look at the pipe" not in login(cleaner).get(reverse("slip_list")).content.decode()


@pytest.mark.parametrize("show", ["open", "all"])
def test_the_list_asks_as_often_for_thirty_slips_as_for_one(show, slip, clerk, departments, login):
    guest = login(clerk)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            guest.get(reverse("slip_list"), {"show": show})
        return len(asked)

    queries()  # the first look of a session reads what the frame keeps
    one = queries()
    for _ in range(29):
        issue_slip(
            actor=clerk, department=departments["engineering"], instructions="More", ticket=slip.ticket
        )
    assert queries() == one


def test_the_list_names_the_language_of_a_matter(slip, technician, login):
    listed = login(technician).get(reverse("slip_list")).content.decode()
    assert slip.ticket.language and f'data-open lang="{slip.ticket.language}"' in listed


def test_a_technicians_lists_lead_to_no_card_that_would_be_refused(slip, technician, clerk, login):
    guest = login(technician)
    for path in ("/tickets/slips/table/", "/tickets/"):
        page = guest.get(path).text
        assert slip.unit.code in page and "/cards/unit/" not in page, path
    assert "/cards/unit/" in login(clerk).get("/tickets/slips/table/").text
