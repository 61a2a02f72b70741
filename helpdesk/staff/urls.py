"""Pages of staff about themselves."""

from django.urls import path

from helpdesk.staff import list_pages, views
from helpdesk.staff.access import needs
from helpdesk.staff.log_in import OwnPasswordPage

urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new/", views.new, name="token_new"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="token_revoke"),
    path("password/", needs("desk.view")(OwnPasswordPage.as_view()), name="password_change"),
    path("lists/views/", list_pages.save, name="view_save"),
    path("lists/views/<int:pk>/drop/", list_pages.drop, name="view_drop"),
    path("lists/columns/", list_pages.columns, name="view_columns"),
    path("lists/opens/", list_pages.opens, name="view_opens"),
]
