"""The registers: calls, callers at the counter, letters, messages. Each entry stands by itself, ticket or not."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from helpdesk.estates.models import Estate
from helpdesk.lib.fields import SealedTextField
from helpdesk.lib.phones import mask_phone
from residents.models import Resident, Unit
from tickets.models.slips import Slip
from tickets.models.tickets import Ticket


class LetterClass(models.TextChoices):
    """What a letter is decides what becomes of it (docs/domain.md §3)."""

    REPAIR = "repair", _("Repair")
    REPORT = "report", _("Report")
    COMPLAINT = "complaint", _("Complaint")
    PRAISE = "praise", _("Praise")
    OTHER = "other", _("Other")


# A repair or a report gets its slip at once: a work order, or a coordination slip.
SLIPPED_AT_ONCE = {LetterClass.REPAIR: Slip.Kind.WORK_ORDER, LetterClass.REPORT: Slip.Kind.COORDINATION}

MESSAGE_WAITS = Q(kind="message", done_at__isnull=True)
CALL_BACK_WAITS = Q(call_back_at__isnull=False, called_back_at__isnull=True)
# A complaint waits for the desk supervisor, other letters for administration; one that nobody classed for a class.
LETTER_OPEN = Q(kind="letter", done_at__isnull=True)
DECISION_WAITS = LETTER_OPEN & Q(letter_class=LetterClass.COMPLAINT)
ADMINISTRATION_WAITS = LETTER_OPEN & Q(letter_class=LetterClass.OTHER)
CLASS_WAITS = LETTER_OPEN & Q(letter_class="", ticket__isnull=True, number__gt="")
LETTER_WAITS = DECISION_WAITS | ADMINISTRATION_WAITS | CLASS_WAITS
WAITS = MESSAGE_WAITS | CALL_BACK_WAITS | LETTER_WAITS


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user) -> ContactQuerySet:  # type: ignore[no-untyped-def]
        """Entries of the estates that `user` works in."""
        return self.filter(estate_id__in=user.estate_ids)

    def call_backs_open(self) -> ContactQuerySet:
        """Promised call-backs nobody has made yet, the earliest first."""
        return self.filter(CALL_BACK_WAITS).order_by("call_back_at")

    def open(self) -> ContactQuerySet:
        """Entries of which something is still to be done: a call-back, a message, a letter."""
        return self.filter(WAITS)

    def done(self) -> ContactQuerySet:
        return self.exclude(pk__in=self.model.objects.filter(WAITS).values("pk"))

    def messages_to(self, user) -> ContactQuerySet:  # type: ignore[no-untyped-def]
        """What others asked to be told to `user`."""
        return self.filter(kind=Contact.Kind.MESSAGE, addressee=user)

    def letters_to_decide(self) -> ContactQuerySet:
        """Letters that complain, and nobody has decided yet whether a slip is issued; the oldest first."""
        return self.filter(DECISION_WAITS).order_by("created_at", "id")


class Contact(models.Model):
    """One entry of a register; a promised call-back is due at its minute (docs/domain.md §3)."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        COUNTER = "counter", _("Counter visit")
        LETTER = "letter", _("Letter")
        MESSAGE = "message", _("Message for a colleague")

    class Direction(models.TextChoices):
        IN = "in", _("Incoming")
        OUT = "out", _("Outgoing")

    class Source(models.TextChoices):
        LETTER = "letter", _("Letter")
        BOX = "suggestion_box", _("Suggestion box")

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="contacts", verbose_name=_("estate"))
    # Letters alone are numbered: the writer is told the number.
    number = models.CharField(_("number"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.IN)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("unit")
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("resident")
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    phone = SealedTextField(_("telephone"), purpose="phone", mask=mask_phone, blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True)
    summary = models.TextField(_("what it was about"), blank=True)
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("ticket")
    )
    slip = models.ForeignKey(
        Slip, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name=_("slip")
    )
    letter_class = models.CharField(_("kind of letter"), max_length=9, choices=LetterClass, blank=True)
    source = models.CharField(_("came by"), max_length=14, choices=Source, blank=True)
    addressee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("for whom"),
    )
    # A message that was passed on, a letter that was decided or seen to.
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("what became of it"), max_length=300, blank=True)
    call_back_at = models.DateTimeField(_("ring back at"), null=True, blank=True)
    called_back_at = models.DateTimeField(_("rung back"), null=True, blank=True)
    called_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("taken"), default=timezone.now)
    form_token = models.CharField(max_length=64, null=True, blank=True, unique=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("register entry")
        verbose_name_plural = _("registers")
        indexes = [
            models.Index(fields=["estate", "-created_at"], name="contact_newest"),
            models.Index(
                fields=["estate", "call_back_at"],
                condition=Q(called_back_at__isnull=True, call_back_at__isnull=False),
                name="contact_call_back",
            ),
            models.Index(fields=["unit", "-created_at"], name="contact_unit"),
            models.Index(fields=["resident", "-created_at"], name="contact_resident"),
            models.Index(fields=["phone_hash", "-created_at"], name="contact_phone"),
            models.Index(
                fields=["addressee", "created_at"],
                condition=Q(kind="message", done_at__isnull=True),
                name="contact_message",
            ),
            models.Index(
                fields=["estate", "created_at"],
                condition=Q(kind="letter", done_at__isnull=True),
                name="contact_letter",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["estate", "number"], condition=Q(number__gt=""), name="contact_number_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="letter") | Q(letter_class="", source="", number=""),
                name="letters_alone_are_classed",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def waits_for(self) -> str:
        """What is still to be done: call_back, message, class, decision, administration; empty for nothing.

        The same rule as WAITS, for one entry.
        """
        if self.call_back_at and not self.called_back_at:
            return "call_back"
        if self.done_at is not None:
            return ""
        if self.kind == self.Kind.MESSAGE:
            return "message"
        return self._letter_waits_for() if self.kind == self.Kind.LETTER else ""

    def _letter_waits_for(self) -> str:
        waiting = {LetterClass.COMPLAINT.value: "decision", LetterClass.OTHER.value: "administration"}
        if not self.letter_class and self.ticket_id is None and self.number:
            return "class"
        return waiting.get(self.letter_class, "")

    @property
    def status(self) -> str:
        """open while something is still to be done, else done."""
        return "open" if self.waits_for else "done"
