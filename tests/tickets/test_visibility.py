"""Who sees which tickets, slips and visits (docs/domain.md §1)."""

import pytest

from tests.tickets.acts import MORNING, bring_to
from tickets.models import Contact, FollowUp, Slip, Ticket
from tickets.services.contacts import take_contact
from tickets.services.slips import issue_slip, sign_slip


@pytest.fixture
def world(make_ticket, clerk, departments, technician):
    """A ticket of engineering with a slip that the technician signed, one of cleaning with a slip nobody signed."""
    ours = bring_to(make_ticket(at=MORNING), "assigned", actor=clerk, department=departments["engineering"])
    theirs = bring_to(make_ticket(at=MORNING), "resolved", actor=clerk, department=departments["cleaning"])
    slip = issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", ticket=ours)
    sign_slip(slip, actor=technician)
    apart = issue_slip(actor=clerk, department=departments["cleaning"], instructions="Sweep")
    return {"ours": ours, "theirs": theirs, "slip": slip, "apart": apart}


def seen(user):
    rows = (Ticket, Slip, FollowUp)
    return tuple(model.objects.visible_to(user).count() for model in rows)


@pytest.mark.parametrize(
    ("who", "tickets_slips_visits"),
    [
        ("clerk", (2, 2, 1)),
        ("manager", (2, 2, 1)),
        ("desk_supervisor", (2, 2, 1)),
        ("supervisor", (1, 1, 0)),
        ("technician", (1, 1, 0)),
        ("guard", (0, 0, 0)),
        ("cashier", (0, 0, 0)),
        ("admin", (0, 0, 0)),
        ("outsider", (0, 0, 0)),
    ],
)
def test_each_role_sees_its_own_part(world, who, tickets_slips_visits, request):
    assert seen(request.getfixturevalue(who)) == tickets_slips_visits


def test_a_technician_sees_what_waits_for_a_signature_until_a_colleague_signs(
    world, make_staff, estate, departments, technician, clerk
):
    colleague = make_staff("technician2", "technician", estate, departments["engineering"])
    fresh = issue_slip(actor=clerk, department=departments["engineering"], instructions="Look again")
    assert list(Slip.objects.visible_to(colleague)) == [fresh]
    sign_slip(fresh, actor=technician)
    assert not Slip.objects.visible_to(colleague).exists()


def test_a_supervisor_sees_the_ticket_behind_a_slip_of_the_own_department(
    make_ticket, clerk, departments, supervisor
):
    ticket = bring_to(make_ticket(at=MORNING), "assigned", actor=clerk, department=departments["cleaning"])
    assert not Ticket.objects.visible_to(supervisor).exists()
    issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", ticket=ticket)
    assert Ticket.objects.visible_to(supervisor).get() == ticket


def test_somebody_who_left_sees_nothing(world, clerk):
    clerk.memberships.update(is_active=False)
    assert seen(type(clerk).objects.get(pk=clerk.pk)) == (0, 0, 0)


def test_the_registers_stay_in_their_estate(estate, clerk, outsider):
    take_contact(estate=estate, kind="call", actor=clerk)
    assert Contact.objects.visible_to(clerk).count() == 1
    assert not Contact.objects.visible_to(outsider).exists()
