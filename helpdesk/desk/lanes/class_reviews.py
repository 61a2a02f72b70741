"""Grumbles that were handled badly: does one become a valid complaint?"""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.desk.lanes.lane import READ, SEALED_OF_TICKET, Due, Lane, Row, line_of, who_of
from helpdesk.desk.matters import title_of
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from tickets.models import OPEN, ClassReview

# In a word, as the row has room for.
CAUSES = {
    ClassReview.Cause.LATE: gettext_lazy("Late"),
    ClassReview.Cause.DISSATISFIED: gettext_lazy("Dissatisfied"),
}


def class_reviews(user: User, estate: Estate, at: datetime) -> Lane:
    """What was put up for reclassification; a closed ticket waits for whoever may reclassify it."""
    lane = Lane(
        "class-reviews",
        _("Valid by now?"),
        "refresh",
        empty=_("No grumble was handled badly."),
    )
    return lane.fill(_waiting(user, estate)[: READ + 1], lambda review: _review(review, at))


def _waiting(user: User, estate: Estate) -> QuerySet[ClassReview]:
    rows = ClassReview.objects.visible_to(user).waiting().filter(ticket__estate=estate)  # type: ignore[attr-defined]
    if not user.may("tickets.reclassify_closed", estate.pk):
        rows = rows.filter(ticket__status__in=OPEN)
    rows = rows.select_related("ticket__unit", "ticket__resident")
    hidden = (*(f"ticket__{name}" for name in SEALED_OF_TICKET), "ticket__resident__identity_number")
    return rows.defer(*hidden, "ticket__search_text").order_by("put_up_at", "id")


def _review(review: ClassReview, at: datetime) -> tuple[Row, Due]:
    ticket = review.ticket
    url = reverse("ticket_detail", args=[ticket.pk]) + "#judge"
    row = {
        "id": f"class-review-{review.pk}",
        "url": url,
        "chip": {"label": CAUSES[ClassReview.Cause(review.cause)], "tone": "amber", "icon": "refresh"},
        **who_of(ticket.unit, ticket.resident, ticket.reporter_name or ticket.unit_as_written, ticket.number),
        **line_of(title_of(ticket)),
        "action": {"label": _("Decide"), "url": url},
    }
    # Nothing falls due by it: what is late stands in its own lane already.
    return row, Due(at, "refresh", _("Class of %(number)s") % {"number": ticket.number}, url)
