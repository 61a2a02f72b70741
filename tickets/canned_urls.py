"""Pages of canned replies."""

from django.urls import path

from tickets.views import canned_replies

urlpatterns = [
    path("", canned_replies.canned_list, name="canned_list"),
    path("new/", canned_replies.new, name="canned_new"),
    path("<int:pk>/", canned_replies.edit, name="canned_edit"),
    path("<int:pk>/archive/", canned_replies.archive, name="canned_archive"),
]
