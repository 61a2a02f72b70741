"""Decorations and unit changes: every state × act × role, by the page and by the API (docs/domain.md §1, §8)."""

from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from helpdesk.staff.permissions import PERMISSIONS, Role
from residents.models import Decoration, UnitChange
from residents.services import unit_changes
from residents.services.decoration_site import plan_inspection, record_inspection
from residents.services.decorations import DECISIONS, DECORATION_STATES, PROLONGED_IN, move_decoration
from residents.services.unit_changes import CHANGE_STATES
from tests.api.conftest import api  # noqa: F401
from tests.residents.procedures import TODAY, applied

pytestmark = pytest.mark.django_db
WHY = {"reason": "Papers are missing"}
# act: (permission, what is said where the form asks for something)
JOB_ACTS = {
    act: ("decorations.decide" if act in DECISIONS else "residents.write", WHY if act in words else {})
    for words in [{"refuse", "stop", "cancel"}]
    for act in DECORATION_STATES.table
}
CHANGE_ACTS = {
    "approve": ("unit_changes.decide", {}),
    "refuse": ("unit_changes.decide", WHY),
    "carry_out": ("residents.write", {"on": str(TODAY)}),
    "cancel": ("residents.write", WHY),
}
WAY = {
    "applied": (),
    "refused": ("refuse",),
    "cancelled": ("cancel",),
    "approved": ("approve",),
    "running": ("approve", "start"),
    "stopped": ("approve", "start", "stop"),
    "accepted": ("approve", "start", "accept"),
    "closed": ("approve", "start", "accept", "close"),
}
DOORS = [("page", 303), ("api", 200)]


@pytest.fixture
def cast(
    clerk: Any, supervisor: Any, technician: Any, guard: Any, cashier: Any, manager: Any, admin: Any
) -> dict[str, Any]:
    return {
        "clerk": clerk, "supervisor": supervisor, "technician": technician, "guard": guard, "cashier": cashier,
        "manager": manager, "admin": admin,
    }  # fmt: skip


@pytest.fixture
def doors(cast: Any, login: Any, api: Any) -> dict[str, dict[str, Any]]:  # noqa: F811
    pages = {role: login(person).post for role, person in cast.items()}
    programs = {role: partial(api(person).post, format="json") for role, person in cast.items()}
    return {"page": pages, "api": programs}


def job_in(status: str, unit: Any, cast: Any) -> Decoration:
    """A job that came there by its own acts, with nothing in the way of any other."""
    Decoration.objects.filter(status__in=["applied", "approved", "running", "stopped"]).update(
        status="cancelled", end_reason="Over"
    )
    job = applied(unit, cast["clerk"], at=timezone.now())
    for act in WAY[status]:
        ready(job, act, cast)
        job = move_decoration(job, act, actor=cast["manager"], reason="x", needs_deposit=False)
    return job


def ready(job: Decoration, act: str, cast: Any) -> None:
    """What stands in the way of the act is settled."""
    if act == "accept" and job.status == "running":
        visit = plan_inspection(job, actor=cast["clerk"], due_on=TODAY, kind="acceptance")
        record_inspection(visit, actor=cast["clerk"], is_sound=True)


def change_in(status: str, unit: Any, cast: Any) -> UnitChange:
    UnitChange.objects.filter(status__in=["requested", "approved"]).update(
        status="cancelled", decision_reason="Over"
    )
    change = unit_changes.request_change(
        unit, actor=cast["clerk"], kind="giving_back", reason="Sold", wanted_on=TODAY
    )
    now = {"decided_at": timezone.now(), "decided_by": cast["manager"], "decision_reason": "Yes"}
    more = {"carried_out_on": TODAY} if status == "carried_out" else {}
    UnitChange.objects.filter(pk=change.pk).update(
        status=status, **(now if status != "requested" else {}), **more
    )
    return UnitChange.objects.get(pk=change.pk)


def test_every_act_of_both_tables_is_walked() -> None:
    assert set(CHANGE_ACTS) == set(CHANGE_STATES.table)
    assert set(WAY) == set(Decoration.Status.values)


@pytest.mark.parametrize(("door", "done"), DOORS)
@pytest.mark.parametrize("act", JOB_ACTS)
def test_a_decoration_does_what_the_table_says(
    act: str, door: str, done: int, unit: Any, cast: Any, doors: Any
) -> None:
    permission, words = JOB_ACTS[act]
    page = "decoration_decide" if act in DECISIONS else "decoration_act"
    for status in Decoration.Status.values:
        for role in Role:
            job = job_in(status, unit, cast)
            ready(job, act, cast)
            before = (job.status, Decoration.objects.get(pk=job.pk).version)
            cache.clear()
            to = (
                reverse(page, args=[job.pk, act])
                if door == "page"
                else f"/api/v1/decorations/{job.pk}/{act}/"
            )
            answer = doors[door][role.value](to, words).status_code
            job.refresh_from_db()
            may = role in PERMISSIONS[permission]
            if may and status in DECORATION_STATES.sources(act):
                assert (answer, job.status) == (done, DECORATION_STATES.table[act][1]), (act, status, role)
                continue
            assert answer == (409 if may else 403), (act, status, role, answer)
            assert (job.status, job.version) == before, (act, status, role)


@pytest.mark.parametrize(("door", "done"), DOORS)
def test_a_manager_alone_prolongs_what_is_approved(
    door: str, done: int, unit: Any, cast: Any, doors: Any
) -> None:
    for status in Decoration.Status.values:
        for role in Role:
            job = job_in(status, unit, cast)
            cache.clear()
            to = (
                reverse("decoration_prolong", args=[job.pk])
                if door == "page"
                else f"/api/v1/decorations/{job.pk}/prolong/"
            )
            answer = doors[door][role.value](to, WHY | {"ends_on": "2099-01-01"}).status_code
            may = role in PERMISSIONS["decorations.decide"]
            expected = (done if status in PROLONGED_IN else 409) if may else 403
            assert answer == expected, (status, role, answer)


@pytest.mark.parametrize(("door", "done"), DOORS)
@pytest.mark.parametrize("act", CHANGE_ACTS)
def test_a_unit_change_does_what_the_table_says(
    act: str, door: str, done: int, unit: Any, cast: Any, doors: Any
) -> None:
    permission, words = CHANGE_ACTS[act]
    for status in UnitChange.Status.values:
        for role in Role:
            change = change_in(status, unit, cast)
            cache.clear()
            verb = act.replace("_", "-")
            to = (
                reverse(f"unit_change_{act}", args=[change.pk])
                if door == "page"
                else f"/api/v1/unit-changes/{change.pk}/{verb}/"
            )
            answer = doors[door][role.value](to, words).status_code
            version = change.version
            change.refresh_from_db()
            may = role in PERMISSIONS[permission]
            if may and status in CHANGE_STATES.sources(act):
                assert (answer, change.status) == (done, CHANGE_STATES.table[act][1]), (act, status, role)
                continue
            assert answer == (409 if may else 403), (act, status, role, answer)
            assert (change.status, change.version) == (status, version), (act, status, role)
