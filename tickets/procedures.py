"""The steps of each class of complaint, as data: the house's own, and what an estate made of them (docs/domain.md §2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tickets.models import COMMUNICATION, ComplaintClass, ProcedureStep, Step

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
# The last step of a forwarded matter, whatever its class.
ANSWERED_BACK = StepSpec("answered_back", _("Answered back"), "answer")

STEPS: dict[str, list[StepSpec]] = {
    VALID: [RECORD, JUDGE, DEPARTMENT, ON_SITE, HANDLING, FOLLOW_UP],
    TALK: [RECORD, IDENTITY, ARREARS, NOTIFY, FOLLOW_UP],
    # Until somebody has judged, nobody knows which way it goes.
    UNJUDGED: [RECORD, JUDGE],
}
BY_KEY = {spec.key: spec for specs in STEPS.values() for spec in specs} | {
    ANSWERED_BACK.key: ANSWERED_BACK,
}
# A step that an estate added; such a one is always ticked by hand.
OWN = "own_"
# Laid for what a ticket is, not for its class: a change of class leaves it.
BESIDE_THE_CLASS = (ANSWERED_BACK.key,)
# Done again once the ticket is opened again; the rest stays done.
DONE_AGAIN = ("handling", "notify")
# What resolving or the visit after it ticks: open steps of these keys don't hinder resolving.
LAST_STEPS = ("handling", "follow_up", ANSWERED_BACK.key)


@dataclass(frozen=True)
class PlannedStep:
    """A step as an estate wants it laid; `titles` holds what the estate calls it, by language."""

    key: str
    titles: dict[str, str] = field(default_factory=dict)
    is_required: bool = False

    @property
    def by(self) -> str:
        """What ticks it, as in StepSpec."""
        return ticked_by(self.key)

    @property
    def is_own(self) -> bool:
        """One that the estate added."""
        return self.key.startswith(OWN)

    @property
    def title(self) -> str:
        """What people call it, in the reader's language."""
        return title_in(self.titles, self.key)


def group_of(complaint_class: str) -> str:
    """Which procedure a class follows."""
    if complaint_class == ComplaintClass.VALID:
        return VALID
    return TALK if complaint_class in COMMUNICATION else UNJUDGED


def steps_for(complaint_class: str) -> list[StepSpec]:
    """The house's steps of a class in order; record and judge alone while there is no class."""
    return STEPS[group_of(complaint_class)]


def plan_of(estate_id: int, group: str) -> list[PlannedStep]:
    """The steps of a procedure in this estate, in order: the house's own until the estate changes them."""
    rows = ProcedureStep.objects.filter(estate_id=estate_id, group=group, is_removed=False)
    planned = [PlannedStep(row.key, row.titles, row.is_required) for row in rows]
    return planned or [PlannedStep(spec.key) for spec in STEPS[group]]


def is_sound(keys: Sequence[str], group: str) -> bool:
    """Whether an order makes sense: recorded first, handled and asked last, what happens in the order it happens."""
    house = [spec.key for spec in STEPS[group]]
    last = [key for key in house if key in LAST_STEPS]
    happening = [key for key in house if ticked_by(key) != "hand"]
    in_order = [key for key in keys if key in happening] == happening
    return in_order and keys[0] == RECORD.key and list(keys[-len(last) :]) == last


def ticked_by(key: str) -> str:
    """What ticks a step; an estate's own is ticked by hand."""
    return BY_KEY[key].by if key in BY_KEY else "hand"


def title_of(key: str) -> Promise | str:
    """The house's word for a step; an unknown key is shown as it is."""
    return BY_KEY[key].title if key in BY_KEY else key


def title_in(titles: dict[str, str], key: str) -> str:
    """The estate's title in the reader's language, else its English one, else the house's word."""
    return titles.get(get_language() or "en") or titles.get("en") or str(title_of(key))


def title_of_step(step: Step) -> str:
    """What a ticket's step was called when it was laid."""
    return title_in(step.titles, step.key)


def is_by_hand(key: str) -> bool:
    """Whether a person ticks it, rather than what happens."""
    return ticked_by(key) == "hand"


def keys_ticked_by(event: str) -> list[str]:
    """The keys that an event ticks: assigning ticks department or notify, whichever the procedure has."""
    return [key for key, spec in BY_KEY.items() if spec.by == event]
