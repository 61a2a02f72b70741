"""Pages of staff about themselves."""

from django.urls import path

from helpdesk.staff import views

urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new/", views.new, name="token_new"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="token_revoke"),
]
