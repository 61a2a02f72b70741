"""The steps of each class of complaint, as data (docs/domain.md §2)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.models import COMMUNICATION, ComplaintClass

VALID, TALK, UNJUDGED = "valid", "communication", "unjudged"


@dataclass(frozen=True)
class StepSpec:
    """One step; `by` is what ticks it: create, judge, assign, resolve, follow_up, or a person's hand."""

    key: str
    title: Promise | str
    by: str


RECORD = StepSpec("record", _("Record"), "create")
JUDGE = StepSpec("judge", _("Judge"), "judge")
DEPARTMENT = StepSpec("department", _("Department"), "assign")
ON_SITE = StepSpec("on_site", _("On the spot"), "hand")
HANDLING = StepSpec("handling", _("Handling"), "resolve")
IDENTITY = StepSpec("identity", _("Identity"), "hand")
ARREARS = StepSpec("arrears", _("Arrears"), "hand")
NOTIFY = StepSpec("notify", _("Notify"), "assign")
FOLLOW_UP = StepSpec("follow_up", _("Follow-up"), "follow_up")

STEPS: dict[str, list[StepSpec]] = {
    VALID: [RECORD, JUDGE, DEPARTMENT, ON_SITE, HANDLING, FOLLOW_UP],
    TALK: [RECORD, IDENTITY, ARREARS, NOTIFY, FOLLOW_UP],
    # Until somebody has judged, nobody knows which way it goes.
    UNJUDGED: [RECORD, JUDGE],
}
BY_KEY = {spec.key: spec for specs in STEPS.values() for spec in specs}
# Done again once the ticket is opened again; the rest stays done.
DONE_AGAIN = ("handling", "notify")
# What resolving or the visit after it ticks: open steps of these keys don't hinder resolving.
LAST_STEPS = ("handling", "follow_up")


def group_of(complaint_class: str) -> str:
    """Which procedure a class follows."""
    if complaint_class == ComplaintClass.VALID:
        return VALID
    return TALK if complaint_class in COMMUNICATION else UNJUDGED


def steps_for(complaint_class: str) -> list[StepSpec]:
    """The steps of a class in order; record and judge alone while there is no class."""
    return STEPS[group_of(complaint_class)]


def title_of(key: str) -> Promise | str:
    """What people call a step; an unknown key is shown as it is."""
    return BY_KEY[key].title if key in BY_KEY else key


def titles_of(keys: Iterable[str]) -> str:
    """The titles in one line, in the reader's language."""
    return ", ".join(str(title_of(key)) for key in keys)


def is_by_hand(key: str) -> bool:
    """Whether a person ticks it, rather than what happens."""
    return key in BY_KEY and BY_KEY[key].by == "hand"


def keys_ticked_by(event: str) -> list[str]:
    """The keys that an event ticks: assigning ticks department or notify, whichever the procedure has."""
    return [key for key, spec in BY_KEY.items() if spec.by == event]
