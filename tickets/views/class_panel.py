"""What stands beside the resident's words: whether the class is to be looked at again, what was found, what was alike."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from helpdesk.staff.models import User
from tickets.clocks import day_and_time
from tickets.forms.procedures import ClassReviewForm
from tickets.models import COMMUNICATION, ClassReview, ComplaintClass, Finding, Ticket
from tickets.similar import Alike, similar_confirmed
from tickets.views.matters import first_line
from tickets.views.ticket_forms import Sent


def class_panel(
    ticket: Ticket, user: User, offered: dict[str, forms.BaseForm], sent: Sent | None
) -> dict[str, Any]:
    """The reviews with their form, the finding with its offer, and links to confirmed tickets that read alike."""
    reviews = list(ClassReview.objects.filter(ticket=ticket).select_related("decided_by"))
    waiting = [review for review in reviews if not review.outcome]
    may_answer = "classify" in offered and bool(waiting)
    if "classify" in offered and not_borne_out(ticket) and not (sent and sent.name == "classify"):
        filled_in = {"complaint_class": runner_up(ticket), "reason": _("Not borne out")}
        offered["classify"].initial.update(filled_in)
    return {
        "put_up": [review.get_cause_display() for review in waiting],
        "review_form": review_form(sent) if may_answer else None,
        "answered_reviews": [line_of(review) for review in reviews if review.outcome],
        "finding": ticket.get_finding_display() if ticket.finding else "",
        "not_borne_out": not_borne_out(ticket),
        "alike": [shown(each) for each in alike_to(ticket, user)] if ticket.is_open else [],
    }


def review_form(sent: Sent | None) -> forms.BaseForm:
    if sent and sent.name == "class_review":
        return sent.form
    return ClassReviewForm(auto_id="class_review_%s")


def line_of(review: ClassReview) -> str:
    """Who answered when, and what."""
    words = {
        "outcome": review.get_outcome_display(),
        "moment": day_and_time(review.decided_at) if review.decided_at else "",
        "who": review.decided_by,
        "reason": review.reason,
    }
    return _("%(outcome)s: %(reason)s (%(who)s, %(moment)s)") % words


def not_borne_out(ticket: Ticket) -> bool:
    """A valid complaint that the visit on the spot did not bear out may be reclassified."""
    return ticket.complaint_class == ComplaintClass.VALID and ticket.finding == Finding.NOT_BORNE_OUT


def runner_up(ticket: Ticket) -> str:
    """The likeliest communication complaint, as it was suggested; help-seeking where nothing was."""
    ranking = (ticket.suggestion or {}).get("ranking") or []
    return next((name for name, _share in ranking if name in COMMUNICATION), ComplaintClass.HELP_SEEKING)


def alike_to(ticket: Ticket, user: User) -> list[Alike]:
    return similar_confirmed(user, ticket.estate, ticket.description, ticket.topic, apart_from=ticket.pk)


def shown(each: Alike) -> dict[str, Any]:
    """A link, the title in one line, the class in a word, and how much alike."""
    return {
        "pk": each.pk,
        "number": each.number,
        "title": first_line(each.title),
        "class_key": each.complaint_class,
        "class_label": ComplaintClass(each.complaint_class).label,
    }
