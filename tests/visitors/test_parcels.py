"""Parcels: received and told once, handed out to somebody, sent back; what waits is told of again, once each."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from helpdesk.audit.models import Entry
from helpdesk.lib.errors import Refused
from helpdesk.notifications.models import Message
from tests.conftest import at
from visitors.models import Parcel
from visitors.services.parcels import collect_parcel, receive_parcel, remind_uncollected, send_back_parcel

pytestmark = pytest.mark.django_db
TEN = at("2026-11-17 10:00")


def refused(act: Any) -> str:
    with pytest.raises(Refused) as told:
        act()
    return told.value.code


def messages(parcel: Parcel) -> list[str]:
    rows = Message.objects.filter(dedupe_key__startswith=f"parcel:{parcel.pk}:")
    return list(rows.order_by("pk").values_list("template", flat=True))


def test_the_household_is_told_once_when_something_comes(unit, resident, clerk):
    parcel = receive_parcel(unit=unit, actor=clerk, carrier="SF", shelf="A3", form_token="once", at=TEN)
    again = receive_parcel(unit=unit, actor=clerk, carrier="SF", shelf="A3", form_token="once", at=TEN)
    assert parcel.pk == again.pk and Parcel.objects.count() == 1
    assert parcel.told_at == TEN and messages(parcel) == ["parcel_received"]
    assert [e.verb for e in Entry.objects.about(parcel)] == ["parcel.received"]


def test_nobody_is_told_of_a_newspaper_nor_who_wants_no_messages(unit, resident, clerk):
    assert receive_parcel(unit=unit, actor=clerk, kind="newspaper", at=TEN).told_at is None
    type(resident).objects.filter(pk=resident.pk).update(accepts_messages=False)
    assert receive_parcel(unit=unit, actor=clerk, at=TEN).told_at is None
    assert not Message.objects.exists()


def test_the_message_waits_for_the_end_of_rest_hours(unit, resident, clerk):
    parcel = receive_parcel(unit=unit, actor=clerk, at=at("2026-11-17 23:30"))
    message = Message.objects.get(dedupe_key=f"parcel:{parcel.pk}:received")
    assert message.not_before is not None and message.not_before > at("2026-11-18 07:00")


def test_it_is_handed_out_once_to_somebody_who_is_named(unit, resident, clerk):
    parcel = receive_parcel(unit=unit, actor=clerk, at=TEN)
    assert refused(lambda: collect_parcel(parcel, actor=clerk, collected_by=" ")) == "collected_by_missing"
    given = collect_parcel(parcel, actor=clerk, collected_by="Wang Fang", at=TEN)
    assert (given.status, given.collected_by, given.ended_by) == ("collected", "Wang Fang", clerk)
    assert refused(lambda: collect_parcel(parcel, actor=clerk, collected_by="Li")) == "invalid_transition"
    assert refused(lambda: send_back_parcel(parcel, actor=clerk)) == "invalid_transition"
    told = [str(e.data) for e in Entry.objects.about(parcel)]
    assert len(told) == 2 and "Wang Fang" not in str(told)


def test_it_goes_back_to_the_carrier(unit, clerk):
    parcel = send_back_parcel(receive_parcel(unit=unit, actor=clerk, at=TEN), actor=clerk, at=TEN)
    assert (parcel.status, parcel.ended_at) == ("returned", TEN)


def test_what_waits_is_told_of_again_after_three_days_and_after_seven(unit, resident, clerk):
    parcel = receive_parcel(unit=unit, actor=clerk, at=TEN)
    assert remind_uncollected(TEN + timedelta(days=2, hours=23)) == 0
    assert remind_uncollected(TEN + timedelta(days=3)) == 1
    assert remind_uncollected(TEN + timedelta(days=3, hours=1)) == 0
    assert remind_uncollected(TEN + timedelta(days=7)) == 1
    assert remind_uncollected(TEN + timedelta(days=8)) == 0
    assert messages(parcel) == ["parcel_received", "parcel_waits", "parcel_waits"]


def test_after_a_pause_it_is_told_of_once_and_only_of_the_last(unit, resident, clerk):
    parcel = receive_parcel(unit=unit, actor=clerk, at=TEN)
    assert [remind_uncollected(TEN + timedelta(days=8, hours=n)) for n in range(2)] == [1, 0]
    assert messages(parcel) == ["parcel_received", "parcel_waits"]
    assert [e.data["days"] for e in Entry.objects.about(parcel).filter(verb="parcel.reminded")] == [7]


def test_a_full_run_starves_nobody(unit, resident, clerk, monkeypatch):
    """Neither who was told before nor who can't be reached any more takes the place of the next."""
    monkeypatch.setattr("visitors.services.parcels.ROWS", 2)
    parcels = [receive_parcel(unit=unit, actor=clerk, at=TEN + timedelta(minutes=n)) for n in range(5)]
    later = TEN + timedelta(days=7, hours=1)
    assert [remind_uncollected(later) for _run in range(4)] == [2, 2, 1, 0]
    assert [messages(parcel).count("parcel_waits") for parcel in parcels] == [1] * 5


def test_who_can_be_reached_no_more_leaves_the_place_to_the_next(unit, resident, clerk, monkeypatch):
    monkeypatch.setattr("visitors.services.parcels.ROWS", 1)
    receive_parcel(unit=unit, actor=clerk, at=TEN)
    type(resident).objects.filter(pk=resident.pk).update(accepts_messages=False)
    days = timedelta(days=3, hours=1)
    assert remind_uncollected(TEN + days) == 0
    type(resident).objects.filter(pk=resident.pk).update(accepts_messages=True)
    receive_parcel(unit=unit, actor=clerk, at=TEN + timedelta(minutes=5))
    assert remind_uncollected(TEN + days) == 1


def test_what_was_collected_is_told_of_no_more(unit, resident, clerk):
    parcel = receive_parcel(unit=unit, actor=clerk, at=TEN)
    collect_parcel(parcel, actor=clerk, collected_by="Wang", at=TEN)
    assert remind_uncollected(TEN + timedelta(days=8)) == 0


def test_an_archived_unit_receives_nothing(unit, clerk):
    unit.is_archived = True
    assert refused(lambda: receive_parcel(unit=unit, actor=clerk)) == "unit_archived"


def test_a_line_is_entered_and_handed_out_on_one_page(login, clerk, unit, resident):
    client = login(clerk)
    line = {"unit": "3-2-501", "carrier": "SF", "shelf": "A3", "kind": "parcel", "form_token": "one"}
    assert client.post(reverse("parcel_new"), line).status_code == 303
    client.post(reverse("parcel_new"), line)
    parcel = Parcel.objects.get()
    assert "A3" in client.get(reverse("parcel_list")).content.decode()
    assert client.post(reverse("parcel_new"), line | {"unit": "9-9-999"}).status_code == 422
    client.post(reverse("parcel_collect", args=[parcel.pk]), {"collected_by": ""})
    assert Parcel.objects.get().status == "received"
    client.post(reverse("parcel_collect", args=[parcel.pk]), {"collected_by": "Wang Fang"})
    assert Parcel.objects.get().status == "collected"
    assert "Nothing waits" in client.get(reverse("parcel_list")).content.decode()
    assert "Wang Fang" in client.get(reverse("parcel_list") + "?status=collected").content.decode()


def test_parcels_are_the_desks_alone(login, guard, outsider, unit, clerk, other_estate):
    parcel = receive_parcel(unit=unit, actor=clerk, at=TEN)
    assert login(guard).get(reverse("parcel_list")).status_code == 403
    assert login(outsider).post(reverse("parcel_send_back", args=[parcel.pk])).status_code in (403, 404)
