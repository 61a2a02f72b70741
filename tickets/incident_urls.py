"""Pages of incidents."""

from django.urls import path

from tickets.views import incident_acts, incidents

urlpatterns = [
    path("", incidents.incident_list, name="incident_list"),
    path("new/", incidents.new, name="incident_new"),
    path("<int:pk>/", incidents.detail, name="incident_detail"),
    path("<int:pk>/callers/", incident_acts.caller, name="incident_caller"),
    path("<int:pk>/tickets/", incident_acts.join, name="incident_join"),
    path("<int:pk>/notes/", incident_acts.note, name="incident_note"),
    path("<int:pk>/notices/", incident_acts.notice, name="incident_notice"),
    path(
        "<int:pk>/notices/<int:notice_pk>/release/",
        incident_acts.notice_release,
        name="incident_notice_release",
    ),
    path(
        "<int:pk>/notices/<int:notice_pk>/withdraw/",
        incident_acts.notice_withdraw,
        name="incident_notice_withdraw",
    ),
    path("<int:pk>/edit/", incident_acts.edit, name="incident_edit"),
    path("<int:pk>/close/", incident_acts.close, name="incident_close"),
    path("<int:pk>/reopen/", incident_acts.reopen, name="incident_reopen"),
]
