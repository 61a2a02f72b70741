"""Somebody with two roles in two estates acts in each with that one alone (docs/domain.md §1)."""

import pytest

from helpdesk.staff.models import Membership
from tickets.models import Slip
from tickets.scopes import slip_scope


@pytest.fixture
def clerk_here_guard_there(clerk, other_estate):
    Membership.objects.create(user=clerk, estate=other_estate, role="guard")
    return clerk


@pytest.mark.parametrize("page", ["/residents/", "/tickets/contacts/"])
def test_a_role_elsewhere_opens_no_list_here(clerk_here_guard_there, estate, other_estate, login, page):
    browser = login(clerk_here_guard_there)
    browser.post("/switch-estate/", {"estate": estate.pk})
    assert browser.get(page).status_code == 200
    browser.post("/switch-estate/", {"estate": other_estate.pk})
    assert browser.get(page).status_code == 403


def test_a_supervisor_of_no_department_sees_no_departments_slips(make_staff, estate):
    lost = make_staff("lost", "supervisor", estate)
    assert not Slip.objects.filter(slip_scope(lost)).exists()
    assert "IS NULL" not in str(Slip.objects.filter(slip_scope(lost)).query)
