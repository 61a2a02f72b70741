"""The REST API: every app's viewsets under one router."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from billing.api.bills import BillViewSet, RunViewSet
from billing.api.charges import (
    ChargeItemViewSet,
    ExemptionViewSet,
    LeaseViewSet,
    RateViewSet,
    SharedCostViewSet,
)
from billing.api.collection import CollectionVisitViewSet, DeferralViewSet
from billing.api.late_fees import LateFeeRuleViewSet
from billing.api.meters import MeterViewSet, ReadingViewSet
from billing.api.payments import (
    ClosingViewSet,
    DepositViewSet,
    InvoiceViewSet,
    PaymentViewSet,
    RefundViewSet,
)
from billing.api.reminders import ReminderViewSet
from billing.api.reports import AgeingView, CollectionView
from billing.api.statements import StatementView, UseCreditView
from helpdesk.api.views import NowhereView
from helpdesk.desk.api import CardView, DocsView, LookupView, SchemaView
from helpdesk.estates.api import DepartmentViewSet, EstateViewSet
from helpdesk.staff.api import StaffViewSet
from residents.api.cards import CardViewSet
from residents.api.decorations import DecorationViewSet
from residents.api.keys import KeyViewSet
from residents.api.moves import MoveViewSet
from residents.api.occupancies import OccupancyViewSet
from residents.api.papers import PaperViewSet
from residents.api.parking_spaces import ParkingSpaceViewSet
from residents.api.residents import ResidentViewSet
from residents.api.unit_changes import UnitChangeViewSet
from residents.api.units import BuildingViewSet, UnitViewSet
from residents.api.vehicles import VehicleViewSet
from tickets.api.classify import ClassifyView
from tickets.api.contacts import ContactViewSet
from tickets.api.follow_ups import FollowUpViewSet
from tickets.api.handovers import HandoverViewSet
from tickets.api.incidents import IncidentViewSet
from tickets.api.praise import PraiseViewSet
from tickets.api.public import PublicRatingView, PublicReplyView, PublicTicketsView, PublicTicketView
from tickets.api.reports import ComplaintsView, FollowUpsView, TimelinessView
from tickets.api.slips import SlipViewSet
from tickets.api.tickets import TicketViewSet
from visitors.api.gate import GatePassView, GateReleaseView, GateSendBackView
from visitors.api.parcels import ParcelViewSet
from visitors.api.passes import PassViewSet
from visitors.api.public_passes import PublicConsentView, PublicPassesView
from visitors.api.public_visits import PublicVisitsView
from visitors.api.reports import VisitorsView
from visitors.api.visits import VisitViewSet
from visitors.api.watch_list import WatchViewSet

router = SimpleRouter()
router.register("estates", EstateViewSet)
router.register("departments", DepartmentViewSet)
router.register("staff", StaffViewSet, basename="staff")
router.register("buildings", BuildingViewSet)
router.register("units", UnitViewSet)
router.register("residents", ResidentViewSet)
router.register("occupancies", OccupancyViewSet)
router.register("vehicles", VehicleViewSet)
router.register("parking-spaces", ParkingSpaceViewSet)
router.register("keys", KeyViewSet)
router.register("cards", CardViewSet)
router.register("papers", PaperViewSet)
router.register("moves", MoveViewSet)
router.register("unit-changes", UnitChangeViewSet)
router.register("decorations", DecorationViewSet)
router.register("tickets", TicketViewSet)
router.register("slips", SlipViewSet)
router.register("follow-ups", FollowUpViewSet)
router.register("contacts", ContactViewSet)
router.register("handovers", HandoverViewSet)
router.register("praise", PraiseViewSet)
router.register("incidents", IncidentViewSet)
router.register("charge-items", ChargeItemViewSet)
router.register("rates", RateViewSet)
router.register("shared-costs", SharedCostViewSet)
router.register("exemptions", ExemptionViewSet)
router.register("leases", LeaseViewSet)
router.register("late-fee-rules", LateFeeRuleViewSet)
router.register("meters", MeterViewSet)
router.register("meter-readings", ReadingViewSet)
router.register("billing-runs", RunViewSet)
router.register("bills", BillViewSet)
router.register("payments", PaymentViewSet)
router.register("refunds", RefundViewSet)
router.register("deposits", DepositViewSet)
router.register("invoice-requests", InvoiceViewSet)
router.register("day-closings", ClosingViewSet)
router.register("reminders", ReminderViewSet)
router.register("collection-visits", CollectionVisitViewSet)
router.register("deferrals", DeferralViewSet)
router.register("visits", VisitViewSet)
router.register("release-passes", PassViewSet)
router.register("watch-list", WatchViewSet)
router.register("parcels", ParcelViewSet)

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(url_name="schema"), name="docs"),
    path("lookup/", LookupView.as_view(), name="api_lookup"),
    re_path(r"^units/(?P<pk>[0-9]{1,19})/card/$", CardView.as_view(), name="api_card"),
    re_path(r"^units/(?P<pk>[0-9]{1,19})/statement/$", StatementView.as_view(), name="api_statement"),
    re_path(r"^units/(?P<pk>[0-9]{1,19})/use-credit/$", UseCreditView.as_view(), name="api_use_credit"),
    path("reports/complaints/", ComplaintsView.as_view(), name="api_report_complaints"),
    path("reports/follow-ups/", FollowUpsView.as_view(), name="api_report_follow_ups"),
    path("reports/timeliness/", TimelinessView.as_view(), name="api_report_timeliness"),
    path("reports/collection/", CollectionView.as_view(), name="api_report_collection"),
    path("reports/ageing/", AgeingView.as_view(), name="api_report_ageing"),
    path("reports/visitors/", VisitorsView.as_view(), name="api_report_visitors"),
    path("classify/", ClassifyView.as_view(), name="api_classify"),
    path("public/tickets/", PublicTicketsView.as_view(), name="api_public_tickets"),
    path("public/tickets/<str:secret>/", PublicTicketView.as_view(), name="api_public_ticket"),
    path("public/tickets/<str:secret>/replies/", PublicReplyView.as_view(), name="api_public_reply"),
    path("public/tickets/<str:secret>/rating/", PublicRatingView.as_view(), name="api_public_rating"),
    path("public/release-passes/", PublicPassesView.as_view(), name="api_public_passes"),
    path("public/visits/", PublicVisitsView.as_view(), name="api_public_visits"),
    path("public/consents/<str:secret>/", PublicConsentView.as_view(), name="api_public_consent"),
    path("gate/<str:code>/", GatePassView.as_view(), name="api_gate"),
    path("gate/<str:code>/release/", GateReleaseView.as_view(), name="api_gate_release"),
    path("gate/<str:code>/send-back/", GateSendBackView.as_view(), name="api_gate_send_back"),
    *router.urls,
    re_path(r"^(?P<path>.*)$", NowhereView.as_view(), name="api_nowhere"),
]
