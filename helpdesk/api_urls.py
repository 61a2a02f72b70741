"""The REST API: every app's viewsets under one router."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from helpdesk.api.views import NowhereView
from helpdesk.desk.api import CardView, DocsView, LookupView, SchemaView
from helpdesk.estates.api import DepartmentViewSet, EstateViewSet
from helpdesk.staff.api import StaffViewSet
from residents.api.residents import ResidentViewSet
from residents.api.units import BuildingViewSet, UnitViewSet
from tickets.api.classify import ClassifyView
from tickets.api.contacts import ContactViewSet
from tickets.api.follow_ups import FollowUpViewSet
from tickets.api.public import PublicRatingView, PublicReplyView, PublicTicketsView, PublicTicketView
from tickets.api.slips import SlipViewSet
from tickets.api.tickets import TicketViewSet

router = SimpleRouter()
router.register("estates", EstateViewSet)
router.register("departments", DepartmentViewSet)
router.register("staff", StaffViewSet, basename="staff")
router.register("buildings", BuildingViewSet)
router.register("units", UnitViewSet)
router.register("residents", ResidentViewSet)
router.register("tickets", TicketViewSet)
router.register("slips", SlipViewSet)
router.register("follow-ups", FollowUpViewSet)
router.register("contacts", ContactViewSet)

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(url_name="schema"), name="docs"),
    path("lookup/", LookupView.as_view(), name="api_lookup"),
    re_path(r"^units/(?P<pk>[0-9]{1,19})/card/$", CardView.as_view(), name="api_card"),
    path("classify/", ClassifyView.as_view(), name="api_classify"),
    path("public/tickets/", PublicTicketsView.as_view(), name="api_public_tickets"),
    path("public/tickets/<str:secret>/", PublicTicketView.as_view(), name="api_public_ticket"),
    path("public/tickets/<str:secret>/replies/", PublicReplyView.as_view(), name="api_public_reply"),
    path("public/tickets/<str:secret>/rating/", PublicRatingView.as_view(), name="api_public_rating"),
    *router.urls,
    re_path(r"^(?P<path>.*)$", NowhereView.as_view(), name="api_nowhere"),
]
