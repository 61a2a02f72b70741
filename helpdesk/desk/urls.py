"""The Desk, the one box and the caller cards."""

from django.urls import path

from helpdesk.desk.views import cards, dashboard, desk, lookup, units_map

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("lookup/", lookup.lookup, name="lookup"),
    path("cards/unit/<int:pk>/", cards.unit_card, name="unit_card"),
    path("cards/resident/<int:pk>/", cards.resident_card, name="resident_card"),
    path("cards/call-back/<int:pk>/", cards.call_back, name="call_back"),
    path("messages/", desk.messages, name="messages"),
    path("switch-estate/", desk.switch_estate, name="switch_estate"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("residents/map/", units_map.units_map_page, name="units_map"),
    path("styles/", desk.styles, name="styles"),
]
