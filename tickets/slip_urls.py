"""Pages of slips."""

from django.urls import path

from tickets.views import slip_table, slips

urlpatterns = [
    path("", slips.slip_list, name="slip_list"),
    path("table/", slip_table.slip_table, name="slip_table"),
    path("export/", slip_table.slip_export, name="slip_export"),
    path("<int:pk>/", slips.detail, name="slip_detail"),
    path("<int:pk>/sign/", slips.sign, name="slip_sign"),
    path("<int:pk>/start/", slips.start, name="slip_start"),
    path("<int:pk>/complete/", slips.complete, name="slip_complete"),
    path("<int:pk>/verify/", slips.verify, name="slip_verify"),
    path("<int:pk>/cancel/", slips.cancel, name="slip_cancel"),
    path("<int:pk>/nudge/", slips.nudge, name="slip_nudge"),
    path("<int:pk>/print/", slips.slip_print, name="slip_print"),
    path("<int:pk>/print.pdf", slips.slip_pdf, name="slip_pdf"),
    path("<int:pk>/link/send/", slips.link_send, name="slip_send_link"),
    path("<int:pk>/link/revoke/", slips.link_revoke, name="slip_revoke_link"),
    path("<int:pk>/files/<int:file_pk>/", slips.slip_file, name="slip_file"),
]
