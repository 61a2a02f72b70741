"""Pages of release passes."""

from django.urls import path

from visitors.views import pass_acts, pass_list, pass_papers, pass_print, passes

urlpatterns = [
    path("", pass_list.pass_list, name="pass_list"),
    path("export/", pass_list.pass_export, name="pass_export"),
    path("new/", passes.new, name="pass_new"),
    path("owing/", passes.owing, name="pass_owing"),
    path("papers/", pass_papers.papers, name="pass_papers"),
    path("papers/reconcile/", pass_papers.reconcile, name="pass_reconcile"),
    path("policy/", pass_papers.policy, name="visitor_policy"),
    path("<int:pk>/", passes.detail, name="pass_detail"),
    path("<int:pk>/confirm/", pass_acts.confirm, name="pass_confirm"),
    path("<int:pk>/document/", pass_acts.document, name="pass_document"),
    path("<int:pk>/consent/", pass_acts.consent, name="pass_consent"),
    path("<int:pk>/ask/", pass_acts.ask, name="pass_ask"),
    path("<int:pk>/override/", pass_acts.override, name="pass_override"),
    path("<int:pk>/issue/", pass_acts.issue, name="pass_issue"),
    path("<int:pk>/refuse/", pass_acts.refuse, name="pass_refuse"),
    path("<int:pk>/revoke/", pass_acts.revoke, name="pass_revoke"),
    path("<int:pk>/print/", pass_print.pass_print, name="pass_print"),
    path("<int:pk>/pass.pdf", pass_print.pass_pdf, name="pass_pdf"),
    path("<int:pk>/files/<int:file_pk>/", passes.pass_file, name="pass_file"),
]
