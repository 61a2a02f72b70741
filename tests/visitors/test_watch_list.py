"""The watch list: with a reason, by somebody's word, until a day; looking is kept, and the visitor learns nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from helpdesk.audit.models import AccessEntry, Entry
from helpdesk.lib.errors import Refused
from tests.conftest import at
from visitors.models import WatchEntry
from visitors.services.watching import add_watch_entry, end_watch_entry, matches

pytestmark = pytest.mark.django_db
TEN = at("2026-11-17 10:00")
TODAY = date(2026, 11, 17)
GROUNDS: dict[str, Any] = {
    "reason": "Tried doors",
    "source": "Incident E-7",
    "ends_on": date(2027, 1, 31),
    "at": TEN,
}


def add(estate: Any, clerk: Any, **said: Any) -> WatchEntry:
    return add_watch_entry(estate=estate, actor=clerk, **GROUNDS | {"name": "Zhou Qiang"} | said)


def refused(act: Any) -> str:
    with pytest.raises(Refused) as told:
        act()
    return told.value.code


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ({"name": "周强"}, {"name": "周 强"}),
        ({"name": "Zhou Qiang"}, {"name": "zhou qiang"}),
        ({"name": "", "phone": "13900139001"}, {"phone": "+86 139 0013 9001"}),
        ({"name": "", "plate": "粤B12345"}, {"plate": "粤b·12345"}),
    ],
)
def test_somebody_is_found_however_they_are_written(estate, clerk, said, seen):
    entry = add(estate, clerk, ends_on=date(2099, 1, 1), at=at("2098-06-01 10:00"), **said)
    assert matches(estate, **seen) == [entry]
    assert matches(estate, name="Li Zhiming", phone="13900139002", plate="粤B99999") == []


def test_an_entry_of_another_estate_warns_nobody(estate, other_estate, clerk):
    add(estate, clerk, ends_on=date(2099, 1, 1), at=at("2098-06-01 10:00"))
    assert matches(other_estate, name="Zhou Qiang") == []


def test_an_ended_entry_warns_nobody(estate, clerk):
    entry = add(estate, clerk)
    end_watch_entry(entry, actor=clerk, reason="Cleared up", at=TEN)
    assert matches(estate, name="Zhou Qiang") == []
    assert refused(lambda: end_watch_entry(entry, actor=clerk, reason="Again", at=TEN)) == "already_ended"
    verbs = [e.verb for e in Entry.objects.about(entry)]
    assert verbs == ["watch.added", "watch.ended"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"reason": " "}, "reason_required"),
        ({"source": " "}, "source_missing"),
        ({"name": " "}, "nothing_to_watch_by"),
        ({"name": "", "plate": "--"}, "nothing_to_watch_by"),
        ({"phone": "12"}, "phone_invalid"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_in_the_past"),
        ({"ends_on": TODAY + timedelta(days=367)}, "ends_too_late"),
    ],
)
def test_what_has_no_grounds_or_no_end_is_refused(estate, clerk, wrong, code):
    assert refused(lambda: add(estate, clerk, **wrong)) == code
    assert not WatchEntry.objects.exists()


def test_ending_needs_a_reason(estate, clerk):
    entry = add(estate, clerk)
    assert refused(lambda: end_watch_entry(entry, actor=clerk, reason=" ", at=TEN)) == "reason_required"


def test_the_history_names_nobody(estate, clerk):
    entry = add(estate, clerk, phone="13900139001")
    told = " ".join(f"{e.target_label} {e.data}" for e in Entry.objects.about(entry))
    assert "Zhou" not in told and "139" not in told and "doors" not in told


@pytest.fixture
def form() -> dict[str, str]:
    end = date.today() + timedelta(days=30)  # noqa: DTZ011
    return {"name": "Zhou Qiang", "reason": "Tried doors", "source": "Security", "ends_on": end.isoformat()}


def test_an_entry_is_made_once_however_often_the_form_is_sent(login, clerk, form):
    client = login(clerk)
    assert client.post(reverse("watch_new"), form).status_code == 303
    again = client.post(reverse("watch_new"), form)
    assert again.status_code == 409 and WatchEntry.objects.count() == 1
    assert client.post(reverse("watch_new"), form | {"reason": ""}).status_code == 422


def test_whoever_opens_an_entry_is_kept_and_shown(login, clerk, manager, form):
    login(clerk).post(reverse("watch_new"), form)
    entry = WatchEntry.objects.get()
    listed = login(clerk).get(reverse("watch_list")).content.decode()
    assert "Tried doors" not in listed and "Zhou Qiang" not in listed
    page = login(manager).get(reverse("watch_detail", args=[entry.pk]))
    assert "Zhou Qiang" in page.content.decode() and page["Cache-Control"] == "no-store"
    looks = AccessEntry.objects.filter(subject_type="visitors.watchentry", subject_id=entry.pk)
    assert manager.pk in {look.actor_id for look in looks}
    assert str(manager) in login(clerk).get(reverse("watch_detail", args=[entry.pk])).content.decode()


def test_the_list_is_closed_to_guards_and_strangers_to_the_estate(login, guard, outsider, clerk, estate):
    entry = add(estate, clerk)
    assert login(guard).get(reverse("watch_list")).status_code == 403
    assert login(outsider).get(reverse("watch_detail", args=[entry.pk])).status_code in (403, 404)


def test_an_entry_ends_on_its_page(login, clerk, form):
    client = login(clerk)
    client.post(reverse("watch_new"), form)
    entry = WatchEntry.objects.get()
    assert client.post(reverse("watch_end", args=[entry.pk]), {"reason": ""}).status_code == 422
    assert client.post(reverse("watch_end", args=[entry.pk]), {"reason": "Cleared up"}).status_code == 303
    assert "Nobody is on the watch list" in client.get(reverse("watch_list")).content.decode()
