"""A pass of 3-2-501, ready for whatever a test does to it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.api.conftest import api  # noqa: F401
from tests.conftest import at
from visitors.models import ReleasePass, Visit
from visitors.services.pass_drafts import Goods, draft_pass
from visitors.services.release_passes import issue_pass
from visitors.services.visits import announce_visit, check_in

TEN = at("2026-11-17 10:00")
GOODS = (Goods("Sofa"), Goods("Box", 12))


@pytest.fixture
def make_pass(unit: Any, resident: Any, clerk: Any) -> Callable[..., ReleasePass]:
    def make(**kwargs: Any) -> ReleasePass:
        said = {"applicant_name": "Wang Jianguo", "applicant_relation": "owner", "items": GOODS, "at": TEN}
        seen = {"unit": unit, "actor": clerk, "id_document_type": "identity_card"}
        return draft_pass(**seen | said | kwargs)

    return make


@pytest.fixture
def issued(make_pass: Any, clerk: Any) -> Callable[[], ReleasePass]:
    return lambda: issue_pass(make_pass(), actor=clerk, at=TEN)


@pytest.fixture
def announce(estate: Any, unit: Any, clerk: Any) -> Callable[..., Visit]:
    """Li Zhiming, a guest of 3-2-501, announced at ten."""

    def make(**kwargs: Any) -> Visit:
        said = {"estate": estate, "unit": unit, "actor": clerk, "visitor_name": "Li Zhiming", "at": TEN}
        return announce_visit(**said | kwargs)

    return make


@pytest.fixture
def enter(clerk: Any) -> Callable[..., Visit]:
    """The visitor is checked in at ten with an identity card."""

    def come(visit: Visit, **kwargs: Any) -> Visit:
        return check_in(visit, **{"actor": clerk, "id_document_type": "identity_card", "at": TEN} | kwargs)

    return come


@pytest.fixture
def cast(
    clerk: Any, supervisor: Any, technician: Any, guard: Any, cashier: Any, manager: Any, admin: Any
) -> dict[str, Any]:
    """One person of each role, by its name."""
    return {
        "clerk": clerk, "supervisor": supervisor, "technician": technician, "guard": guard, "cashier": cashier,
        "manager": manager, "admin": admin,
    }  # fmt: skip


@pytest.fixture
def doors(cast: Any, login: Any, api: Any) -> dict[str, dict[str, Any]]:  # noqa: F811
    """{page | api: {role: a client of theirs that posts}}, for walks over every role."""
    programs = {role: api(person) for role, person in cast.items()}
    pages = {role: login(person) for role, person in cast.items()}
    return {
        "page": {role: client.post for role, client in pages.items()},
        "api": {role: partial(client.post, format="json") for role, client in programs.items()},
    }
