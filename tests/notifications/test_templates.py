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
    sources = " ".join(
        p.read_text() for p in (Path(settings.BASE_DIR) / "tickets" / "services").rglob("*.py")
    )
    assert NAMES and all(f'"{name}"' in sources or name.startswith("follow_up_") for name in NAMES)
