"""Residents and units."""

from django.urls import path

from residents.views import residents, units

urlpatterns = [
    path("", units.resident_list, name="resident_list"),
    path("units/<int:pk>/", units.unit_detail, name="unit_detail"),
    path("units/<int:pk>/people/new/", units.new_person, name="unit_new_person"),
    path("<int:pk>/", residents.resident_detail, name="resident_detail"),
    path("<int:pk>/phones/", residents.new_phone, name="resident_new_phone"),
]
