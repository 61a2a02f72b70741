"""Views of lists: one's own, the department's, everybody's; the columns one wants; the view a list opens with."""

import pytest
from django.urls import reverse

from helpdesk.audit.models import AccessEntry
from helpdesk.staff.models import Membership, SavedView

pytestmark = pytest.mark.django_db


def keep(client, name="Leaks", **extra):
    data = {
        "list": "ticket_list",
        "name": name,
        "query": "topic=water&before=x",
        "columns": ["matter", "topic"],
    } | extra
    return client.post(reverse("view_save"), data)


def names(client) -> list[str]:
    answer = client.get(reverse("ticket_list"), {"view": "0"})
    return [chip["label"] for chip in answer.context["views"] if chip.get("icon")]


def heads(client, query="?view=0") -> list[str]:
    return [str(c["label"]) for c in client.get(reverse("ticket_list") + query).context["columns"]]


def test_a_view_keeps_filters_and_columns_under_a_name(login, clerk, make_ticket):
    leak = make_ticket(topic="water")
    make_ticket("物业费多收了一个月。", topic="fees")
    client = login(clerk)
    answer = keep(client)
    assert (
        answer.status_code == 303
        and "topic=water" in answer["Location"]
        and "before" not in answer["Location"]
    )
    page = client.get(answer["Location"])
    assert [row["id"] for row in page.context["rows"]] == [f"ticket-{leak.pk}"]
    assert [str(c["label"]) for c in page.context["columns"]] == ["Matter", "Topic"]
    assert [chip["label"] for chip in page.context["views"] if chip["active"]] == ["Leaks"]


def test_the_same_name_again_changes_the_view(login, clerk, make_ticket):
    make_ticket()
    client = login(clerk)
    keep(client)
    keep(client, query="topic=fees")
    assert SavedView.objects.get().query == "topic=fees"


@pytest.mark.parametrize(
    "shared,mine,team,others",
    [("", True, False, False), ("department", True, True, False), ("estate", True, True, True)],
)
def test_a_view_is_seen_by_whom_it_is_lent_to(
    shared, mine, team, others, login, clerk, second_clerk, manager, outsider, make_ticket
):
    make_ticket()
    keep(login(clerk), shared=shared)
    assert [("Leaks" in names(login(who))) for who in (clerk, second_clerk, manager)] == [mine, team, others]
    assert names(login(outsider)) == []


def test_somebody_in_no_department_lends_to_none(login, manager):
    client = login(manager)
    keep(client, shared="department")
    assert not SavedView.objects.exists()


def test_a_view_without_a_name_is_not_kept(login, clerk):
    assert keep(login(clerk), name="  ").status_code == 303
    assert not SavedView.objects.exists()


def test_only_its_owner_takes_a_view_away(login, clerk, second_clerk, outsider, make_ticket):
    keep(login(clerk), shared="estate")
    view = SavedView.objects.get()
    drop = reverse("view_drop", args=[view.pk])
    assert login(outsider).post(drop).status_code == 404
    assert login(second_clerk).post(drop).status_code == 409
    assert SavedView.objects.exists()
    assert login(clerk).post(drop).status_code == 303
    assert not SavedView.objects.exists()


def test_columns_are_kept_for_each_person(login, clerk, second_clerk, make_ticket):
    make_ticket()
    client = login(clerk)
    client.post(reverse("view_columns"), {"list": "ticket_list", "columns": ["matter", "channel", "dragons"]})
    assert heads(client) == ["Matter", "Channel"]
    assert len(heads(login(second_clerk))) == 8
    client.post(reverse("view_columns"), {"list": "ticket_list", "usual": "1"})
    assert len(heads(client)) == 8


def test_the_list_opens_with_the_view_one_has_chosen(login, clerk, make_ticket):
    make_ticket()
    client = login(clerk)
    keep(client, opens="1")
    answer = client.get(reverse("ticket_list"))
    assert answer.status_code == 302 and "topic=water" in answer["Location"]
    assert client.get(reverse("ticket_list"), {"status": "open"}).status_code == 200
    client.post(reverse("view_opens"), {"list": "ticket_list", "view": ""})
    assert client.get(reverse("ticket_list")).status_code == 200


def test_a_view_that_left_with_the_department_is_no_longer_offered(login, clerk, second_clerk, departments):
    keep(login(clerk), shared="department", opens="1")
    Membership.objects.filter(user=second_clerk).update(department=departments["cleaning"])
    assert names(login(second_clerk)) == []


@pytest.mark.parametrize("list_name,status", [("dragons", 400), ("desk", 400), ("ticket_list", 403)])
def test_lists_that_are_none_or_not_open_keep_no_views(list_name, status, login, guard):
    assert login(guard).post(reverse("view_save"), {"list": list_name, "name": "x"}).status_code == status


@pytest.mark.parametrize(
    "query", ["q=13800136021", "q=138+0013+6021", "q=%2B86-138-0013-6021", "unit=0755-1234567"]
)
def test_a_view_keeps_no_telephone_number(login, clerk, query):
    answer = keep(login(clerk), query=query)
    assert query in answer["Location"] and not SavedView.objects.exists()


@pytest.mark.parametrize("query", ["q=T-2026-000001", "issued_from=2026-11-28", "unit=3-2-501"])
def test_days_and_our_own_numbers_are_kept(login, clerk, query):
    keep(login(clerk), query=query)
    assert SavedView.objects.get().query == query


def test_the_access_log_keeps_no_typed_words(login, clerk):
    query = {"q": "13800136021", "unit": "Wang", "topic": "water", "format": "csv"}
    assert login(clerk).get(reverse("ticket_export"), query).status_code == 200
    assert AccessEntry.objects.get(field="export.tickets").reason == "csv q=…&unit=…&topic=water"
