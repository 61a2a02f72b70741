"""Praise 表扬: registered, on the wall, a copy to the department of whoever is praised (docs/domain.md §3)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.audit.services import record
from helpdesk.estates.models import Department, Estate
from helpdesk.lib.errors import Refused
from helpdesk.notifications.services import notify
from helpdesk.staff.models import User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import role_in, staff_with_role
from residents.models import Unit
from tickets.models import Contact, Praise
from tickets.services.tickets.state import same_estate


def register_praise(
    *,
    estate: Estate,
    actor: User,
    words: str,
    praised: User | None = None,
    department: Department | None = None,
    from_name: str = "",
    unit: Unit | None = None,
    contact: Contact | None = None,
    is_on_wall: bool = True,
    form_token: str | None = None,
    at: datetime | None = None,
) -> Praise:
    """Praise on the wall, with a copy to the department; the same form again gives the first one's.

    The department is that of whoever is praised unless it is named. Refused text_missing, other_estate.
    """
    at = at or timezone.now()
    if not words.strip():
        raise Refused("text_missing", _("Write the words of praise."), field="words")
    for field, thing in (("department", department), ("unit", unit), ("contact", contact)):
        same_estate(estate.pk, field, thing)
    membership = role_in(praised, estate.pk) if praised else None
    if praised is not None and membership is None:
        raise Refused("other_estate", _("This colleague does not work in this estate."), field="praised")
    praise = Praise(
        estate=estate,
        praised=praised,
        department=department or (membership.department if membership else None),
        words=words.strip(),
        from_name=from_name,
        unit=unit,
        contact=contact,
        is_on_wall=is_on_wall,
        taken_by=actor,
        created_at=at,
        form_token=form_token,
    )
    return _once(praise, actor)


def _once(praise: Praise, actor: User) -> Praise:
    before = _made_by(praise.form_token, praise.estate)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            return _write(praise, actor)
    except IntegrityError:
        before = _made_by(praise.form_token, praise.estate)
        if before is None:
            raise
        return before


def _made_by(form_token: str | None, estate: Estate) -> Praise | None:
    return Praise.objects.filter(form_token=form_token, estate=estate).first() if form_token else None


def _write(praise: Praise, actor: User) -> Praise:
    praise.save(force_insert=True)
    record("praise.registered", praise, actor=actor, filed_under=praise.contact, at=praise.created_at)
    _send_copies(praise)
    return praise


def _send_copies(praise: Praise) -> None:
    """To whoever is praised, to the department's supervisors, and to its address."""
    department = praise.department
    people = [praise.praised] if praise.praised else []
    if department is not None:
        people += staff_with_role(praise.estate_id, Role.SUPERVISOR, department_id=department.pk)
    context = {
        "words": praise.words,
        "who": str(praise.praised or department or ""),
        "from_name": praise.from_name,
        "department": str(department or ""),
    }
    link = reverse("praise_detail", args=[praise.pk])
    for person in {p.pk: p for p in people}.values():
        key = f"praise:{praise.pk}:{person.pk}"
        notify(
            person,
            "praise_copy",
            estate=praise.estate,
            dedupe_key=key,
            context=context,
            about=praise,
            link=link,
        )
    if department is not None and department.email:
        notify(
            department.name,
            "praise_copy",
            estate=praise.estate,
            dedupe_key=f"praise:{praise.pk}:department",
            context=context,
            about=praise,
            channel="email",
            address=department.email,
        )


@transaction.atomic
def show_on_wall(praise: Praise, *, actor: User, shown: bool, at: datetime | None = None) -> Praise:
    """Hang it on the wall, or take it down; again changes nothing."""
    if Praise.objects.filter(pk=praise.pk, is_on_wall=not shown).update(is_on_wall=shown):
        record("praise.hung_up" if shown else "praise.taken_down", praise, actor=actor, at=at)
    praise.refresh_from_db()
    return praise
