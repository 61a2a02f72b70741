"""Pages of slips."""

from django.urls import path

from tickets.views import slips

urlpatterns = [
    path("", slips.slip_list, name="slip_list"),
    path("<int:pk>/", slips.detail, name="slip_detail"),
    path("<int:pk>/sign/", slips.sign, name="slip_sign"),
    path("<int:pk>/start/", slips.start, name="slip_start"),
    path("<int:pk>/complete/", slips.complete, name="slip_complete"),
    path("<int:pk>/verify/", slips.verify, name="slip_verify"),
    path("<int:pk>/cancel/", slips.cancel, name="slip_cancel"),
    path("<int:pk>/nudge/", slips.nudge, name="slip_nudge"),
    path("<int:pk>/print/", slips.slip_print, name="slip_print"),
    path("<int:pk>/files/<int:file_pk>/", slips.slip_file, name="slip_file"),
]
