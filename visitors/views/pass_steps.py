"""The four steps of a release pass as the page draws them: document, arrears, goods, identity and consent."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.selectors import Arrears
from helpdesk.lib.money import show_money
from tickets.views.wording import listed
from visitors.models import Consent, ReleaseItem, ReleasePass
from visitors.pass_selectors import is_owner_on_file
from visitors.services.release_passes import blocks, has_consent, needs_consent

S = ReleasePass.Status


def steps_of(
    release_pass: ReleasePass, items: list[ReleaseItem], owed: Arrears | None, at: datetime
) -> list[dict[str, Any]]:
    """One strip: what is done, what waits, in a few words each. `owed` None: as it stood when the pass was issued."""
    rows = [
        ("document", _("Document"), bool(release_pass.id_document_type), document_line(release_pass)),
        ("arrears", _("Arrears"), *arrears_line(release_pass, owed)),
        ("goods", _("Goods"), True, goods_line(items)),
        ("consent", _("Identity and consent"), *consent_line(release_pass, at)),
    ]
    waits = release_pass.status in ReleasePass.WAITING
    still_open = [key for key, _title, is_done, _line in rows if not is_done]
    # The figure is acknowledged with the issue: it holds nothing up before.
    first_open = next((key for key in ("document", "consent", "arrears") if key in still_open), "")
    return [
        {
            "key": key,
            "number": number,
            "title": title,
            "state": "done" if is_done else "current" if waits and key == first_open else "open",
            "line": line,
        }
        for number, (key, title, is_done, line) in enumerate(rows, 1)
    ]


def document_line(release_pass: ReleasePass) -> str:
    if not release_pass.id_document_type:
        return _("not seen yet")
    letter = _("letter of authority") if release_pass.has_letter else ""
    return listed([release_pass.get_id_document_type_display(), letter])


def arrears_line(release_pass: ReleasePass, owed: Arrears | None) -> tuple[bool, str]:
    currency = release_pass.estate.currency
    if release_pass.arrears_at_issue is not None:
        amount = release_pass.arrears_at_issue
        return True, _("owed %(sum)s when issued") % {"sum": show_money(amount, currency)} if amount else _(
            "owed nothing when issued"
        )
    if owed is None or not owed.amount:
        return True, _("owes nothing")
    said = _("owes %(sum)s") % {"sum": show_money(owed.amount, currency)}
    if release_pass.override_at:
        return True, listed([said, _("overridden")])
    return False, listed([said, _("needs an override")]) if blocks(release_pass.estate) else said


def goods_line(items: list[ReleaseItem]) -> str:
    pieces = sum(item.quantity for item in items)
    lines = ngettext("%(count)s line", "%(count)s lines", len(items)) % {"count": len(items)}
    return listed([lines, ngettext("%(count)s piece", "%(count)s pieces", pieces) % {"count": pieces}])


def no_owner(release_pass: ReleasePass, at: datetime) -> bool:
    """They say that they own the unit, and the books know nothing of it."""
    claims = release_pass.applicant_relation == ReleasePass.Relation.OWNER
    return claims and not is_owner_on_file(release_pass, at)


def consent_line(release_pass: ReleasePass, at: datetime) -> tuple[bool, str]:
    """As it stood when the pass was issued, for one that was: the unit may have been sold since."""
    at = release_pass.issued_at or at
    who = release_pass.get_applicant_relation_display()
    if no_owner(release_pass, at):
        who = listed([who, _("not an owner on file")])
    if has_consent(release_pass):
        return True, listed([who, _("the owner agrees")])
    if not needs_consent(release_pass, at):
        return True, listed([who, _("no consent needed")])
    return False, listed([who, _("the owner is still to be asked")])


def consent_words(consent: Consent) -> str:
    """Who was asked how, for the page and the paper: never more of a number than its ends."""
    number = consent.phone.number if consent.phone else ""
    words = {"owner": consent.owner.name, "number": str(number), "asker": str(consent.asked_by)}
    if consent.way == Consent.Way.TELEPHONE:
        if consent.answer == Consent.Answer.REFUSED:
            return _("%(asker)s rang the owner %(owner)s on %(number)s: does not agree") % words
        return _("%(asker)s rang the owner %(owner)s on %(number)s: agrees") % words
    if consent.answer == Consent.Answer.WAITING:
        return _("A link was sent to the owner %(owner)s") % words
    if consent.answer == Consent.Answer.REFUSED:
        return _("The owner %(owner)s does not agree, by link") % words
    return _("The owner %(owner)s agrees, by link") % words
