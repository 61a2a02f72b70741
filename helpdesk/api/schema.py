"""The OpenAPI description: the package's own, with our error shape."""

from drf_standardized_errors.openapi import AutoSchema


class DeskSchema(AutoSchema):
    """Tags a path by its noun, so that the page of documents reads like the desk."""

    def get_tags(self) -> list[str]:
        words = [w for w in self.path.split("/") if w and not w.startswith("{")]
        return [words[2] if len(words) > 2 else words[-1]]
