"""Pages without an account: asking for a pass, confirming that one asked, the owner's answer."""

from django.urls import path

from visitors.views import public_passes

urlpatterns = [
    path("c/<str:secret>/", public_passes.consent_link, name="consent_link"),
    path("r/<str:secret>/", public_passes.pass_confirm_link, name="pass_confirm_link"),
    path("<slug:estate_code>/release-pass/", public_passes.public_pass, name="public_pass"),
]
