"""Pages of handovers and of the day's log."""

from django.urls import path

from tickets.views import day_logs, handover_acts, handovers

urlpatterns = [
    path("", handovers.handover_list, name="handover_list"),
    path("new/", handovers.new, name="handover_new"),
    path("closing-list/", handovers.closing_list, name="handover_closing_list"),
    path("<int:pk>/", handovers.detail, name="handover_detail"),
    path("<int:pk>/print/", handovers.handover_print, name="handover_print"),
    path("<int:pk>/refresh/", handover_acts.refresh, name="handover_refresh"),
    path("<int:pk>/lines/", handover_acts.line_add, name="handover_line_add"),
    path("<int:pk>/lines/<int:line_pk>/remove/", handover_acts.line_remove, name="handover_line_remove"),
    path("<int:pk>/lines/<int:line_pk>/note/", handover_acts.line_note, name="handover_line_note"),
    path("<int:pk>/give/", handover_acts.give, name="handover_give"),
    path("<int:pk>/take/", handover_acts.take, name="handover_take"),
    path("log/", day_logs.log_list, name="day_log_list"),
    path("log/entries/", day_logs.entry_add, name="day_log_entry_add"),
    path("log/entries/<int:pk>/task/", day_logs.entry_task, name="day_log_entry_task"),
    path("log/<str:day>/", day_logs.log, name="day_log"),
    path("log/<str:day>/sign/", day_logs.sign, name="day_log_sign"),
    path("log/<str:day>/print/", day_logs.log_print, name="day_log_print"),
]
