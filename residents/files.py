"""Which files belong to a move and to a decoration: their own, and the photos of their parts."""

from django.db.models import Model, Q, QuerySet

from helpdesk.attachments.models import Attachment
from residents.models import Decoration, DecorationInspection, DecorationViolation, FixtureItem, Move


def files_of_move(move: Move) -> QuerySet[Attachment]:
    """Photos of the lines of its sheet, oldest first."""
    return _of((FixtureItem, Q(handover__move=move)))


def files_of_decoration(job: Decoration) -> QuerySet[Attachment]:
    """Its drawings, and the photos of its inspections and violations, oldest first."""
    mine = Q(decoration=job)
    return _of((Decoration, Q(pk=job.pk)), (DecorationInspection, mine), (DecorationViolation, mine))


def _of(*owners: tuple[type[Model], Q]) -> QuerySet[Attachment]:
    found = Q(pk__in=[])
    for model, which in owners:
        rows = model._default_manager.filter(which).order_by().values("pk")
        found |= Q(owner_type=model._meta.label_lower, owner_id__in=rows)
    return Attachment.objects.filter(found).order_by("id")
