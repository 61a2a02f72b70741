"""Many tickets at once: each by its own rules; and the list as a file, of what is seen and filtered alone."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from helpdesk.audit.models import AccessEntry
from tickets.models import Reply, Ticket
from tickets.services.bulk import MOST
from tickets.services.tickets import decline_ticket, set_priority

pytestmark = pytest.mark.django_db


def do(client, act, tickets, **fields):
    data = {"act": act, "ticket": [f"{t.pk}.{t.version}" for t in tickets]}
    return client.post(
        reverse("ticket_bulk"), data | {f"{act}-{name}": value for name, value in fields.items()}
    )


def test_an_act_first_asks_to_whom_and_why(login, clerk, make_ticket, departments):
    ticket = make_ticket()
    answer = do(login(clerk), "assign", [ticket])
    assert answer.status_code == 200 and ticket.number in answer.content.decode()
    assert "Choose one" not in answer.content.decode()


def test_many_are_assigned_at_once(login, clerk, make_ticket, departments):
    tickets = [make_ticket(), make_ticket()]
    answer = do(login(clerk), "assign", tickets, department=departments["engineering"].pk)
    assert [t.number for t in answer.context["done"]] == [t.number for t in tickets]
    assert set(Ticket.objects.values_list("department__code", flat=True)) == {"engineering"}


def test_a_stale_and_a_closed_one_are_refused_and_the_rest_is_done(
    login, clerk, manager, make_ticket, departments
):
    fine, changed, ended = make_ticket(), make_ticket(), make_ticket()
    set_priority(changed, actor=manager, priority="urgent" if changed.priority != "urgent" else "normal")
    decline_ticket(ended, actor=clerk, reason="Belongs to the city.")
    ended.refresh_from_db()
    answer = do(login(clerk), "assign", [fine, changed, ended], department=departments["cleaning"].pk)
    assert [t.pk for t in answer.context["done"]] == [fine.pk]
    assert {o.ticket.pk for o in answer.context["refused"]} == {changed.pk, ended.pk}
    assert "A colleague changed this ticket" in answer.content.decode()


def test_responsibility_is_handed_over_with_a_reason_alone(login, clerk, second_clerk, make_ticket):
    ticket = make_ticket()
    client = login(clerk)
    assert do(client, "hand_over", [ticket], to=second_clerk.pk, reason="").status_code == 422
    do(client, "hand_over", [ticket], to=second_clerk.pk, reason="On leave")
    ticket.refresh_from_db()
    assert ticket.responsible == second_clerk


def test_a_note_sent_twice_stands_once(login, clerk, make_ticket):
    tickets = [make_ticket(), make_ticket()]
    client = login(clerk)
    for _again in range(2):
        do(client, "note", tickets, body="Lift firm comes at 15:00", form_token="abc")
    assert Reply.objects.filter(visibility="internal").count() == 2


def test_a_priority_is_set_on_many(login, clerk, make_ticket):
    tickets = [make_ticket(priority="normal"), make_ticket(priority="normal")]
    do(login(clerk), "priority", tickets, priority="urgent")
    assert set(Ticket.objects.values_list("priority", flat=True)) == {"urgent"}


def test_another_estates_tickets_are_never_touched(login, clerk, outsider, make_ticket, departments):
    ticket = make_ticket()
    answer = do(login(outsider), "note", [ticket], body="x")
    assert answer.status_code == 303
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    "data", [{}, {"act": "dragons"}, {"act": "assign"}, {"act": "assign", "ticket": ["x", "9" * 30]}]
)
def test_nothing_ticked_or_no_such_act_leads_back_to_the_list(data, login, clerk, make_ticket):
    assert login(clerk).post(reverse("ticket_bulk"), data).status_code == 303


def test_more_than_may_be_done_at_once_is_refused(login, clerk, make_ticket):
    ticket = make_ticket()
    data = {
        "act": "note",
        "note-body": "x",
        "ticket": [f"{ticket.pk}.1"] + [str(n) for n in range(10**6, 10**6 + MOST + 5)],
    }
    answer = login(clerk).post(reverse("ticket_bulk"), data)
    assert answer.status_code == 200 and answer.context["gone"] == MOST


def sheet(client, **query) -> list[list[str]]:
    answer = client.get(reverse("ticket_export"), query)
    assert answer.status_code == 200, answer.content
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_a_file_holds_exactly_what_is_filtered_in_the_columns_chosen(login, clerk, make_ticket):
    leak = make_ticket(topic="water")
    make_ticket("物业费多收了一个月。", topic="fees")
    client = login(clerk)
    client.post(reverse("view_columns"), {"list": "ticket_list", "columns": ["matter", "topic", "telephone"]})
    rows = sheet(client, topic="water", format="csv")
    assert rows[0] == ["Number", "Matter", "Who", "Topic", "Telephone"]
    assert [row[0] for row in rows[1:]] == [leak.number]


def test_a_file_shows_no_telephone_number_and_is_kept_in_the_access_log(login, clerk, make_ticket):
    make_ticket(reporter_name="=HYPERLINK(1)", reporter_phone="13800136021")
    client = login(clerk)
    client.post(reverse("view_columns"), {"list": "ticket_list", "columns": ["matter", "telephone"]})
    rows = sheet(client)
    assert "13800136021" not in str(rows) and "6021" in str(rows[1])
    assert rows[1][2].startswith("'=")
    entry = AccessEntry.objects.get(field="export.tickets")
    assert entry.actor == clerk


def test_a_file_holds_no_other_estates_rows(login, outsider, make_ticket):
    make_ticket()
    assert len(sheet(login(outsider), status="all")) == 1


def test_an_xlsx_is_one(login, clerk, make_ticket):
    ticket = make_ticket()
    answer = login(clerk).get(reverse("ticket_export"), {"format": "xlsx"})
    sheet_ = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert ticket.number in [cell.value for row in sheet_.iter_rows() for cell in row]
