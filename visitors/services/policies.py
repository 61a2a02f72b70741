"""What an estate settles about visitors and goods (docs/domain.md §6, §7)."""

from typing import Any

from django.db import transaction

from helpdesk.audit.services import record
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from visitors.models import VisitorPolicy


@transaction.atomic
def set_policy(estate: Estate, *, actor: User, **values: Any) -> VisitorPolicy:
    """Change the estate's policy; passes that wait already are looked at by the new one when they are issued."""
    policy, _new = VisitorPolicy.objects.select_for_update().get_or_create(estate=estate)
    changed = {name: value for name, value in values.items() if getattr(policy, name) != value}
    if not changed:
        return policy
    for name, value in changed.items():
        setattr(policy, name, value)
    policy.save(update_fields=list(changed))
    record("visitor_policy.changed", policy, actor=actor, filed_under=estate, **changed)
    return policy
