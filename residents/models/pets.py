"""Animals of a household, as far as the estate has to know them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from residents.models.kept import KeptRecord


class Pet(KeptRecord):
    """A dog, a cat: what it is called, its licence, and until when its vaccination holds."""

    class Kind(models.TextChoices):
        DOG = "dog", _("Dog")
        CAT = "cat", _("Cat")
        BIRD = "bird", _("Bird")
        OTHER = "other", _("Other animal")

    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.DOG)
    name = models.CharField(_("called"), max_length=40, blank=True)
    breed = models.CharField(_("breed and colour"), max_length=60, blank=True)
    licence = models.CharField(_("licence number"), max_length=40, blank=True)
    vaccinated_until = models.DateField(_("vaccinated until"), null=True, blank=True)

    class Meta(KeptRecord.Meta):
        abstract = False
        verbose_name = _("pet")
        verbose_name_plural = _("pets")

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())
