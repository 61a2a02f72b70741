"""What the residents' own records answer for a checklist: fixtures, decoration, address, keys, cards, parking."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from residents.clearances import (
    DECORATION_END,
    MOVE_IN,
    MOVE_OUT,
    UNIT_CHANGE,
    Case,
    State,
    not_applicable,
    register_clearance,
    settled,
    still_open,
)
from residents.models import (
    AccessCard,
    Decoration,
    FixtureItem,
    FixturesHandover,
    KeyLoan,
    Occupancy,
    ParkingSpace,
)

Answer = tuple[State, str, str]


def fixtures_signed(case: Case, at: datetime) -> Answer:
    """Both have signed the sheet of this move."""
    assert case.move is not None  # noqa: S101 - asked of moves only
    sheet = FixturesHandover.objects.filter(move=case.move).first()
    url = reverse("fixtures_detail", args=[case.move.pk])
    if sheet is None:
        return still_open(_("The sheet is not begun."), url)
    if not sheet.is_signed:
        unseen = FixtureItem.objects.filter(handover=sheet, state="").count()
        if unseen:
            says = ngettext("%(count)d item not looked at.", "%(count)d items not looked at.", unseen)
            return still_open(says % {"count": unseen}, url)
        return still_open(_("A signature is missing."), url)
    return settled(_("Signed by both."))


def no_decoration(case: Case, at: datetime) -> Answer:
    """No job of the unit is applied for, under way, or waiting to be closed."""
    job = Decoration.objects.filter(unit=case.unit, status__in=Decoration.OPEN).order_by("-pk").first()
    if job is None:
        return not_applicable(_("No decoration."))
    says = _("%(number)s: %(status)s.") % {"number": job.number, "status": job.get_status_display()}
    return still_open(says, reverse("decoration_detail", args=[job.pk]))


def address_noted(case: Case, at: datetime) -> Answer:
    """Letters have somewhere to go."""
    assert case.move is not None  # noqa: S101 - asked of moves only
    if case.move.mailing_address:
        return settled(_("Noted."))
    return still_open(_("No address yet."), reverse("move_detail", args=[case.move.pk]) + "#edit")


def cards_of_workers(case: Case, at: datetime) -> Answer:
    """Every worker's card of the job is back."""
    assert case.decoration is not None  # noqa: S101 - asked of decorations only
    out = case.decoration.permits.filter(ended_at__isnull=True).count()
    if out:
        says = ngettext("%(count)d card is still out.", "%(count)d cards are still out.", out)
        return still_open(says % {"count": out}, reverse("decoration_detail", args=[case.decoration.pk]))
    return settled(_("None is out.")) if case.decoration.permits.exists() else not_applicable()


def keys_back(case: Case, at: datetime) -> Answer | None:
    """No key of the unit that the desk lent is out. What the household itself hands in, a hand ticks."""
    out = KeyLoan.objects.out().filter(key__unit=case.unit).count()
    if not out:
        return None
    says = ngettext(
        "%(count)d key of the desk is still out.", "%(count)d keys of the desk are still out.", out
    )
    return still_open(says % {"count": out}, reverse("key_list"))


def cards_back(case: Case, at: datetime) -> Answer | None:
    """No card of the unit that is its own or of somebody who leaves is still in use, nor one of no unit of somebody who
    keeps no other home; where none is on file, a hand ticks it."""
    cards = AccessCard.objects.current().filter(
        Q(unit=case.unit, resident__in=case.residents)
        | Q(unit=case.unit, resident__isnull=True)
        | Q(unit__isnull=True, resident__in=_without_another_home(case))
    )
    out = cards.filter(status=AccessCard.Status.ISSUED).count()
    if out:
        says = ngettext("%(count)d card is still in use.", "%(count)d cards are still in use.", out)
        return still_open(says % {"count": out}, reverse("unit_detail", args=[case.unit.pk]))
    return settled(_("None is in use.")) if cards.exists() else None


def _without_another_home(case: Case) -> frozenset[int]:
    """Whoever leaves and stands in no other unit after the last day that it may be about."""
    after = case.days[1] + timedelta(days=1)
    elsewhere = Occupancy.objects.running(after).exclude(unit=case.unit)  # type: ignore[attr-defined]
    return case.residents - set(
        elsewhere.filter(resident__in=case.residents).values_list("resident", flat=True)
    )


def parking_given_up(case: Case, at: datetime) -> Answer | None:
    """The unit rents no parking place any more; where it never did, a hand ticks it."""
    rented = ParkingSpace.objects.current().filter(unit=case.unit, kind=ParkingSpace.Kind.RENTED)
    codes = ", ".join(rented.values_list("code", flat=True)[:5])
    if not codes:
        return None
    says = _("Still rented: %(places)s.") % {"places": codes}
    return still_open(says, reverse("unit_detail", args=[case.unit.pk]))


def register() -> None:
    """Called once, when the apps are ready."""
    register_clearance(
        "fixtures", fixtures_signed, title=gettext_lazy("Fixtures handed over"), kinds=[MOVE_IN, MOVE_OUT]
    )
    register_clearance(
        "decoration", no_decoration, title=gettext_lazy("Decoration closed"), kinds=[MOVE_OUT, UNIT_CHANGE]
    )
    register_clearance(
        "mailing", address_noted, title=gettext_lazy("New postal address noted"), kinds=[MOVE_OUT]
    )
    register_clearance(
        "worker_cards", cards_of_workers, title=gettext_lazy("Workers' cards back"), kinds=[DECORATION_END]
    )
    register_clearance("keys", keys_back, title=gettext_lazy("Keys back"), kinds=[MOVE_OUT])
    register_clearance("cards", cards_back, title=gettext_lazy("Cards and permits back"), kinds=[MOVE_OUT])
    register_clearance(
        "parking", parking_given_up, title=gettext_lazy("Parking place given up"), kinds=[MOVE_OUT]
    )
