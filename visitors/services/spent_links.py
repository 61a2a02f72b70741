"""What a household reads behind a link of theirs that opens nothing any more (docs/domain.md §6 §7)."""

from django.utils.translation import gettext as _

from helpdesk.estates.models import Estate
from helpdesk.lib.errors import LinkEnded


def nothing_to_answer(estate: Estate) -> LinkEnded:
    """The refusal that names nobody, and whose desk helps on."""
    sentence = _(
        "There is nothing to answer here any more. The front desk is glad to help you on the telephone."
    )
    return LinkEnded(sentence, estate=estate)
