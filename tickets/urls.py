"""Pages of staff: tickets, registers, follow-up visits; slips have a file of their own."""

from django.urls import include, path

from tickets.views import acts, contacts, files, follow_ups, lists, replies, tickets

urlpatterns = [
    path("", lists.ticket_list, name="ticket_list"),
    path("new/", tickets.new, name="ticket_new"),
    path("suggest/", tickets.suggest, name="ticket_suggest"),
    path("slips/", include("tickets.slip_urls")),
    path("follow-ups/", follow_ups.follow_up_list, name="follow_up_list"),
    path("follow-ups/<int:pk>/", follow_ups.detail, name="follow_up_detail"),
    path("follow-ups/<int:pk>/attempt/", follow_ups.attempt, name="follow_up_attempt"),
    path("follow-ups/<int:pk>/record/", follow_ups.record, name="follow_up_record"),
    path("follow-ups/<int:pk>/wish/", follow_ups.wish, name="follow_up_wish"),
    path("contacts/", contacts.contact_list, name="contact_list"),
    path("contacts/new/", contacts.new, name="contact_new"),
    path("contacts/<int:pk>/called-back/", contacts.called_back, name="contact_called_back"),
    path("promises/", replies.promises, name="ticket_promises"),
    path("<int:pk>/", tickets.detail, name="ticket_detail"),
    path("<int:pk>/classify/", acts.classify, name="ticket_classify"),
    path("<int:pk>/assign/", acts.assign, name="ticket_assign"),
    path("<int:pk>/start/", acts.start, name="ticket_start"),
    path("<int:pk>/priority/", acts.priority, name="ticket_priority"),
    path("<int:pk>/edit/", acts.edit, name="ticket_edit"),
    path("<int:pk>/hand-over/", acts.hand_over, name="ticket_hand_over"),
    path("<int:pk>/steps/<slug:key>/", acts.step, name="ticket_step"),
    path("<int:pk>/slips/", acts.slip, name="ticket_slip"),
    path("<int:pk>/resolve/", acts.resolve, name="ticket_resolve"),
    path("<int:pk>/close/", acts.close, name="ticket_close"),
    path("<int:pk>/reopen/", acts.reopen, name="ticket_reopen"),
    path("<int:pk>/decline/", acts.decline, name="ticket_decline"),
    path("<int:pk>/merge/", acts.merge, name="ticket_merge"),
    path("<int:pk>/replies/", replies.add, name="ticket_reply"),
    path("<int:pk>/replies/<int:reply_pk>/release/", replies.release, name="reply_release"),
    path("<int:pk>/replies/<int:reply_pk>/withdraw/", replies.withdraw, name="reply_withdraw"),
    path("<int:pk>/files/<int:file_pk>/", files.ticket_file, name="ticket_file"),
]
