"""The text people read before they send something in, and the record of which version it was (docs/domain.md §8).

Whoever changes the words of templates/residents/personal_consent.html gives them a new version and keeps the old one in
VERSIONS: a test holds the text's digest.
"""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language

from helpdesk.estates.models import Estate
from residents.models import GivenConsent

VERSIONS = ("2026-11",)
CURRENT = VERSIONS[-1]


def keep_consent(
    about: models.Model,
    *,
    estate: Estate,
    version: str,
    language: str = "",
    at: datetime | None = None,
) -> GivenConsent | None:
    """Keep which version stood above the button, once for each thing sent in; None for a version there never was."""
    if version not in VERSIONS:
        return None
    given, _new = GivenConsent.objects.get_or_create(
        about_type=about._meta.label_lower,
        about_id=about.pk,
        defaults={
            "estate": estate,
            "version": version,
            "language": language or get_language() or "en",
            "given_at": at or timezone.now(),
        },
    )
    return given


def consent_to(about: models.Model) -> GivenConsent | None:
    """What was kept with it; None where nothing was read."""
    return GivenConsent.objects.filter(about_type=about._meta.label_lower, about_id=about.pk).first()
