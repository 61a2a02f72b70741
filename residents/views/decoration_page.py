"""What the page of a decoration shows: where the job stands, what is open, the site."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.estates.calendars import local
from helpdesk.staff.models import User
from residents.clearances import DECORATION_END, DECORATION_START, Clearance
from residents.files import files_of_decoration
from residents.forms.decorations import (
    ApproveForm,
    FilesForm,
    InspectForm,
    PermitForm,
    PlanForm,
    ProlongForm,
    RectifyForm,
    ViolationForm,
)
from residents.forms.moves import ReasonForm
from residents.models import Decoration
from residents.services.decoration_site import is_to_be_inspected
from residents.services.decorations import (
    DECISIONS,
    DECORATION_STATES,
    NEED_A_REASON,
    PROLONGED_IN,
    clearances_of_decoration,
)
from residents.views.procedure_history import events_of

S = Decoration.Status
ABOUT = ("estate", "unit__estate", "resident", "applied_by", "decided_by", "accepted_by")
STAGES = ("applied", "approved", "running", "accepted", "closed")


def context_of(
    user: User, job: Decoration, forms: dict[str, Any], at: datetime, query: QueryDict
) -> dict[str, Any]:
    """Everything but the crumbs; `query` says which part of the history."""
    today = local(job.estate, at).date()
    write = user.may("residents.write", job.estate_id)
    decide = user.may("decorations.decide", job.estate_id)
    inspect = user.may("decorations.inspect", job.estate_id)
    allowed = DECORATION_STATES.allowed(job.status)
    photos = _files_of(job)
    at_work = job.status in Decoration.AT_WORK
    return {
        "job": job,
        "today": today,
        "stages": stages_of(job),
        "acts": [
            {
                "key": action,
                "label": DECORATION_STATES.actions[action],
                "needs_reason": action in NEED_A_REASON,
                "form": forms.get(action) or _act_form(job, action),
                "open": action in forms,
                "url": reverse(
                    "decoration_decide" if action in DECISIONS else "decoration_act", args=[job.pk, action]
                ),
            }
            for action in allowed
            if (decide if action in DECISIONS else write)
        ],
        "clearances": [
            {
                "answer": answer,
                "may_read": not answer.permission or user.may(answer.permission, job.estate_id),
            }
            for answer in clearances(job, at)
        ],
        "drawings": photos.get((Decoration._meta.label_lower, job.pk), []),
        "permits": [
            {"permit": permit, "is_over": permit.valid_until < today} for permit in job.permits.all()
        ],
        "inspections": [
            {
                "visit": visit,
                "is_late": visit.done_at is None and visit.due_on < today,
                "files": photos.get((visit._meta.label_lower, visit.pk), []),
                "form": forms.get(f"inspect-{visit.pk}") or InspectForm(auto_id=f"inspect{visit.pk}_%s"),
                "open": f"inspect-{visit.pk}" in forms,
                "may_record": inspect and is_to_be_inspected(job, visit),
            }
            for visit in job.inspections.select_related("done_by")
        ],
        "violations": [
            {
                "breach": breach,
                "is_late": breach.rectified_at is None and breach.rectify_by < today,
                "files": photos.get((breach._meta.label_lower, breach.pk), []),
                "form": forms.get(f"rectify-{breach.pk}") or RectifyForm(auto_id=f"rectify{breach.pk}_%s"),
                "open": f"rectify-{breach.pk}" in forms,
            }
            for breach in job.violations.select_related("found_by", "rectified_by")
        ],
        "forms": {
            "permit": PermitForm(job=job),
            "plan": PlanForm(today=today),
            "violation": ViolationForm(initial={"rectify_by": today}),
            "files": FilesForm(auto_id="drawings_%s"),
            "prolong": ProlongForm(initial={"version": job.version}),
        }
        | forms,
        "sent": next(iter(forms), ""),
        "may": {
            "issue": write and (at_work or job.status == S.APPROVED),
            "plan": inspect and (at_work or job.status == S.APPROVED),
            "violate": inspect and at_work,
            "rectify": inspect,
            "end_cards": write,
            "print": job.status in (S.APPROVED, *Decoration.AT_WORK),
            "files": write and job.status in Decoration.OPEN,
            "prolong": decide and job.status in PROLONGED_IN,
        },
        "is_late": at_work and job.ends_on < today,
        "history": events_of(job, query),
        "card_url": reverse("unit_card", args=[job.unit_id]),
    }


def _act_form(job: Decoration, action: str) -> Any:
    if action == "approve":
        return ApproveForm(initial={"version": job.version})
    return ReasonForm(auto_id=f"{action}_%s")


def clearances(job: Decoration, at: datetime) -> list[Clearance]:
    """What stands between the job and its next stage."""
    kinds = {S.APPROVED: DECORATION_START, S.ACCEPTED: DECORATION_END, S.STOPPED: DECORATION_END}
    kind = kinds.get(S(job.status))
    return clearances_of_decoration(job, kind, at) if kind else []


def stages_of(job: Decoration) -> list[dict[str, Any]]:
    """The life of the job for components/steps.html."""
    titles = {
        "applied": (_("Application"), job.applied_at, job.applied_by),
        "approved": (_("Approval"), job.decided_at, job.decided_by),
        "running": (_("Work"), job.started_at, None),
        "accepted": (_("Acceptance"), job.accepted_at, job.accepted_by),
        "closed": (_("Deposit back, closed"), job.ended_at if job.status == S.CLOSED else None, None),
    }
    reached = {S.STOPPED: "running"}.get(S(job.status), job.status)
    here = STAGES.index(reached) if reached in STAGES else -1
    rows = []
    for n, key in enumerate(STAGES):
        title, moment, who = titles[key]
        over = (n <= here and key != "running") or (key == "running" and here > n)
        current = (n == here + 1 and key != "accepted") or (key == "running" and here == n)
        state = "done" if over else "current" if current and job.status in Decoration.OPEN else "open"
        rows.append({"key": key, "title": title, "state": state, "moment": moment, "who": who})
    return rows


def _files_of(job: Decoration) -> dict[tuple[str, int], list[dict[str, Any]]]:
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for one in files_of_decoration(job):
        url = reverse("decoration_file", args=[job.pk, one.pk])
        shown = {"url": url, "name": one.name, "thumb_url": f"{url}?small" if one.is_image else ""}
        found.setdefault((one.owner_type, one.owner_id), []).append(shown)
    return found
