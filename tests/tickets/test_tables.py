"""Slips, follow-up visits and registers as tables: narrowed, kept as a view, in chosen columns, as a file."""

import csv
import io

import pytest
from django.urls import reverse

from helpdesk.audit.models import AccessEntry
from helpdesk.staff.models import SavedView
from tests.tickets.acts import bring_to
from tests.tickets.counting import cost
from tickets.models import Slip
from tickets.services.contacts import take_contact
from tickets.services.slips import issue_slip, sign_slip

pytestmark = pytest.mark.django_db
TABLES = ["slip_table", "follow_up_table", "contact_list"]


def shown(client, name, **query):
    return [row["id"] for row in client.get(reverse(name), query).context["rows"]]


def lines(client, name, **query):
    answer = client.get(reverse(name), query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def slips(make_ticket, clerk, technician, departments):
    ticket = make_ticket(complaint_class="valid")
    engineering, cleaning = departments["engineering"], departments["cleaning"]
    leak = issue_slip(actor=clerk, department=engineering, instructions="=1+1 leak", ticket=ticket)
    sweep = issue_slip(actor=clerk, department=cleaning, instructions="Sweep the stairs", ticket=ticket)
    sign_slip(leak, actor=technician)
    return {"leak": leak, "sweep": sweep}


def test_slips_are_narrowed_by_state_department_and_words(login, clerk, slips, departments):
    client = login(clerk)
    leak, sweep = f"slip-{slips['leak'].pk}", f"slip-{slips['sweep'].pk}"
    assert shown(client, "slip_table") == [sweep, leak]
    assert shown(client, "slip_table", status="issued") == [sweep]
    assert shown(client, "slip_table", status="running", department=departments["engineering"].pk) == [leak]
    assert shown(client, "slip_table", q="stairs") == [sweep]
    assert shown(client, "slip_table", kind="non_conformity") == []
    # What is no filter of ours leaves the list as it is.
    assert shown(client, "slip_table", status="lost", issued_from="yesterday") == [sweep, leak]


def test_a_technician_sees_their_own_slips_in_the_table_and_takes_none_out(login, technician, slips):
    client = login(technician)
    assert shown(client, "slip_table") == [f"slip-{slips['leak'].pk}"]
    assert client.get(reverse("slip_export")).status_code == 403


def test_follow_up_visits_are_narrowed_by_state_and_outcome(login, clerk, make_ticket, departments):
    ticket = make_ticket()
    bring_to(ticket, "resolved", actor=clerk, department=departments["engineering"])
    visit = f"follow-up-{ticket.follow_ups.get().pk}"
    client = login(clerk)
    assert shown(client, "follow_up_table") == shown(client, "follow_up_table", status="scheduled") == [visit]
    assert shown(client, "follow_up_table", outcome="dissatisfied") == []
    assert shown(client, "follow_up_table", due_from="2999-01-01") == []


def test_what_is_filtered_comes_as_a_file_without_formulas_and_is_kept_who_took_it(login, clerk, slips):
    client = login(clerk)
    head, *rows = lines(client, "slip_export", status="signed")
    assert "Job" in head and [row[head.index("Job")] for row in rows] == ["'=1+1 leak"]
    entry = AccessEntry.objects.get(field="export.slips")
    assert entry.actor == clerk and "status=signed" in entry.reason


def test_a_registers_file_holds_no_whole_number(login, clerk, estate):
    take_contact(estate=estate, kind="call", actor=clerk, name="Zhao", phone="13900001111", summary="Asks")
    text = str(lines(login(clerk), "contact_export", kind="call"))
    assert "Zhao" in text and "13900001111" not in text and "1111" in text


@pytest.mark.parametrize("name", TABLES)
def test_each_table_keeps_views_and_columns(name, login, clerk, slips):
    client = login(clerk)
    kept = {"list": name, "name": "Mine", "query": "mine=on", "columns": ["unit", "who"]}
    answer = client.post(reverse("view_save"), kept)
    assert answer.status_code == 303 and SavedView.objects.get().list_name == name
    page = client.get(answer["Location"])
    assert [chip["label"] for chip in page.context["views"] if chip["active"]] == ["Mine"]
    assert len(page.context["columns"]) <= 2


def test_a_table_costs_the_same_at_one_row_and_at_thirty(login, clerk, make_ticket, departments, slips):
    client = login(clerk)
    one = cost(client, reverse("slip_table"))
    for _ in range(20):
        issue_slip(
            actor=clerk,
            department=departments["engineering"],
            instructions="x",
            ticket=slips["leak"].ticket,
            unit=slips["leak"].unit,
        )
    assert Slip.objects.count() == 22
    assert cost(client, reverse("slip_table")) == one <= 4
