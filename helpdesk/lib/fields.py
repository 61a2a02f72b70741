"""Model fields for personal data."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact

from helpdesk.lib.crypto import seal, unseal
from helpdesk.lib.sealed import Mask, Sealed, clear, hide


class IsEmpty(Exact):
    """`field=""` and nothing else: two seals of one text are never equal."""

    def get_prep_lookup(self) -> Any:
        if self.rhs not in ("", None):
            raise _not_comparable(self.lhs.output_field)
        return self.rhs


class SealedTextField(models.TextField):
    """Text that stands sealed in the database. It can't be searched: keep a keyed hash for that.

    Python reads it, but what is shown is masked by `mask`, and hidden whole where none is named; `mask=None` is for what
    is no personal data, such as the secret of a link. `helpdesk.lib.sealed.clear` opens it.
    """

    def __init__(self, *args: Any, purpose: str = "", mask: Mask | None = hide, **kwargs: Any) -> None:
        self.purpose, self.mask = purpose, mask
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"purpose": self.purpose}

    def get_prep_value(self, value: Any) -> Any:
        return seal(clear(value) if isinstance(value, str) else str(value), self.purpose) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        text = unseal(value, self.purpose)
        return Sealed(text, self.mask) if self.mask else text

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return IsEmpty
        if lookup_name != "isnull":
            raise _not_comparable(self)
        return super().get_lookup(lookup_name)


def _not_comparable(field: Any) -> FieldError:
    return FieldError(f"{field.name} is sealed and can't be compared; look for its keyed hash.")
