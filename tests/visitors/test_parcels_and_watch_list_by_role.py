"""Parcels and the watch list: every state × act × role, by the page and by the API (docs/domain.md §1, §6, §10)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from helpdesk.staff.permissions import PERMISSIONS, Role
from visitors.models import Parcel, WatchEntry
from visitors.services.parcels import PARCEL_STATES, receive_parcel
from visitors.services.watching import add_watch_entry

pytestmark = pytest.mark.django_db
# act: (page, route, what is posted and sent)
PARCEL_ACTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "collect": ("parcel_collect", "parcels/{pk}/collect/", {"collected_by": "Wang Fang"}),
    "send_back": ("parcel_send_back", "parcels/{pk}/send-back/", {}),
}
END = ("watch_end", "watch-list/{pk}/end/", {"reason": "Was a mistake"})
DOORS = [("page", 303), ("api", 200)]


def parcel_in(status: str, unit: Any, clerk: Any) -> Parcel:
    made = receive_parcel(unit=unit, actor=clerk)
    over = status != Parcel.Status.RECEIVED
    Parcel.objects.filter(pk=made.pk).update(
        status=status, ended_at=timezone.now() if over else None, collected_by="Kept" if over else ""
    )
    return Parcel.objects.get(pk=made.pk)


def entry_in(state: str, estate: Any, clerk: Any, number: int) -> WatchEntry:
    today = timezone.localdate()
    grounds = {"reason": "Tried doors", "source": "Security", "ends_on": today}
    made = add_watch_entry(estate=estate, actor=clerk, plate=f"B{number}", **grounds)
    if state == "ended":
        WatchEntry.objects.filter(pk=made.pk).update(ends_on=today - timedelta(days=3))
    return WatchEntry.objects.get(pk=made.pk)


def send(door: str, act: tuple[str, str, dict[str, str]], pk: int, post: Any) -> int:
    """The status of the answer; an own throttle for every one."""
    cache.clear()
    page, route, words = act
    return int(
        post(
            reverse(page, args=[pk]) if door == "page" else f"/api/v1/{route.format(pk=pk)}", words
        ).status_code
    )


def test_every_act_of_the_table_is_walked():
    assert set(PARCEL_ACTS) == set(PARCEL_STATES.table)


@pytest.mark.parametrize(("door", "done"), DOORS)
def test_a_parcel_ends_once_by_whoever_may(door, done, unit, cast, doors):
    for act in PARCEL_ACTS:
        for status in Parcel.Status.values:
            for role in Role:
                parcel = parcel_in(status, unit, cast["clerk"])
                answer = send(door, PARCEL_ACTS[act], parcel.pk, doors[door][role.value])
                before = (parcel.status, parcel.version)
                parcel.refresh_from_db()
                may = role in PERMISSIONS["parcels.work"]
                if may and status in PARCEL_STATES.sources(act):
                    assert (answer, parcel.status) == (done, PARCEL_STATES.table[act][1]), (act, status, role)
                    continue
                assert answer == (409 if may else 403), (act, status, role, answer)
                assert (parcel.status, parcel.version) == before, (act, status, role)


@pytest.mark.parametrize(("door", "done"), DOORS)
def test_an_entry_of_the_watch_list_ends_once_by_whoever_may(door, done, estate, cast, doors):
    for number, (state, role) in enumerate((state, role) for state in ("running", "ended") for role in Role):
        entry = entry_in(state, estate, cast["clerk"], number)
        version = entry.version
        answer = send(door, END, entry.pk, doors[door][role.value])
        entry.refresh_from_db()
        may = role in PERMISSIONS["watch_list.write"]
        if may and state == "running":
            assert (answer, entry.version) == (done, version + 1), (state, role, answer)
            continue
        assert answer == (409 if may else 403), (state, role, answer)
        assert entry.version == version


def test_for_another_estate_there_is_neither(estate, unit, clerk, outsider, login, api):
    posts = {"page": login(outsider).post, "api": lambda *said: api(outsider).post(*said, format="json")}
    parcel, entry = parcel_in("received", unit, clerk), entry_in("running", estate, clerk, 1)
    for door, post in posts.items():
        assert send(door, END, entry.pk, post) == 404
        for act in PARCEL_ACTS.values():
            assert send(door, act, parcel.pk, post) == 404
