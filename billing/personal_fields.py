"""What the books keep of people. Amounts never go; words and names that only explained them do."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Bill, Dispute
from helpdesk.lib.personal_data import (
    BOOKS,
    BOOKS_STAY,
    SERVES_FEES,
    Grade,
    Keeping,
    Matter,
    Person,
    PersonalField,
    register,
    register_matters,
)
from residents.models import Occupancy

THREE_YEARS = timedelta(days=3 * 365 + 1)
CLAIM_STAYS = gettext_lazy("It proves a claim that has not lapsed.")
PAYERS = {"owner", "co_owner", "tenant"}


def _older(column: str) -> Keeping:
    def over(at: datetime) -> Q:
        return Q(**{f"{column}__lt": at - THREE_YEARS})

    return Keeping(gettext_lazy("three years after it was written"), over)


def _book(name: str) -> PersonalField:
    return PersonalField(name, Grade.PERSONAL, SERVES_FEES, BOOKS, stays=BOOKS_STAY)


def open_money(person: Person) -> Iterable[Matter]:
    """Bills not paid and disputes not settled of the units that this person pays for, or is liable for."""
    mine = Occupancy.objects.filter(resident=person.resident_id)
    pays = Q(is_payer=True) | Q(relation__in=PAYERS)
    units = mine.filter(pays).values("unit")
    unpaid = Bill.objects.filter(unit__in=units, status__in=[Bill.Status.OPEN, Bill.Status.PART_PAID])
    for unit in unpaid.order_by("unit").values_list("unit", flat=True).distinct():
        yield Matter(_("Bills are not paid yet."), reverse("unit_account", args=[unit]))
    if Dispute.objects.filter(bill__unit__in=units, settled_on__isnull=True).exists():
        yield Matter(_("A bill is disputed."))


register_matters(open_money)
register("billing.chargeitem", plain=["code", "name", "name_zh_hans", "name_zh_hant", "measure"])
register("billing.rate", plain=["tiers"])
register("billing.sharedcost", plain=["period"])
register("billing.meter", plain=["number"])
register("billing.meterreading", plain=["period"])
register("billing.billingrun", plain=["period"])
register("billing.runproblem", plain=["detail"])
register("billing.draftline", plain=["explanation"])
register("billing.bill", plain=["number", "period", "currency", "form_token"])
register("billing.billline", plain=["explanation"])
register("billing.latefee", plain=["explanation"])
register("billing.receipt", plain=["number"])
register("billing.accountentry", plain=["number"])
register("billing.remindertext", plain=["language", "subject", "body"])
register("billing.exemption", _book("reason"))
register("billing.billreversal", _book("reason"))
register("billing.dispute", _book("reason"), _book("note"))
register("billing.handover", *map(_book, ["received_by", "note"]), plain=["form_token"])
register(
    "billing.payment",
    *map(_book, ["reference", "external_ref", "reason"]),
    plain=["number", "currency", "form_token"],
)
register("billing.refund", _book("reason"), plain=["number", "form_token"])
register("billing.writeoff", _book("reason"), plain=["form_token"])
register("billing.latefeewaiver", _book("reason"), plain=["form_token"])
register("billing.invoicerequest", *map(_book, ["title", "tax_number", "note"]), plain=["number"])
register(
    "billing.deposit",
    _book("subject"),
    plain=["number", "form_token"],
    about=lambda person: Q(payer=person.resident_id),
)
register("billing.depositmove", _book("reason"), plain=["form_token"])
register("billing.dayclosing", plain=["note"])
register(
    "billing.lease",
    PersonalField("subject", Grade.INTERNAL, SERVES_FEES, BOOKS, stays=BOOKS_STAY),
    about=lambda person: Q(tenant=person.resident_id),
)
VISITED = _older("at")
register(
    "billing.collectionvisit",
    PersonalField("said", Grade.PERSONAL, SERVES_FEES, VISITED, stays=CLAIM_STAYS),
    PersonalField("passed_to", Grade.INTERNAL, SERVES_FEES, VISITED, stays=CLAIM_STAYS),
    plain=["form_token"],
)
PROMISED = _older("created_at")
register(
    "billing.paymentpromise",
    PersonalField("promised_by", Grade.PERSONAL, SERVES_FEES, PROMISED, emptied="–", stays=CLAIM_STAYS),
)
register("billing.deferral", _book("reason"))
register("billing.bankfile", *map(_book, ["unreadable", "set_aside"]), plain=["file_name"])
register(
    "billing.bankline",
    *map(_book, ["reference", "payer", "note"]),
    plain=["key", "why", "why_code", "why_data", "candidates"],
)
NOTICED = _older("created_at")
register(
    "billing.remindernotice",
    PersonalField("subject", Grade.PERSONAL, SERVES_FEES, NOTICED, stays=CLAIM_STAYS),
    PersonalField("body", Grade.PERSONAL, SERVES_FEES, NOTICED, stays=CLAIM_STAYS),
    PersonalField("done_note", Grade.PERSONAL, SERVES_FEES, NOTICED, stays=CLAIM_STAYS),
    plain=["channel", "language"],
    about=lambda person: Q(resident=person.resident_id),
)
