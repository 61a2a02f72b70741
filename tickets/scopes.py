"""Which tickets, slips and follow-up visits somebody sees (docs/domain.md §1). Every door asks here through visible_to."""

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from helpdesk.staff.models import Membership, User
from helpdesk.staff.permissions import Role
from helpdesk.staff.roles import scope_by_role

WHOLE_ESTATE = {Role.CLERK, Role.MANAGER}


def _of_department(m: Membership, path: str = "") -> Q:
    """What belongs to the membership's department; nothing where it has none, or NULL would meet NULL."""
    if m.department_id is None:
        return Q(pk__in=[])
    return Q(**{f"{path}department_id": m.department_id})


def _slips_of_technician(m: Membership) -> Q:
    """What a technician signed for, and what waits for a signature in the own department."""
    return Q(signed_by_id=m.user_id) | Q(status="issued") & _of_department(m)


def _slips_of_supervisor(m: Membership) -> Q:
    # The supervisor of the front desk decides for the whole estate.
    if m.department is not None and m.department.kind == "front_desk":
        return Q()
    return _of_department(m) | Q(issued_by_id=m.user_id)


def _tickets_of_technician(m: Membership) -> Q:
    slips = apps.get_model("tickets", "Slip").objects
    return Q(Exists(slips.filter(_slips_of_technician(m), ticket=OuterRef("pk")))) | Q(handler_id=m.user_id)


def _tickets_of_supervisor(m: Membership) -> Q:
    if m.department is not None and m.department.kind == "front_desk":
        return Q()
    slips = apps.get_model("tickets", "Slip").objects
    own = _of_department(m) | Q(responsible_id=m.user_id)
    mine = slips.filter(_of_department(m), ticket=OuterRef("pk"))
    return own | Q(Exists(mine))


def ticket_scope(user: User) -> Q:
    """All for clerk and manager; a supervisor's department; the tickets behind a technician's slips."""
    narrowed = {Role.SUPERVISOR: _tickets_of_supervisor, Role.TECHNICIAN: _tickets_of_technician}
    return scope_by_role(user, WHOLE_ESTATE, narrowed)


def slip_scope(user: User) -> Q:
    """All for clerk and manager; a supervisor's department; a technician's own and those still to be signed for."""
    narrowed = {Role.SUPERVISOR: _slips_of_supervisor, Role.TECHNICIAN: _slips_of_technician}
    return scope_by_role(user, WHOLE_ESTATE, narrowed)


def follow_up_scope(user: User) -> Q:
    """All for clerk and manager; a supervisor's department's, through the ticket or the slip."""

    def of_supervisor(m: Membership) -> Q:
        if m.department is not None and m.department.kind == "front_desk":
            return Q()
        return _of_department(m, "ticket__") | _of_department(m, "slip__")

    return scope_by_role(user, WHOLE_ESTATE, {Role.SUPERVISOR: of_supervisor})


def shift_scope(user: User, path: str = "") -> Q:
    """The shifts whose handover somebody writes or reads: a supervisor those of the department."""

    def of_supervisor(m: Membership) -> Q:
        if m.department is not None and m.department.kind == "front_desk":
            return Q()
        return _of_department(m, path)

    return scope_by_role(user, WHOLE_ESTATE, {Role.SUPERVISOR: of_supervisor})


def handover_scope(user: User) -> Q:
    """All for clerk and manager; a supervisor's department's, as its lines are that department's tickets and slips."""
    return shift_scope(user, "shift__")
