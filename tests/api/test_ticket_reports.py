"""Reports about tickets: the groups of every grouping make up the total (API, reports)."""

import pytest

from tickets.models import FollowUp
from tickets.services import tickets
from tickets.services.follow_ups import record_follow_up

pytestmark = pytest.mark.django_db
OF_TICKETS = ["class", "topic", "priority", "department", "building"]
OF_VISITS = ["class", "department", "outcome"]


@pytest.fixture
def some(resolved, make_ticket, unit, clerk, second_clerk):
    resolved(unit=unit, topic="water")
    record_follow_up(
        FollowUp.objects.get(ticket=resolved(unit=unit)), actor=second_clerk, outcome="so_so", score=3
    )
    grumble = make_ticket("请问停车收费", topic="parking", priority="urgent")
    tickets.classify_ticket(grumble, actor=clerk, complaint_class="inquiry")
    make_ticket("电梯坏了", topic="lift")


@pytest.mark.parametrize(
    ("report", "group_by", "counted"),
    [("complaints", by, "new") for by in OF_TICKETS]
    + [("timeliness", by, "answered") for by in OF_TICKETS]
    + [("follow-ups", by, "planned") for by in OF_VISITS],
)
def test_the_groups_of_a_report_make_up_its_total(report, group_by, counted, some, api, manager, estate):
    client = api(manager)
    told = client.get(f"/api/v1/reports/{report}/", {"estate": estate.pk, "group_by": group_by}).json()
    assert (told["group_by"], told["estate"]) == (group_by, estate.pk)
    assert sum(group["figures"][counted] for group in told["groups"]) == told["total"][counted]
    assert len({group["key"] for group in told["groups"]}) == len(told["groups"])
    plain = client.get(f"/api/v1/reports/{report}/", {"estate": estate.pk}).json()
    assert plain["total"] == told["total"] and plain["groups"] == []


def test_a_report_reads_its_days_and_names_what_is_wrong(some, api, manager):
    client = api(manager)
    old = client.get("/api/v1/reports/complaints/", {"from": "2020-01-01", "to": "2020-01-31"}).json()
    assert (old["from"], old["to"], old["total"]["new"]) == ("2020-01-01", "2020-01-31", 0)
    answer = client.get("/api/v1/reports/complaints/", {"group_by": "colour"})
    assert answer.status_code == 400 and answer.json()["errors"][0]["attr"] == "group_by"


def test_a_supervisor_reads_the_own_departments_figures_alone(some, api, supervisor, manager):
    own = api(supervisor).get("/api/v1/reports/complaints/", {"group_by": "department"}).json()
    whole = api(manager).get("/api/v1/reports/complaints/").json()
    assert {group["key"] for group in own["groups"]} == {str(supervisor.memberships.get().department_id)}
    assert own["total"]["new"] == 2 < whole["total"]["new"] == 4
