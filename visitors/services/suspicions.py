"""Which incidents are about a visit: the first report's, and those of reports after it was closed (docs/domain.md §6)."""

from django.db.models import CharField, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

TOKEN = "visit-suspicious-"  # noqa: S105 - what the incident's form was, no secret


def token_of(visit_id: int, before: int) -> str:
    """Under which the next incident about a visit is opened, when there were `before`."""
    return f"{TOKEN}{visit_id}-{before + 1}" if before else f"{TOKEN}{visit_id}"


def about_visit(visit: F | OuterRef | Value) -> Q:
    """Incidents that were opened about the visit with this id."""
    first = Concat(Value(TOKEN), Cast(visit, CharField()))
    return Q(form_token=first) | Q(form_token__startswith=Concat(first, Value("-")))
