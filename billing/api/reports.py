"""Reports of the fees: the very figures of page and dashboard, as numbers."""

from datetime import date, datetime
from typing import Any

from billing.figures import AGES, ZERO, Span, ageing, collection_figures, rate_of
from helpdesk.estates.models import Estate
from helpdesk.staff.reports import ReportView


class CollectionView(ReportView):
    """Billed, collected and prior arrears in the period and the one before; the rates in per cent."""

    permission = "billing.figures"
    groupings = {name: name for name in ("item", "building", "use", "period")}

    def scope_of(self, user: Any, estate: Estate, first: date, last: date) -> Span:
        return Span(estate, first, last)

    def figures(self, scope: Span, at: datetime, group_by: str) -> Any:
        return collection_figures(scope, group_by=group_by)

    def told(self, row: dict[str, Any]) -> dict[str, Any]:
        rates = {
            f"{prefix}{name}": rate_of(row[f"{prefix}{part}"], row[f"{prefix}{whole}"])
            for prefix in ("", "before_")
            for name, part, whole in (("rate", "paid", "billed"), ("prior_rate", "prior_paid", "prior"))
        }
        return {name: float(amount) for name, amount in row.items()} | rates


class AgeingView(ReportView):
    """What is past due and unpaid on the last day, by days since it fell due: up to 30, 60, 90, 180, 365, and beyond."""

    permission = "billing.figures"
    groupings = {name: name for name in ("item", "building", "use", "period")}

    def scope_of(self, user: Any, estate: Estate, first: date, last: date) -> Span:
        return Span(estate, first, last)

    def figures(self, scope: Span, at: datetime, group_by: str) -> Any:
        rows = ageing(scope, group_by=group_by)
        if not group_by:
            return {row["age"]: row["amount"] for row in rows}
        found: dict[Any, dict[Any, Any]] = {}
        for row in rows:
            found.setdefault(row["key"], {"key": row["key"]})[row["age"]] = row["amount"]
        return list(found.values())

    def told(self, row: dict[Any, Any]) -> dict[str, Any]:
        named = {str(age) if age else "older": float(row.get(age, ZERO)) for age in (*AGES, 0)}
        return named | {"sum": float(sum(row.values(), ZERO))}
