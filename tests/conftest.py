"""The cast: one person of every role, two estates, and a unit with somebody in it."""

import gc
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from billing import triggers as billing_triggers
from helpdesk.audit import triggers
from helpdesk.estates.models import Department, Estate
from helpdesk.staff.models import Membership, User
from residents.models import Building, Occupancy, Resident, Unit
from residents.services.residents import add_phone, set_names
from tickets.models import Ticket
from tickets.services.tickets import take_ticket

SHANGHAI = ZoneInfo("Asia/Shanghai")
# How long a busy machine takes to draw an example says nothing about the desk.
hypothesis_settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("desk")
PASSWORD = "a long enough password"


def pytest_collection_finish() -> None:
    """What is loaded by now stays; looking through it for garbage again and again takes a twentieth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_triggers() -> Iterator[None]:
    """Tests that flush tables need the history's triggers out of the way; no running site has this switch."""
    flush = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        remove_triggers()
        try:
            flush(self)
        finally:
            triggers.install()
            billing_triggers.install()

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


def remove_triggers() -> None:
    """The off switch that only tests have."""
    with connection.cursor() as cursor:
        for table in triggers.WRITTEN_ONCE:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}")
        for table, name in billing_triggers.names(connection.vendor):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


@pytest.fixture(autouse=True)
def _fresh_counts(tmp_path: Any, settings: Any) -> Iterator[None]:
    """Throttles and lock-outs of one test are none of the next one's business."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    yield


def at(text: str) -> datetime:
    """A moment on Shanghai's clock: at("2026-11-17 10:42")."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def estate(db: None) -> Estate:
    return Estate.objects.create(
        code="willow",
        name="Willow Bay",
        name_zh_hans="柳湾花园",
        name_zh_hant="柳灣花園",
        telephone="0755 8226 3100",
    )


@pytest.fixture
def other_estate(db: None) -> Estate:
    return Estate.objects.create(code="maple", name="Maple Court")


def make_departments(estate: Estate) -> dict[str, Department]:
    kinds = Department.Kind
    return {
        kind.value: Department.objects.create(
            estate=estate, code=kind.value.replace("_", "-"), kind=kind, name=str(kind.label)
        )
        for kind in kinds
    }


@pytest.fixture
def departments(estate: Estate) -> dict[str, Department]:
    return make_departments(estate)


@pytest.fixture
def make_staff(db: None) -> Callable[..., User]:
    def make(
        username: str, role: str, estate: Estate, department: Department | None = None, **extra: Any
    ) -> User:
        user = User.objects.create_user(
            username, password=PASSWORD, name=extra.pop("name", username.title()), **extra
        )
        Membership.objects.create(user=user, estate=estate, role=role, department=department)
        return user

    return make


@pytest.fixture
def clerk(make_staff: Any, estate: Estate, departments: Any) -> User:
    return make_staff("clerk", "clerk", estate, departments["front_desk"])


@pytest.fixture
def second_clerk(make_staff: Any, estate: Estate, departments: Any) -> User:
    return make_staff("clerk2", "clerk", estate, departments["front_desk"])


@pytest.fixture
def supervisor(make_staff: Any, estate: Estate, departments: Any) -> User:
    return make_staff("supervisor", "supervisor", estate, departments["engineering"])


@pytest.fixture
def desk_supervisor(make_staff: Any, estate: Estate, departments: Any) -> User:
    return make_staff("desk-supervisor", "supervisor", estate, departments["front_desk"])


@pytest.fixture
def technician(make_staff: Any, estate: Estate, departments: Any) -> User:
    return make_staff("technician", "technician", estate, departments["engineering"])


@pytest.fixture
def guard(make_staff: Any, estate: Estate, departments: Any) -> User:
    return make_staff("guard", "guard", estate, departments["security"])


@pytest.fixture
def cashier(make_staff: Any, estate: Estate, departments: Any) -> User:
    return make_staff("cashier", "cashier", estate, departments["finance"])


@pytest.fixture
def manager(make_staff: Any, estate: Estate) -> User:
    return make_staff("manager", "manager", estate)


@pytest.fixture
def admin(make_staff: Any, estate: Estate) -> User:
    return make_staff("admin", "admin", estate)


@pytest.fixture
def outsider(make_staff: Any, other_estate: Estate) -> User:
    return make_staff("outsider", "clerk", other_estate)


@pytest.fixture
def building(estate: Estate) -> Building:
    return Building.objects.create(estate=estate, code="3", floors=12)


@pytest.fixture
def unit(building: Building) -> Unit:
    return Unit.objects.create(
        estate=building.estate, building=building, code="3-2-501", entrance="2", floor=5, area_m2="89.40"
    )


@pytest.fixture
def resident(unit: Unit) -> Resident:
    """Wang Jianguo, owner of 3-2-501, telephone 138 0013 6021."""
    person = Resident.objects.create(
        estate=unit.estate, name="Wang Jianguo", other_name="王建国", language="zh-hans"
    )
    set_names(person)
    add_phone(person, actor=None, number="13800136021", is_primary=True)
    Occupancy.objects.create(
        unit=unit, resident=person, relation="owner", since=date(2014, 5, 1), is_primary=True, is_payer=True
    )
    return person


@pytest.fixture
def make_ticket(estate: Estate, clerk: User) -> Callable[..., Ticket]:
    def make(description: str = "厨房水管漏水，水已流到走廊。", **kwargs: Any) -> Ticket:
        return take_ticket(
            **{"estate": estate, "channel": "phone", "actor": clerk, "description": description} | kwargs
        )

    return make


@pytest.fixture
def login() -> Callable[[User], Client]:
    """A browser logged in as somebody, reading English."""

    def make(user: User) -> Client:
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make
