"""Every message has a subject and a body in every language, and says nothing it must not."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

FOLDER = Path(settings.BASE_DIR) / "templates" / "messages"
NAMES = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.txt")})
CONTEXT = {
    "number": "T-2026-000001",
    "link": "/p/t/secret/",
    "site_url": "https://desk.example",
    "estate": "Willow Bay",
    # Reminders carry their own words: the estate's, or the house's (billing.reminder_words).
    "subject": "Your management fees are due",
    "body": "To pay for 3-2-501: ¥286.08",
    "title": "Water in the corridor",
}
CLASS_WORDS = ("valid", "help-seeking", "inquiry", "venting", "投诉", "投訴", "抱怨", "发泄", "發洩")


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("name", NAMES)
def test_a_message_has_subject_and_body(name, language):
    with translation.override(language):
        subject = " ".join(render_to_string(f"messages/{name}.subject.txt", CONTEXT).split())
        body = render_to_string(f"messages/{name}.body.txt", CONTEXT).strip()
    assert subject and body
    assert len(subject) <= 120
    if name.startswith("resident_") and name != "resident_wrote":
        assert not [word for word in CLASS_WORDS if word in f"{subject} {body}".lower()]


def test_every_message_that_services_send_is_written():
    root = Path(settings.BASE_DIR)
    sources = " ".join(
        path.read_text()
        for app in ("tickets", "billing", "visitors", "residents")
        for path in (root / app / "services").rglob("*.py")
    )
    assert NAMES and all(f'"{name}"' in sources or name.startswith("follow_up_") for name in NAMES)
