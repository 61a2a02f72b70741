"""Whom to ring when something happens to a resident."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.phones import mask_phone
from residents.models.kept import KeptRecord


class EmergencyContact(KeptRecord):
    """Somebody outside the estate's books: a name, what they are to the resident, one number."""

    name = models.CharField(_("name"), max_length=80)
    relationship = models.CharField(_("what they are to the resident"), max_length=40, blank=True)
    phone = SealedTextField(_("telephone"), purpose="emergency.phone", mask=mask_phone)

    class Meta(KeptRecord.Meta):
        abstract = False
        verbose_name = _("emergency contact")
        verbose_name_plural = _("emergency contacts")

    def __str__(self) -> str:
        return self.name
