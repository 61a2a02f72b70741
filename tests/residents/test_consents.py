"""What people read before they send something in is kept with what they sent, by its version."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from residents.models import GivenConsent
from residents.services.consents import CURRENT, VERSIONS, consent_to, keep_consent
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
# The text's digest under its version: changed words are a new version, and the old one stays in VERSIONS.
DIGESTS = {"2026-11": "2bb7973fad283cca"}
SENT = {"name": "Chen", "phone": "13877221199", "description": "Leak", "form_token": "a" * 32}


def test_changed_words_have_a_new_version():
    text = (Path(settings.BASE_DIR) / "templates/residents/personal_consent.html").read_bytes()
    assert hashlib.sha256(text).hexdigest()[:16] == DIGESTS[CURRENT], "Give the text a new version."
    assert set(DIGESTS) == set(VERSIONS)


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_text_stands_above_the_button_with_its_version_and_whom_to_ask(language, estate, client):
    page = client.get(reverse("public_form", args=[estate.code]), headers={"Accept-Language": language})
    text = page.content.decode()
    assert f'name="consent_version" value="{CURRENT}"' in text
    assert text.count(CURRENT) >= 2 and estate.telephone in text[text.index("consent-head") :]


def test_what_was_read_is_kept_with_what_was_sent(estate, client):
    address = reverse("public_form", args=[estate.code])
    for _twice in range(2):
        client.post(address, SENT | {"consent_version": CURRENT}, headers={"Accept-Language": "en"})
    ticket = Ticket.objects.get()
    given = consent_to(ticket)
    assert (given.version, given.language, given.estate) == (CURRENT, "en", estate)
    assert GivenConsent.objects.count() == 1


@pytest.mark.parametrize("version", ["", "1999-01", "x" * 20])
def test_a_version_that_never_was_is_not_kept_and_refuses_nobody(version, estate, client):
    client.post(reverse("public_form", args=[estate.code]), SENT | {"consent_version": version})
    assert consent_to(Ticket.objects.get()) is None


def test_nothing_optional_is_needed(estate, client):
    answer = client.post(reverse("public_form", args=[estate.code]), SENT | {"consent_version": CURRENT})
    assert answer.status_code == 302


def test_an_earlier_version_is_kept_as_the_one_that_was_read(make_ticket, estate, monkeypatch):
    monkeypatch.setattr("residents.services.consents.VERSIONS", ("2026-11", "2027-01"))
    assert keep_consent(make_ticket(), estate=estate, version="2026-11").version == "2026-11"
