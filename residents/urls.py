"""Residents and units."""

from django.urls import path

from residents.views import (
    data_protection,
    household,
    imports,
    keys,
    personal_data,
    records,
    residents,
    units,
    unmasking,
)

urlpatterns = [
    path("", units.resident_list, name="resident_list"),
    path("units/<int:pk>/", units.unit_detail, name="unit_detail"),
    path("units/<int:pk>/people/new/", units.new_person, name="unit_new_person"),
    path("units/<int:pk>/edit/", records.unit_edit, name="unit_edit"),
    path("units/<int:pk>/records/<slug:kind>/new/", household.new_of_unit, name="kept_new_unit"),
    path("<int:pk>/records/<slug:kind>/new/", household.new_of_resident, name="kept_new_resident"),
    path("records/<slug:kind>/<int:pk>/", household.edit, name="kept_edit"),
    path("records/<slug:kind>/<int:pk>/archive/", household.put_away, name="kept_archive"),
    path("cards/<int:pk>/end/", household.card_end, name="card_end"),
    path("papers/<int:pk>/files/<int:file_pk>/", household.paper_file, name="paper_file"),
    path("keys/", keys.key_list, name="key_list"),
    path("keys/new/", keys.key_new, name="key_new"),
    path("keys/<int:pk>/lend/", keys.key_lend, name="key_lend"),
    path("keys/<int:pk>/archive/", keys.key_archive, name="key_archive"),
    path("key-loans/<int:pk>/back/", keys.key_back, name="key_back"),
    path("gaps/", records.gaps, name="record_gaps"),
    path("duplicates/", records.duplicates, name="duplicates"),
    path("occupancies/<int:pk>/", records.occupancy_edit, name="occupancy_edit"),
    path("<int:pk>/edit/", records.resident_edit, name="resident_edit"),
    path("<int:pk>/units/new/", records.home_new, name="resident_new_home"),
    path("<int:pk>/phones/<int:phone_pk>/", records.phone_change, name="phone_change"),
    path("<int:pk>/merge/<int:other>/", records.merge, name="resident_merge"),
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
