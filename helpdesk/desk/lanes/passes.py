"""Release passes that wait: for a word from the owner, an override, or only to be issued."""

from datetime import datetime

from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.desk.lanes.lane import READ, Due, Lane, Row, joined, line_of, plate_of
from helpdesk.desk.matters import language_of
from helpdesk.estates.models import Estate
from helpdesk.staff.models import User
from helpdesk.staff.roles import may
from tickets.clocks import clock_until
from visitors.models import ReleasePass

S = ReleasePass.Status


def passes_waiting(user: User, estate: Estate, at: datetime) -> Lane:
    """Those that are wanted soonest first; before them, for who may override, those that wait for an override."""
    decides = may(user, "passes.override", estate.pk)
    for_me = Q(status=S.AWAITING_OVERRIDE, is_request=False) if decides else Q(pk__in=[])
    found = (
        ReleasePass.objects.visible_to(user)
        .filter(estate=estate, status__in=ReleasePass.WAITING, valid_until__gte=at)
        .select_related("unit")
        .prefetch_related("items")
        .order_by(Case(When(for_me, then=0), default=1), "valid_until", "pk")
    )
    lane = Lane(
        "passes",
        _("Passes waiting"),
        "pass",
        empty=_("No pass waits."),
        all_url=f"{reverse('pass_list')}?status=waiting",
    )
    return lane.fill(found[: READ + 1], lambda release_pass: _row(release_pass, at, decides))


def _row(release_pass: ReleasePass, at: datetime, decides: bool) -> tuple[Row, Due]:
    url = reverse("pass_detail", args=[release_pass.pk])
    goods = joined([str(item) for item in release_pass.items.all()])
    row = {
        "id": f"pass-{release_pass.pk}",
        "url": url,
        "clock": clock_until(release_pass.valid_until, since=release_pass.created_at, at=at),
        "plate": plate_of(release_pass.unit),
        "name": release_pass.applicant_name,
        "name_lang": language_of(release_pass.applicant_name),
        **line_of(goods),
        "second": joined([_waits_for(release_pass), release_pass.number]),
        "action": {"label": _next(release_pass, decides), "url": url},
    }
    title = _("%(number)s runs out") % {"number": release_pass.number}
    return row, Due(release_pass.valid_until, "pass", title, url)


def _waits_for(release_pass: ReleasePass) -> str:
    if release_pass.is_request:
        return _("to be confirmed")
    return str(_("to be issued") if release_pass.status == S.DRAFT else release_pass.get_status_display())


def _next(release_pass: ReleasePass, decides: bool) -> str:
    if decides and release_pass.status == S.AWAITING_OVERRIDE and not release_pass.is_request:
        return _("Decide")
    if release_pass.status == S.AWAITING_CONSENT and not release_pass.is_request:
        return _("Ring the owner")
    return pgettext("a link", "Open")
