"""Pages of visitors: today, each visit, papers."""

from django.urls import path

from visitors.views import (
    parcels,
    visit_acts,
    visit_board,
    visit_forms,
    visit_list,
    visit_papers,
    visits,
    watch_list,
)

urlpatterns = [
    path("", visit_board.board, name="visit_board"),
    path("list/", visit_list.visit_list, name="visit_list"),
    path("list/export/", visit_list.visit_export, name="visit_export"),
    path("new/", visit_forms.new, name="visit_new"),
    path("suspicious/", visit_acts.stranger, name="visit_stranger"),
    path("repeat/", visit_forms.repeat, name="visit_repeat"),
    path("watch-list/", watch_list.watch_list, name="watch_list"),
    path("watch-list/new/", watch_list.new, name="watch_new"),
    path("watch-list/<int:pk>/", watch_list.detail, name="watch_detail"),
    path("watch-list/<int:pk>/end/", watch_list.end, name="watch_end"),
    path("parcels/", parcels.parcel_list, name="parcel_list"),
    path("parcels/new/", parcels.new, name="parcel_new"),
    path("parcels/<int:pk>/collect/", parcels.collect, name="parcel_collect"),
    path("parcels/<int:pk>/send-back/", parcels.send_back, name="parcel_send_back"),
    path("headcount/", visit_papers.headcount, name="visit_headcount"),
    path("headcount/headcount.pdf", visit_papers.headcount_pdf, name="visit_headcount_pdf"),
    path("code/<str:code>/", visits.by_code, name="visit_code"),
    path("<int:pk>/", visits.detail, name="visit_detail"),
    path("<int:pk>/check-in/", visit_acts.check_in, name="visit_check_in"),
    path("<int:pk>/seat/", visit_acts.seat, name="visit_seat"),
    path("<int:pk>/check-out/", visit_acts.check_out, name="visit_check_out"),
    path("<int:pk>/refuse/", visit_acts.refuse, name="visit_refuse"),
    path("<int:pk>/stay/", visit_acts.extend, name="visit_stay"),
    path("<int:pk>/suspicious/", visit_acts.suspicious, name="visit_suspicious"),
    path("<int:pk>/confirm/", visit_acts.confirm, name="visit_confirm"),
    path("<int:pk>/tell-host/", visit_acts.tell_host, name="visit_tell_host"),
    path("<int:pk>/host-answer/", visit_acts.host_answer, name="visit_host_answer"),
    path("<int:pk>/invite/", visit_acts.invite, name="visit_invite"),
    path("<int:pk>/badge/", visit_papers.badge, name="visit_badge"),
    path("<int:pk>/badge.pdf", visit_papers.badge_pdf, name="visit_badge_pdf"),
]
