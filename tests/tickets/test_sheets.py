"""The complaint on one sheet, its PDF, and photos that the resident is shown."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from helpdesk.attachments.models import Attachment
from helpdesk.attachments.services import attach, check_uploads
from helpdesk.lib import pdf
from tests.tickets.acts import bring_to
from tickets.progress import progress_of
from tickets.services.replies import add_reply


def photo():
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return SimpleUploadedFile("photo.jpg", out.getvalue(), content_type="image/jpeg")


@pytest.mark.parametrize("complaint_class", ["valid", "venting"])
def test_the_sheet_says_what_happened_and_never_the_class(
    make_ticket, clerk, departments, login, complaint_class
):
    ticket = bring_to(
        make_ticket("The lamp is out."),
        "resolved",
        actor=clerk,
        department=departments["engineering"],
        complaint_class=complaint_class,
    )
    shown = login(clerk).get(reverse("ticket_sheet", args=[ticket.pk])).content.decode()
    assert "The lamp is out." in shown and "Seen to." in shown and "Engineering" in shown
    for word in ("Valid complaint", "Venting", "valid", "venting"):
        assert word not in shown


def test_without_pango_the_page_prints_from_the_browser(make_ticket, clerk, login, monkeypatch):
    monkeypatch.setattr(pdf, "_weasyprint", lambda: None)
    ticket, browser = make_ticket(), login(clerk)
    assert "print from the browser" in browser.get(reverse("ticket_sheet", args=[ticket.pk])).content.decode()
    refused = browser.get(reverse("ticket_sheet_pdf", args=[ticket.pk]))
    assert refused.status_code in {302, 409}


def test_with_pango_it_is_a_pdf(make_ticket, clerk, login):
    if not pdf.has_pdf():
        pytest.skip("No Pango here")
    answer = login(clerk).get(reverse("ticket_sheet_pdf", args=[make_ticket("漏水了").pk]))
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "url",
    ["http://elsewhere/static/css/print.css", "file:///etc/passwd", "/static/../settings.css", "/p/t/x.css"],
)
def test_a_pdf_reads_nothing_but_our_stylesheets(url, settings):
    address = url if ":" in url else settings.SITE_URL + url
    assert pdf.static_file(address) is None


def test_photos_of_a_sent_reply_reach_the_resident_and_those_of_a_held_one_do_not(make_ticket, clerk, client):
    ticket = make_ticket()
    sent = add_reply(
        ticket, actor=clerk, body="Here is the new lamp.", visibility="public", files=check_uploads([photo()])
    )
    held = add_reply(
        ticket,
        actor=clerk,
        body="We will refund 400 yuan.",
        visibility="public",
        files=check_uploads([photo()]),
    )
    note = add_reply(
        ticket, actor=clerk, body="Only for us", visibility="internal", files=check_uploads([photo()])
    )
    assert list(progress_of(ticket).photos) == [sent.pk]
    status = {
        reply.pk: client.get(
            reverse("track_file", args=[ticket.track_secret, Attachment.objects.of(reply).get().pk])
        ).status_code
        for reply in (sent, held, note)
    }
    assert status == {sent.pk: 200, held.pk: 404, note.pk: 404}
    answer = client.get(f"/api/v1/public/tickets/{ticket.track_secret}/").json()
    assert [len(reply["files"]) for reply in answer["replies"]] == [1]


def test_files_that_belong_to_nothing_are_swept_after_a_day(make_ticket, clerk, estate, settings):
    import os
    from datetime import timedelta
    from pathlib import Path

    from django.utils import timezone

    from helpdesk.attachments.sweeping import sweep_files

    [kept] = attach(make_ticket(), check_uploads([photo()]), actor=clerk, estate=estate)
    folder = Path(settings.MEDIA_ROOT) / os.path.dirname(kept.file.name)
    (folder / "lost.jpg").write_bytes(b"x")
    other = Path(settings.MEDIA_ROOT) / "exports"
    other.mkdir()
    (other / "mine.csv").write_bytes(b"x")
    assert sweep_files(timezone.now()) == 0
    assert sweep_files(timezone.now() + timedelta(days=2)) == 1
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        Path(name).name for name in (kept.file.name, kept.thumbnail.name)
    )
    assert (other / "mine.csv").exists()
