"""Residents and units."""

from django.urls import path

from residents.views import data_protection, imports, personal_data, residents, units, unmasking

urlpatterns = [
    path("", units.resident_list, name="resident_list"),
    path("units/<int:pk>/", units.unit_detail, name="unit_detail"),
    path("units/<int:pk>/people/new/", units.new_person, name="unit_new_person"),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/template.<str:kind>", imports.import_template, name="import_template"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/confirm/", imports.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/drop/", imports.import_drop, name="import_drop"),
    path("imports/<int:pk>/problems.csv", imports.import_problems, name="import_problems"),
    path("<int:pk>/", residents.resident_detail, name="resident_detail"),
    path("<int:pk>/phones/", residents.new_phone, name="resident_new_phone"),
    path("data-protection/", data_protection.data_protection, name="data_protection"),
    path("<int:pk>/unmask/<slug:field>/", unmasking.resident_unmask, name="resident_unmask"),
    path("<int:pk>/personal-data/", personal_data.personal_data, name="personal_data"),
    path("<int:pk>/personal-data/copy/", personal_data.personal_data_copy, name="personal_data_copy"),
    path(
        "<int:pk>/personal-data/correct/", personal_data.personal_data_correct, name="personal_data_correct"
    ),
    path(
        "<int:pk>/personal-data/identity/",
        personal_data.personal_data_identity,
        name="personal_data_identity",
    ),
    path("<int:pk>/personal-data/hold/", personal_data.personal_data_hold, name="personal_data_hold"),
    path(
        "<int:pk>/personal-data/hold/<int:hold_pk>/lift/",
        personal_data.personal_data_lift,
        name="personal_data_lift",
    ),
    path("<int:pk>/personal-data/erase/", personal_data.personal_data_erase, name="personal_data_erase"),
    path("<int:pk>/personal-data/keep/", personal_data.personal_data_keep, name="personal_data_keep"),
]
