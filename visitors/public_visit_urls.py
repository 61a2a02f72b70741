"""Pages of visits without an account: announcing somebody, confirming it, the host's answer, the visitor's QR code."""

from django.urls import path

from visitors.views import public_visits, visit_links

urlpatterns = [
    path("h/<str:secret>/", visit_links.visit_host_link, name="visit_host_link"),
    path("i/<str:code>/", visit_links.visit_invitation, name="visit_invitation"),
    path("v/<str:secret>/", public_visits.visit_confirm_link, name="visit_confirm_link"),
    path("<slug:estate_code>/visitor/", public_visits.public_visit, name="public_visit"),
]
