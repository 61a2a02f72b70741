"""The agent's letter of authority, photographed at the counter (docs/domain.md §7)."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from helpdesk.attachments.models import Attachment
from visitors.models import ReleasePass

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo():
    data = BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "JPEG")
    return SimpleUploadedFile("letter.jpg", data.getvalue(), "image/jpeg")


@pytest.fixture
def asked(make_pass):
    return make_pass(applicant_relation="agent", applicant_name="Chen Ming")


def test_a_photo_of_the_letter_is_the_letter_seen(login, clerk, asked, photo):
    url = reverse("pass_document", args=[asked.pk])
    assert login(clerk).post(url, {"id_document_type": "passport", "letter": photo}).status_code == 303
    asked.refresh_from_db()
    file = Attachment.objects.of(asked).get()
    assert asked.has_letter and file.purpose == "letter"
    page = login(clerk).get(reverse("pass_detail", args=[asked.pk])).content.decode()
    shown = reverse("pass_file", args=[asked.pk, file.pk])
    assert shown in page
    assert login(clerk).get(shown)["Content-Type"] == "image/jpeg"


def test_it_is_kept_with_the_first_form_as_well(login, clerk, unit, photo):
    form = {
        "unit": "3-2-501", "applicant_name": "Chen Ming", "applicant_relation": "agent", "letter": photo,
        "item-TOTAL_FORMS": "1", "item-INITIAL_FORMS": "0", "item-0-description": "Sofa", "item-0-quantity": "1",
    }  # fmt: skip
    login(clerk).post(reverse("pass_new"), form)
    made = ReleasePass.objects.get()
    assert made.has_letter and Attachment.objects.of(made).count() == 1


def test_what_is_no_picture_is_refused_beside_the_field(login, clerk, asked):
    bad = SimpleUploadedFile("letter.jpg", b"<script>", "image/jpeg")
    url = reverse("pass_document", args=[asked.pk])
    assert login(clerk).post(url, {"id_document_type": "passport", "letter": bad}).status_code == 422
    assert not Attachment.objects.exists()


def test_another_passs_letter_and_other_roles_get_nothing(
    login, clerk, guard, outsider, asked, issued, photo
):
    login(clerk).post(
        reverse("pass_document", args=[asked.pk]), {"id_document_type": "passport", "letter": photo}
    )
    file = Attachment.objects.get()
    elsewhere = reverse("pass_file", args=[issued().pk, file.pk])
    here = reverse("pass_file", args=[asked.pk, file.pk])
    assert login(clerk).get(elsewhere).status_code == 404
    assert login(guard).get(here).status_code == 403 and login(outsider).get(here).status_code == 404
