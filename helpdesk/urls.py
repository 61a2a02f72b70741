"""Every address of the house."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from helpdesk.staff.log_in import LogInPage

urlpatterns = [
    path("", include("helpdesk.desk.urls")),
    path("login/", LogInPage.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", include("django.conf.urls.i18n")),
    path("", include("helpdesk.staff.urls")),
    path("tickets/", include("tickets.urls")),
    path("residents/", include("residents.urls")),
    path("residents/", include("residents.procedure_urls")),
    path("fees/", include("billing.urls")),
    path("visitors/", include("visitors.urls")),
    path("release-passes/", include("visitors.pass_urls")),
    path("gate/", include("visitors.gate_urls")),
    path("p/", include("visitors.public_visit_urls")),
    path("p/", include("tickets.public_urls")),
    path("p/", include("visitors.public_pass_urls")),
    path("api/v1/", include("helpdesk.api_urls")),
    path("admin/", admin.site.urls),
]
