"""The gate: once, whole or in part, and of two gates one wins (docs/domain.md §7)."""

import os
from unittest import mock

import pytest

from helpdesk.lib.codes import short_code
from helpdesk.lib.errors import Refused, TooOften
from tests.tickets.acts import at_once
from tests.visitors.conftest import TEN
from visitors.models import GateRelease, ReleaseItem, ReleasePass
from visitors.services import gate
from visitors.services.gate import open_code, release_goods, send_back

# A release is walked with GATE_ROUNDS=500 GATE_GUESSES=10000.
ROUNDS = int(os.environ.get("GATE_ROUNDS", "40"))
GUESSES = int(os.environ.get("GATE_GUESSES", "1000"))


def codes(answers):
    return sorted(answer.code if isinstance(answer, Refused) else type(answer).__name__ for answer in answers)


@pytest.mark.django_db
def test_goods_leave_in_two_loads_and_each_piece_once(issued, guard):
    running = issued()
    sofa, boxes = running.items.all()
    release_goods(running, actor=guard, gate="North", items={sofa.pk: 1, boxes.pk: 5}, at=TEN)
    assert ReleasePass.objects.get().status == "partly_released"
    with pytest.raises(Refused) as again:
        release_goods(running, actor=guard, gate="South", items={boxes.pk: 8}, at=TEN)
    assert (again.value.code, again.value.extra["gate"]) == ("already_released", "North")
    assert GateRelease.objects.count() == 1
    release_goods(running, actor=guard, gate="South", at=TEN)
    assert ReleasePass.objects.get().status == "released"
    with pytest.raises(Refused) as over:
        release_goods(running, actor=guard, gate="North", at=TEN)
    assert (over.value.code, over.value.extra["gate"]) == ("already_released", "South")


@pytest.mark.django_db
def test_the_same_scan_again_gets_the_first_answer(issued, guard):
    running = issued()
    first = release_goods(running, actor=guard, gate="North", scan_key="k", at=TEN)
    assert release_goods(running, actor=guard, gate="North", scan_key="k", at=TEN) == first
    with pytest.raises(Refused):
        release_goods(running, actor=guard, gate="North", scan_key="another", at=TEN)


@pytest.mark.django_db
@pytest.mark.parametrize("items", [{}, {0: 1}, "none of a piece"])
def test_only_pieces_of_this_pass_can_be_named(issued, guard, items):
    running = issued()
    named = items if isinstance(items, dict) else {running.items.first().pk: 0}
    with pytest.raises(Refused) as refusal:
        release_goods(running, actor=guard, gate="North", items=named, at=TEN)
    assert refusal.value.code == "unknown_item"


@pytest.mark.django_db
def test_what_does_not_match_goes_back_to_the_desk(issued, guard):
    running = send_back(issued(), actor=guard, gate="North", reason="A piano", at=TEN)
    assert (running.status, running.end_reason) == ("revoked", "A piano")


@pytest.mark.django_db
def test_thousands_of_guesses_find_nothing_and_are_throttled(issued, guard):
    running, throttled = issued(), 0
    for _n in range(GUESSES):
        try:
            assert open_code(short_code(), user=guard, address="10.0.0.9") is None
        except TooOften:
            throttled += 1
    assert throttled == GUESSES - 10
    with pytest.raises(TooOften):
        open_code(running.code, user=guard, address="10.0.0.9")
    assert open_code(running.code.lower(), user=guard, address="10.0.0.1") == running


@pytest.mark.django_db
def test_a_guard_of_another_estate_opens_nothing(issued, outsider):
    assert open_code(issued().code, user=outsider, address="10.0.0.1") is None


def both_gates(running, guard, clerk):
    return at_once(
        lambda: release_goods(running, actor=guard, gate="North", scan_key="n", at=TEN),
        lambda: release_goods(running, actor=clerk, gate="South", scan_key="s", at=TEN),
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_gates_at_once_exactly_one_releases(issued, guard, clerk):
    for _round in range(ROUNDS):
        running = issued()
        assert codes(both_gates(running, guard, clerk)) == ["GateRelease", "already_released"]
        assert running.releases.count() == 1
        assert all(item.left == 0 for item in running.items.all())


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_and_the_guard_both_would_release(issued, guard, clerk):
    """The negative control: each gate goes by what it had read, and the row is written without a condition."""

    def take_blindly(item, pieces):
        return ReleaseItem.objects.filter(pk=item.pk).update(released=pieces) == 1

    running = issued()
    read = [(item, item.left) for item in running.items.all()]
    with (
        mock.patch.object(
            gate, "lock_pass", lambda release_pass: ReleasePass.objects.defer().get(pk=running.pk)
        ),
        mock.patch.object(gate, "_guard", lambda *_args: None),
        mock.patch.object(gate, "_pieces", lambda *_args: read),
        mock.patch.object(gate, "_take", take_blindly),
    ):
        assert codes(both_gates(running, guard, clerk)) == ["GateRelease", "GateRelease"]
