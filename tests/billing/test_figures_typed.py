"""Readings as they are typed and pasted."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from billing.figures_typed import reading_in
from billing.models import MeterReading
from billing.services.meters import add_meter
from tests.tickets.acts import refused


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1234", "1234"),
        ("1,234", "1234"),
        ("1,234 度", "1234"),
        ("１２３４．５", "1234.5"),
        ("１，２３４　度", "1234"),
        ("1 234.5", "1234.5"),
        ("12,345,678", "12345678"),
        ("0012.30m³", "12.3"),
        ("88 kWh", "88"),
        ("17.", "17"),
        ("17.12345", "17.123"),
    ],
)
def test_a_reading_is_read_as_people_write_it(written, value):
    assert reading_in(written) == D(value)


@pytest.mark.parametrize(
    "written",
    ["", "much", "1,5", "12,34", "1,2345", "12O", "-3", "1e5", "NaN", "12 34", "9" * 10, "1" * 60, "1.2.3"],
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(written):
    with refused("not_a_figure"):
        reading_in(written)


@pytest.mark.django_db
def test_the_grid_keeps_what_was_pasted_and_passes_over_blank_rows(unit, manager, water, login):
    rows = [
        add_meter(unit, actor=None, charge_item=water, number=f"W{n}", installed_on=date(2026, 1, 1))
        for n in range(4)
    ]
    typed = dict(zip([f"m{meter.pk}" for meter in rows], ["1,234 度", "", "１２３４", "12O"], strict=True))
    page = login(manager).post(reverse("meter_grid"), {"period": "2026-11", "item": water.pk, **typed})
    assert page.status_code == 409 and page.context["errors"] == 1
    kept = dict(MeterReading.objects.values_list("meter__number", "value"))
    assert kept == {"W0": D(1234), "W2": D(1234)}
