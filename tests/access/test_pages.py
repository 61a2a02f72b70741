"""Every address of the house, for every role, for strangers and for the clerk of another estate.

A new address without a row here fails the build.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from billing.models import ReminderNotice
from billing.services import charges
from billing.services.bank_files import send_bank_file
from billing.services.closings import close_day
from billing.services.collection import record_visit
from billing.services.credit import refund_credit
from billing.services.deposits import take_deposit
from billing.services.invoices import request_invoice
from billing.services.late_fees import set_late_fee
from billing.services.meters import add_meter
from billing.services.payments import take_payment
from billing.services.runs import preview_run
from helpdesk.estates.models import Shift
from helpdesk.staff.models import SavedView
from helpdesk.staff.permissions import PERMISSIONS
from residents.models import ImportJob
from residents.services.cards import issue_card
from residents.services.contact_persons import add_contact_person
from residents.services.decoration_site import add_violation, issue_worker_permit, plan_inspection
from residents.services.fixtures import begin_fixtures
from residents.services.keys import add_key, lend_key
from residents.services.moves import open_move
from residents.services.papers import add_paper
from residents.services.parking_spaces import add_space
from residents.services.persons_data import ask_erasure, place_hold
from residents.services.residents import add_resident
from residents.services.unit_changes import request_change
from residents.services.vehicles import add_vehicle
from tests.billing.bills import post_bill
from tests.conftest import at
from tests.residents.procedures import running
from tickets.models import CannedReply, FollowUp, Slip
from tickets.services.answers import write_answer
from tickets.services.contacts import take_contact
from tickets.services.day_logs import add_entry
from tickets.services.handovers import add_line, draft_handover
from tickets.services.incident_notices import notify_reporters
from tickets.services.incidents import add_caller, open_incident
from tickets.services.praise import register_praise
from tickets.services.replies import add_reply
from tickets.services.slips import issue_slip
from tickets.services.tickets import classify_ticket
from visitors.models import ReleasePass
from visitors.services.parcels import receive_parcel
from visitors.services.pass_drafts import Goods, draft_pass
from visitors.services.release_passes import issue_pass
from visitors.services.visits import announce_visit, receive_walk_in
from visitors.services.watching import add_watch_entry

pytestmark = pytest.mark.django_db

ROLES = ["clerk", "supervisor", "technician", "guard", "cashier", "manager", "admin"]
# name: (method, permission, which object its address names)
STAFF: dict[str, tuple[str, str, str]] = {
    "desk": ("GET", "desk.view", ""),
    "messages": ("GET", "desk.view", ""),
    "dashboard": ("GET", "reports.view", ""),
    "styles": ("GET", "desk.view", ""),
    "switch_estate": ("POST", "desk.view", ""),
    "lookup": ("GET", "desk.view", ""),
    "unit_card": ("GET", "residents.view", "unit"),
    "resident_card": ("GET", "residents.view", "resident"),
    "call_back": ("GET", "contacts.view", "contact"),
    "tokens": ("GET", "tokens.own", ""),
    "token_new": ("POST", "tokens.own", ""),
    "password_change": ("GET", "desk.view", ""),
    "token_revoke": ("POST", "tokens.own", "token"),
    "ticket_list": ("GET", "tickets.view", ""),
    "ticket_export": ("GET", "tickets.work", ""),
    "ticket_bulk": ("POST", "tickets.work", ""),
    "view_save": ("POST", "desk.view", ""),
    "view_columns": ("POST", "desk.view", ""),
    "view_opens": ("POST", "desk.view", ""),
    "view_drop": ("POST", "desk.view", "saved_view"),
    "ticket_new": ("GET", "tickets.take", ""),
    "ticket_suggest": ("POST", "tickets.take", ""),
    "ticket_promises": ("POST", "tickets.work", ""),
    "ticket_detail": ("GET", "tickets.view", "ticket"),
    "ticket_file": ("GET", "tickets.view", "ticket_file"),
    "ticket_classify": ("POST", "tickets.work", "ticket"),
    "ticket_class_review": ("POST", "tickets.work", "ticket"),
    "how_to_judge": ("GET", "tickets.view", ""),
    "agreement": ("GET", "classes.learn", ""),
    "classifier_learn": ("POST", "classes.learn", ""),
    "procedures": ("GET", "procedures.change", ""),
    "procedure_add": ("POST", "procedures.change", "procedure"),
    "procedure_edit": ("POST", "procedures.change", "procedure_step"),
    "procedure_move": ("POST", "procedures.change", "procedure_step"),
    "procedure_remove": ("POST", "procedures.change", "procedure_step"),
    "ticket_assign": ("POST", "tickets.work", "ticket"),
    "ticket_start": ("POST", "tickets.work", "ticket"),
    "ticket_priority": ("POST", "tickets.work", "ticket"),
    "ticket_edit": ("POST", "tickets.work", "ticket"),
    "ticket_hand_over": ("POST", "tickets.work", "ticket"),
    "ticket_step": ("POST", "tickets.work", "step"),
    "ticket_slip": ("POST", "slips.issue", "ticket"),
    "ticket_resolve": ("POST", "tickets.work", "ticket"),
    "ticket_close": ("POST", "tickets.work", "ticket"),
    "ticket_reopen": ("POST", "tickets.work", "ticket"),
    "ticket_decline": ("POST", "tickets.work", "ticket"),
    "ticket_merge": ("POST", "tickets.work", "ticket"),
    "ticket_split": ("POST", "tickets.work", "ticket"),
    "ticket_canned": ("GET", "tickets.work", "ticket"),
    "ticket_macro": ("POST", "tickets.work", "macro"),
    "canned_list": ("GET", "tickets.work", ""),
    "canned_new": ("GET", "tickets.work", ""),
    "canned_edit": ("GET", "tickets.work", "canned"),
    "canned_archive": ("POST", "tickets.work", "canned"),
    "ticket_pause": ("POST", "tickets.work", "ticket"),
    "ticket_resume": ("POST", "tickets.work", "ticket"),
    "ticket_forward": ("POST", "tickets.work", "ticket"),
    "ticket_answer_back": ("POST", "tickets.work", "ticket"),
    "ticket_new_link": ("POST", "tickets.work", "ticket"),
    "ticket_serious": ("POST", "tickets.work", "ticket"),
    "ticket_warranty": ("POST", "tickets.work", "ticket"),
    "incident_list": ("GET", "incidents.view", ""),
    "incident_new": ("GET", "incidents.work", ""),
    "incident_detail": ("GET", "incidents.view", "incident"),
    "incident_caller": ("POST", "incidents.work", "incident"),
    "incident_join": ("POST", "incidents.work", "incident"),
    "incident_note": ("POST", "incidents.work", "incident"),
    "incident_notice": ("POST", "incidents.work", "incident"),
    "incident_notice_release": ("POST", "tickets.release_reply", "incident_notice"),
    "incident_notice_withdraw": ("POST", "incidents.work", "incident_notice"),
    "incident_edit": ("POST", "incidents.work", "incident"),
    "incident_close": ("POST", "incidents.work", "incident"),
    "incident_reopen": ("POST", "incidents.work", "incident"),
    "ticket_reply": ("POST", "tickets.work", "ticket"),
    "reply_release": ("POST", "tickets.release_reply", "reply"),
    "reply_withdraw": ("POST", "tickets.work", "reply"),
    "slip_list": ("GET", "slips.view", ""),
    "slip_detail": ("GET", "slips.view", "slip"),
    "slip_print": ("GET", "slips.view", "slip"),
    "slip_pdf": ("GET", "slips.view", "slip"),
    "slip_send_link": ("POST", "slips.issue", "slip"),
    "slip_revoke_link": ("POST", "slips.issue", "slip"),
    "slip_file": ("GET", "slips.view", "slip_file"),
    "slip_sign": ("POST", "slips.do", "slip"),
    "slip_start": ("POST", "slips.do", "slip"),
    "slip_complete": ("POST", "slips.do", "slip"),
    "slip_verify": ("POST", "slips.verify", "slip"),
    "slip_cancel": ("POST", "slips.issue", "slip"),
    "slip_nudge": ("POST", "slips.issue", "slip"),
    "ticket_sheet": ("GET", "tickets.view", "ticket"),
    "ticket_sheet_pdf": ("GET", "tickets.view", "ticket"),
    "follow_up_next": ("GET", "follow_ups.record", ""),
    "follow_up_summary": ("GET", "reports.view", ""),
    "follow_up_summary_print": ("GET", "reports.view", ""),
    "follow_up_summary_csv": ("GET", "reports.view", ""),
    "slip_table": ("GET", "slips.view", ""),
    "slip_export": ("GET", "slips.issue", ""),
    "follow_up_table": ("GET", "follow_ups.view", ""),
    "follow_up_export": ("GET", "follow_ups.record", ""),
    "contact_export": ("GET", "contacts.take", ""),
    "follow_up_list": ("GET", "follow_ups.view", ""),
    "follow_up_detail": ("GET", "follow_ups.view", "follow_up"),
    "follow_up_attempt": ("POST", "follow_ups.record", "follow_up"),
    "follow_up_record": ("POST", "follow_ups.record", "follow_up"),
    "follow_up_wish": ("POST", "follow_ups.record", "follow_up"),
    "contact_list": ("GET", "contacts.view", ""),
    "contact_new": ("GET", "contacts.take", ""),
    "contact_called_back": ("POST", "contacts.take", "contact"),
    "contact_detail": ("GET", "contacts.view", "contact"),
    "contact_link": ("POST", "contacts.take", "contact"),
    "contact_done": ("POST", "contacts.take", "contact"),
    "contact_letter_class": ("POST", "contacts.take", "contact"),
    "contact_decide": ("POST", "letters.decide", "contact"),
    "call_back_new": ("GET", "contacts.take", ""),
    "message_list": ("GET", "messages.view", ""),
    "message_detail": ("GET", "messages.view", "message"),
    "message_done": ("POST", "messages.view", "message"),
    "praise_wall": ("GET", "praise.view", ""),
    "praise_new": ("GET", "praise.register", ""),
    "praise_detail": ("GET", "praise.view", "praise"),
    "praise_hang": ("POST", "praise.register", "praise"),
    "answer_list": ("GET", "answers.view", ""),
    "answer_search": ("POST", "answers.view", ""),
    "answer_new": ("GET", "answers.write", ""),
    "answer_edit": ("GET", "answers.write", "answer"),
    "answer_archive": ("POST", "answers.write", "answer"),
    "script_list": ("GET", "scripts.write", ""),
    "script_say": ("GET", "desk.view", "script"),
    "door_complaint": ("GET", "tickets.take", "door_visit"),
    "script_edit": ("GET", "scripts.write", "script"),
    "handover_list": ("GET", "handovers.view", ""),
    "handover_new": ("GET", "handovers.write", ""),
    "handover_closing_list": ("GET", "handovers.set_up", ""),
    "handover_detail": ("GET", "handovers.view", "handover"),
    "handover_print": ("GET", "handovers.view", "handover"),
    "handover_refresh": ("POST", "handovers.write", "handover"),
    "handover_line_add": ("POST", "handovers.write", "handover"),
    "handover_line_remove": ("POST", "handovers.write", "handover_line"),
    "handover_line_note": ("POST", "handovers.write", "handover_line"),
    "handover_give": ("POST", "handovers.write", "handover"),
    "handover_take": ("POST", "handovers.write", "handover"),
    "day_log_list": ("GET", "daylog.view", ""),
    "day_log": ("GET", "daylog.view", "day"),
    "day_log_print": ("GET", "daylog.view", "day"),
    "day_log_entry_add": ("POST", "daylog.write", ""),
    "day_log_entry_task": ("POST", "daylog.write", "log_entry"),
    "day_log_sign": ("POST", "daylog.sign", "day"),
    "resident_list": ("GET", "residents.view", ""),
    "units_map": ("GET", "residents.view", ""),
    "move_list": ("GET", "residents.view", ""),
    "move_new": ("GET", "residents.write", ""),
    "move_rules": ("GET", "moves.set_up", ""),
    "move_rule_add": ("POST", "moves.set_up", "move_kind"),
    "move_rule_change": ("POST", "moves.set_up", "move_rule"),
    "move_detail": ("GET", "residents.view", "move"),
    "move_edit": ("POST", "residents.write", "move"),
    "move_person": ("POST", "residents.write", "move"),
    "move_person_remove": ("POST", "residents.write", "move_person"),
    "move_step": ("POST", "residents.write", "move_step"),
    "move_override": ("POST", "moves.override", "move"),
    "move_complete": ("POST", "residents.write", "move"),
    "move_cancel": ("POST", "residents.write", "move"),
    "move_print": ("GET", "residents.view", "move"),
    "fixtures_detail": ("GET", "residents.view", "move"),
    "fixtures_begin": ("POST", "residents.write", "move"),
    "fixtures_add": ("POST", "residents.write", "move"),
    "fixtures_remove": ("POST", "residents.write", "fixture"),
    "fixtures_sign": ("POST", "residents.write", "fixtures_side"),
    "fixtures_reopen": ("POST", "residents.write", "move"),
    "fixtures_print": ("GET", "residents.view", "move"),
    "fixtures_file": ("GET", "residents.view", "fixtures_file"),
    "unit_change_list": ("GET", "residents.view", ""),
    "unit_change_new": ("GET", "residents.write", ""),
    "unit_change_detail": ("GET", "residents.view", "unit_change"),
    "unit_change_approve": ("POST", "unit_changes.decide", "unit_change"),
    "unit_change_refuse": ("POST", "unit_changes.decide", "unit_change"),
    "unit_change_carry_out": ("POST", "residents.write", "unit_change"),
    "unit_change_cancel": ("POST", "residents.write", "unit_change"),
    "decoration_list": ("GET", "residents.view", ""),
    "decoration_new": ("GET", "residents.write", ""),
    "decoration_detail": ("GET", "residents.view", "decoration"),
    "decoration_decide": ("POST", "decorations.decide", "decoration_decision"),
    "decoration_act": ("POST", "residents.write", "decoration_act"),
    "decoration_prolong": ("POST", "decorations.decide", "decoration"),
    "decoration_files": ("POST", "residents.write", "decoration"),
    "decoration_file": ("GET", "residents.view", "decoration_file"),
    "decoration_print": ("GET", "residents.view", "decoration"),
    "decoration_cards": ("GET", "residents.view", "decoration"),
    "decoration_permit": ("POST", "residents.write", "decoration"),
    "decoration_permit_end": ("POST", "residents.write", "worker_permit"),
    "decoration_plan": ("POST", "decorations.inspect", "decoration"),
    "decoration_inspect": ("POST", "decorations.inspect", "inspection"),
    "decoration_violation": ("POST", "decorations.inspect", "decoration"),
    "decoration_rectify": ("POST", "decorations.inspect", "violation"),
    "resident_detail": ("GET", "residents.view", "resident"),
    "resident_new_phone": ("POST", "residents.write", "resident"),
    "unit_detail": ("GET", "residents.view", "unit"),
    "data_protection": ("GET", "residents.data_protection", ""),
    "resident_unmask": ("GET", "residents.unmask", "masked"),
    "personal_data": ("GET", "residents.personal_data", "resident"),
    "personal_data_copy": ("POST", "residents.personal_data", "resident"),
    "personal_data_correct": ("POST", "residents.personal_data", "resident"),
    "personal_data_identity": ("POST", "residents.personal_data", "resident"),
    "personal_data_hold": ("POST", "residents.personal_data", "resident"),
    "personal_data_lift": ("POST", "residents.personal_data", "hold"),
    "personal_data_erase": ("POST", "residents.personal_data", "resident"),
    "personal_data_keep": ("POST", "residents.personal_data", "erasure"),
    "fees_home": ("GET", "billing.view", ""),
    "unit_account": ("GET", "billing.view", "unit"),
    "payment_take": ("POST", "billing.take", "unit"),
    "sale_make": ("POST", "billing.take", "unit"),
    "allocation_preview": ("GET", "billing.view", "unit"),
    "payment_detail": ("GET", "billing.view", "payment"),
    "payment_reverse": ("POST", "billing.reverse", "payment"),
    "receipt_print": ("GET", "billing.view", "payment"),
    "receipt_count": ("POST", "billing.take", "payment"),
    "bill_detail": ("GET", "billing.view", "bill"),
    "bill_print": ("GET", "billing.view", "bill"),
    "bill_notices": ("GET", "billing.view", ""),
    "bill_notices_print": ("GET", "billing.view", ""),
    "bill_reverse": ("POST", "billing.reverse", "bill"),
    "bill_dispute": ("POST", "billing.dispute", "bill"),
    "bill_settle": ("POST", "billing.dispute", "bill"),
    "run_list": ("GET", "billing.run", ""),
    "run_detail": ("GET", "billing.run", "run"),
    "run_confirm": ("POST", "billing.run", "run"),
    "run_bill_unit": ("POST", "billing.run", "run"),
    "meter_grid": ("GET", "billing.read_meters", ""),
    "meter_new": ("GET", "billing.set_meters", ""),
    "meter_file": ("POST", "billing.read_meters", ""),
    "meter_month": ("GET", "billing.read_meters", ""),
    "meter_detail": ("GET", "billing.read_meters", "meter"),
    "meter_replace": ("POST", "billing.set_meters", "meter"),
    "bill_notice": ("GET", "billing.view", "bill"),
    "closing": ("GET", "billing.close_day", ""),
    "day_money": ("GET", "billing.view", ""),
    "statement_print": ("GET", "billing.view", "unit"),
    "credit_use": ("POST", "billing.take", "unit"),
    "credit_refund": ("POST", "billing.reverse", "unit"),
    "refund_print": ("GET", "billing.view", "refund"),
    "deposit_list": ("GET", "billing.view", "unit"),
    "deposit_detail": ("GET", "billing.view", "deposit"),
    "deposit_give_back": ("POST", "billing.reverse", "deposit"),
    "deposit_print": ("GET", "billing.view", "deposit"),
    "invoice_list": ("GET", "billing.view", ""),
    "invoice_settle": ("POST", "billing.take", "invoice"),
    "invoice_request": ("POST", "billing.take", "payment"),
    "bill_write_off": ("POST", "billing.waive", "bill"),
    "bill_waive": ("POST", "billing.waive", "bill"),
    "closing_print": ("GET", "billing.close_day", "closing"),
    "bill_list": ("GET", "billing.view", ""),
    "bill_export": ("GET", "billing.close_day", ""),
    "payment_list": ("GET", "billing.view", ""),
    "payment_export": ("GET", "billing.close_day", ""),
    "bank_file_list": ("GET", "billing.bank_files", ""),
    "bank_file_template": ("GET", "billing.bank_files", "template"),
    "bank_file_detail": ("GET", "billing.bank_files", "bank_file"),
    "bank_file_confirm": ("POST", "billing.bank_files", "bank_file"),
    "bank_file_drop": ("POST", "billing.bank_files", "bank_file"),
    "bank_line_match": ("POST", "billing.bank_files", "bank_line"),
    "bank_line_leave": ("POST", "billing.bank_files", "bank_line"),
    "collection_route": ("GET", "collection.visit", ""),
    "visit_notice_file": ("GET", "collection.visit", "door_file"),
    "collection_visit": ("GET", "collection.visit", "unit"),
    "deferral_new": ("POST", "deferrals.grant", "unit"),
    "deferral_end": ("POST", "deferrals.grant", "deferral"),
    "reminder_list": ("GET", "reminders.view", ""),
    "reminder_export": ("GET", "billing.close_day", ""),
    "reminder_overview": ("GET", "reminders.view", ""),
    "reminder_print": ("GET", "reminders.view", "notice"),
    "reminder_done": ("POST", "reminders.view", "notice"),
    "reminder_ladder": ("GET", "reminders.settings", ""),
    "reminder_text": ("GET", "reminders.settings", "rung"),
    "fee_figures": ("GET", "billing.figures", ""),
    "fee_figure_rows": ("GET", "billing.view", ""),
    "fee_figures_export": ("GET", "billing.figures", ""),
    "charge_list": ("GET", "billing.see_rates", ""),
    "charge_new": ("GET", "billing.set_rates", ""),
    "charge_detail": ("GET", "billing.see_rates", "charge_item"),
    "rate_set": ("POST", "billing.set_rates", "charge_item"),
    "rate_end": ("POST", "billing.set_rates", "rate"),
    "shared_cost_enter": ("POST", "billing.run", "charge_item"),
    "exemption_list": ("GET", "billing.see_rates", ""),
    "exemption_end": ("POST", "billing.waive", "exemption"),
    "lease_list": ("GET", "billing.view", ""),
    "lease_end": ("POST", "billing.run", "lease"),
    "late_fee_rules": ("GET", "billing.see_rates", ""),
    "late_fee_end": ("POST", "billing.set_rates", "late_fee_rule"),
    "import_list": ("GET", "residents.import", ""),
    "import_template": ("GET", "residents.import", "template"),
    "import_detail": ("GET", "residents.import", "import"),
    "import_confirm": ("POST", "residents.import", "import"),
    "import_drop": ("POST", "residents.import", "import"),
    "import_problems": ("GET", "residents.import", "import"),
    "unit_new_person": ("GET", "residents.write", "unit"),
    "visit_board": ("GET", "visits.view", ""),
    "visit_list": ("GET", "visits.view", ""),
    "visit_export": ("GET", "visits.work", ""),
    "visit_new": ("GET", "visits.work", ""),
    "visit_repeat": ("POST", "visits.work", ""),
    "visit_stranger": ("GET", "visits.work", ""),
    "visit_headcount": ("GET", "visits.work", ""),
    "visit_headcount_pdf": ("GET", "visits.work", ""),
    "visit_code": ("GET", "visits.view", "visit_code"),
    "visit_detail": ("GET", "visits.view", "expected_visit"),
    "visit_check_in": ("POST", "visits.work", "expected_visit"),
    "visit_seat": ("POST", "visits.work", "inside_visit"),
    "visit_check_out": ("POST", "visits.work", "inside_visit"),
    "visit_refuse": ("POST", "visits.work", "expected_visit"),
    "visit_stay": ("POST", "visits.work", "inside_visit"),
    "visit_suspicious": ("POST", "visits.work", "inside_visit"),
    "visit_confirm": ("POST", "visits.work", "expected_visit"),
    "visit_tell_host": ("POST", "visits.work", "expected_visit"),
    "visit_host_answer": ("POST", "visits.work", "expected_visit"),
    "visit_invite": ("POST", "visits.work", "expected_visit"),
    "visit_badge": ("GET", "visits.work", "inside_visit"),
    "visit_badge_pdf": ("GET", "visits.work", "inside_visit"),
    "watch_list": ("GET", "watch_list.write", ""),
    "watch_new": ("GET", "watch_list.write", ""),
    "watch_detail": ("GET", "watch_list.write", "watched"),
    "watch_end": ("POST", "watch_list.write", "watched"),
    "parcel_list": ("GET", "parcels.work", ""),
    "parcel_new": ("POST", "parcels.work", ""),
    "parcel_collect": ("POST", "parcels.work", "parcel"),
    "parcel_send_back": ("POST", "parcels.work", "parcel"),
    "pass_list": ("GET", "passes.view", ""),
    "pass_export": ("GET", "passes.work", ""),
    "pass_new": ("GET", "passes.work", ""),
    "pass_owing": ("GET", "passes.work", ""),
    "pass_papers": ("GET", "passes.work", ""),
    "pass_reconcile": ("POST", "passes.work", ""),
    "visitor_policy": ("GET", "settings.change", ""),
    "pass_detail": ("GET", "passes.view", "pass"),
    "pass_confirm": ("POST", "passes.work", "pass"),
    "pass_document": ("POST", "passes.work", "pass"),
    "pass_consent": ("POST", "passes.work", "pass"),
    "pass_ask": ("POST", "passes.work", "pass"),
    "pass_override": ("POST", "passes.override", "pass"),
    "pass_issue": ("POST", "passes.work", "pass"),
    "pass_refuse": ("POST", "passes.work", "pass"),
    "pass_revoke": ("POST", "passes.work", "pass"),
    "pass_print": ("GET", "passes.view", "pass"),
    "pass_pdf": ("GET", "passes.view", "pass"),
    "pass_file": ("GET", "passes.view", "pass_file"),
    "unit_edit": ("GET", "residents.write", "unit"),
    "kept_new_unit": ("GET", "residents.write", "unit_kind"),
    "kept_new_resident": ("GET", "residents.write", "resident_kind"),
    "kept_edit": ("GET", "residents.write", "kept"),
    "kept_archive": ("POST", "residents.write", "kept"),
    "card_end": ("POST", "residents.write", "card"),
    "paper_file": ("GET", "residents.view", "paper_file"),
    "key_list": ("GET", "residents.view", ""),
    "key_new": ("GET", "residents.write", ""),
    "key_edit": ("GET", "residents.write", "desk_key"),
    "key_found": ("POST", "residents.write", "desk_key"),
    "key_lend": ("GET", "residents.write", "desk_key"),
    "key_archive": ("POST", "residents.write", "desk_key"),
    "key_back": ("POST", "residents.write", "key_loan"),
    "parking_list": ("GET", "residents.view", ""),
    "parking_new": ("GET", "residents.write", ""),
    "parking_edit": ("GET", "residents.write", "parking"),
    "parking_archive": ("POST", "residents.write", "parking"),
    "organisation_contact_new": ("GET", "residents.write", "organisation"),
    "organisation_contact_end": ("POST", "residents.write", "contact_person"),
    "expiring_list": ("GET", "residents.view", ""),
    "expiring_export": ("GET", "residents.write", ""),
    "record_gaps": ("GET", "residents.view", ""),
    "duplicates": ("GET", "residents.write", ""),
    "occupancy_edit": ("GET", "residents.write", "occupancy"),
    "resident_edit": ("GET", "residents.write", "resident"),
    "resident_new_home": ("GET", "residents.write", "resident"),
    "phone_change": ("POST", "residents.write", "phone"),
    "resident_merge": ("GET", "residents.write", "two_residents"),
    "gate": ("GET", "gate.release", ""),
    "gate_pass": ("GET", "gate.release", "gate_code"),
    "gate_release": ("POST", "gate.release", "gate_code"),
    "gate_send_back": ("POST", "gate.release", "gate_code"),
    "poster": ("GET", "estates.view", "estate"),
}
# Names nobody's object: every estate has its own days.
EVERYBODYS = {"", "day", "move_kind", "move_rule"}
# Open to everybody: log-in, language, residents' pages, the API (which has a matrix of its own), Django's admin (tests/staff).
PUBLIC = {
    "login",
    "logout",
    "set_language",
    "public_form",
    "track",
    "track_reply",
    "track_rate",
    "track_file",
    "slip_link",
    "slip_link_sign",
    "slip_link_start",
    "slip_link_complete",
    "slip_link_file",
    "visit_host_link",
    "visit_invitation",
    "public_visit",
    "visit_confirm_link",
    "public_pass",
    "pass_confirm_link",
    "consent_link",
}


def names(patterns: list[Any], prefix: str = "") -> dict[str, str]:
    """Every named page below the root, but for the API and the settings pages."""
    found: dict[str, str] = {}
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if not route.startswith(("api/", "admin/")):
                found |= names(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            found[str(pattern.name)] = route
    return found


def test_every_address_has_its_row():
    assert set(names(get_resolver().url_patterns)) == set(STAFF) | PUBLIC


def test_every_permission_is_of_the_table():
    assert {permission for _method, permission, _of in STAFF.values()} <= set(PERMISSIONS)


@pytest.fixture
def world(
    estate, departments, unit, resident, clerk, supervisor, technician, manager, make_ticket
) -> dict[str, list[Any]]:
    """One object of each kind, which every role that may see such a thing sees."""

    ticket = make_ticket(unit=unit, resident=resident)
    classify_ticket(ticket, actor=clerk, complaint_class="help_seeking")
    slip = issue_slip(actor=clerk, department=departments["engineering"], instructions="Look", ticket=ticket)
    reply = add_reply(ticket, actor=clerk, body="We will refund 400 yuan.", visibility="public")
    incident = open_incident(estate=estate, kind="water", title="Burst main", actor=clerk)
    add_caller(incident, actor=clerk, unit=unit)
    notice = notify_reporters(incident, actor=clerk, texts={"en": "We will refund 400 yuan."})
    contact = take_contact(
        estate=estate, kind="call", actor=clerk, unit=unit, call_back_at=at("2030-01-07 10:00")
    )
    message = take_contact(estate=estate, kind="message", actor=manager, addressee=clerk, summary="Ring back")
    praise = register_praise(estate=estate, actor=clerk, words="Thank you", praised=technician)
    answer = write_answer(
        estate=estate,
        actor=clerk,
        keeper=clerk,
        checked_on=date(2026, 1, 5),
        question="When?",
        answer="At 9.",
    )
    visit = FollowUp.objects.create(
        estate=estate,
        ticket=ticket,
        due_at=at("2030-01-07 10:00"),
        scheduled_at=at("2030-01-07 10:00"),
        on_time_until=at("2030-01-07 10:00"),
    )
    paper = ReminderNotice.objects.create(
        estate=estate, unit=unit, day=date(2026, 1, 7), level=1, way="message", channel="print", total=1
    )
    take_payment(unit, actor=clerk, amount=Decimal("5.00"), method="cash")
    refund = refund_credit(unit, actor=clerk, amount=Decimal("5.00"), method="cash", reason="Too much")
    bill = post_bill(unit, date(2026, 2, 15))
    payment = take_payment(unit, actor=clerk, amount=Decimal("40.00"), method="cash")
    run = preview_run(estate, actor=None, period="2026-03")
    prices = priced(unit, manager)
    keys = charges.add_charge_item(estate=estate, actor=None, code="keys", name="Keys", kind="deposit")
    deposit = take_deposit(unit, actor=clerk, charge_item=keys, amount=Decimal(200), method="cash")
    bank_file = send_bank_file(
        estate, actor=clerk, name="b.csv", data=f"Date,Amount\n{timezone.localdate()},5".encode()
    )
    canned = CannedReply.objects.create(estate=estate, name="On its way", body="We are on it, {resident}.")
    view = SavedView.objects.create(
        estate=estate, owner=clerk, list_name="ticket_list", name="Ours", shared="estate"
    )
    job = ImportJob.objects.create(estate=estate, by=clerk, file_name="list.csv", status="checked")
    handover, line, entry = handed_over(estate, departments, clerk)
    release_pass = issued_pass(unit, clerk)
    door = record_visit(unit, actor=clerk, met="owner", reason="complaint")
    guest = {"estate": estate, "actor": clerk, "visitor_name": "Li Zhiming", "unit": unit}
    expected = announce_visit(**guest)
    return {
        "expected_visit": [expected.pk],
        **under_way(unit, clerk, manager),
        "visit_code": [expected.code],
        "watched": [watched(estate, clerk).pk],
        "parcel": [receive_parcel(unit=unit, actor=clerk).pk],
        "inside_visit": [receive_walk_in(**guest, id_document_type="passport").pk],
        "pass": [release_pass.pk],
        "pass_file": [release_pass.pk, 1],
        "gate_code": [release_pass.code],
        **prices,
        "door_visit": [door.pk],
        "deferral": [unit.deferrals.get().pk],
        "door_file": [door.pk, 1],
        "handover": [handover.pk],
        "handover_line": [handover.pk, line.pk],
        "log_entry": [entry.pk],
        "day": [entry.day.isoformat()],
        "": [],
        "import": [job.pk],
        "deposit": [deposit.pk],
        "refund": [refund.pk],
        "invoice": [request_invoice(payment, actor=clerk, title="Willow Ltd").pk],
        "closing": [close_day(estate, actor=None, day=date(2026, 1, 3), counted={}).pk],
        "bank_file": [bank_file.pk],
        "bank_line": [bank_file.lines.get().pk],
        "notice": [paper.pk],
        "bill": [bill.pk],
        "payment": [payment.pk],
        "run": [run.pk],
        "rung": [1, "en"],
        "template": ["csv"],
        "estate": [estate.code],
        "unit": [unit.pk],
        "resident": [resident.pk],
        **household(unit, resident, clerk),
        "masked": [resident.pk, f"phone-{resident.phones.get().pk}"],
        "hold": [resident.pk, place_hold(resident, actor=manager, reason="Claim").pk],
        "erasure": [ask_erasure(resident, actor=manager, reason="Their wish").resident_id],
        "ticket": [ticket.pk],
        "incident": [incident.pk],
        "incident_notice": [incident.pk, notice.pk],
        "step": [ticket.pk, "identity"],
        "procedure": ["valid"],
        "procedure_step": ["valid", "on_site"],
        "reply": [ticket.pk, reply.pk],
        "slip": [slip.pk],
        "follow_up": [visit.pk],
        "contact": [contact.pk],
        # Left for one person: to all others there is no such message.
        "message": [message.pk],
        "praise": [praise.pk],
        "answer": [answer.pk],
        "script": ["call"],
        # No such file or token: a role that may look finds nothing, one that may not is turned away first.
        "saved_view": [view.pk],
        "canned": [canned.pk],
        "macro": [ticket.pk, canned.pk],
        "ticket_file": [ticket.pk, 1],
        "slip_file": [slip.pk, 1],
        "token": [1],
    }


def household(unit: Any, resident: Any, clerk: Any) -> dict[str, list[Any]]:
    """A car, a card, a paper, a key that is lent, and a second record of the same person."""
    key = add_key(estate=unit.estate, actor=clerk, code="K1", label="Roof")
    due = timezone.now() + timedelta(hours=4)
    company = add_resident(estate=unit.estate, actor=clerk, name="Harbour Trading", kind="organisation")
    return {
        "parking": [add_space(estate=unit.estate, actor=clerk, code="B1-7", unit=unit).pk],
        "organisation": [company.pk],
        "contact_person": [add_contact_person(company, actor=clerk, name="Ho Siu Ming").pk],
        "unit_kind": [unit.pk, "pet"],
        "resident_kind": [resident.pk, "vehicle"],
        "kept": ["vehicle", add_vehicle(actor=clerk, resident=resident, plate="粤B D6021").pk],
        "card": [issue_card(actor=clerk, resident=resident, number="C-1").pk],
        "paper_file": [add_paper(actor=clerk, unit=unit, title="Lease").pk, 1],
        "desk_key": [key.pk],
        "key_loan": [lend_key(key, actor=clerk, borrower="Lin", due_at=due).pk],
        "occupancy": [resident.occupancies.get().pk],
        "phone": [resident.pk, resident.phones.get().pk],
        "two_residents": [
            resident.pk,
            add_resident(estate=unit.estate, actor=clerk, name="Wang Jianguo").pk,
        ],
    }


def under_way(unit: Any, clerk: Any, manager: Any) -> dict[str, list[Any]]:
    """A move with its sheet, a change that is asked for, builders at work."""
    move = open_move(unit, actor=clerk, kind="move_out", planned_on=timezone.localdate())
    sheet = begin_fixtures(move, actor=clerk)
    change = request_change(
        unit, actor=clerk, kind="giving_back", reason="Sold", wanted_on=timezone.localdate()
    )
    job = running(unit, clerk, manager)
    visit = plan_inspection(job, actor=clerk, due_on=timezone.localdate())
    breach = add_violation(job, actor=clerk, what="Dust", rectify_by=date(2035, 1, 1))
    return {
        "move": [move.pk],
        "move_kind": ["move_in"],
        "move_rule": ["move_in", "keys_out"],
        "move_person": [move.pk, move.people.get().pk],
        "move_step": [move.pk, "keys"],
        "fixture": [move.pk, sheet.items.first().pk],
        "fixtures_side": [move.pk, "staff"],
        "fixtures_file": [move.pk, 1],
        "unit_change": [change.pk],
        "decoration": [job.pk],
        "decoration_decision": [job.pk, "approve"],
        "decoration_act": [job.pk, "stop"],
        "decoration_file": [job.pk, 1],
        "worker_permit": [job.pk, issue_worker_permit(job, actor=clerk, name="Cai").pk],
        "inspection": [job.pk, visit.pk],
        "violation": [job.pk, breach.pk],
    }


def priced(unit: Any, manager: Any) -> dict[str, list[Any]]:
    """An item with a rate, less of it for one unit, a contract and a late fee."""
    items = {
        kind: charges.add_charge_item(estate=unit.estate, actor=None, code=kind, name=kind, kind=kind)
        for kind in ("piece", "contract")
    }
    first = date(2026, 1, 1)
    rate = charges.set_rate(items["piece"], actor=None, amount=Decimal(2), since=first)
    less = charges.grant_exemption(
        unit, actor=manager, percent=Decimal(5), since=first, until=date(2026, 2, 1), reason="Noise"
    )
    lease = charges.add_lease(
        unit,
        actor=None,
        charge_item=items["contract"],
        subject="Cellar",
        monthly_rent=Decimal(9),
        since=date(2026, 5, 1),
    )
    rule = set_late_fee(unit.estate, actor=None, rate_per_day=Decimal("0.0005"), since=date(2030, 1, 1))
    water = charges.add_charge_item(
        estate=unit.estate, actor=None, code="water", name="Water", kind="metered"
    )
    meter = add_meter(unit, actor=None, charge_item=water, number="W-1", installed_on=first)
    return {
        "meter": [meter.pk],
        "charge_item": [items["piece"].pk],
        "rate": [rate.pk],
        "exemption": [less.pk],
        "lease": [lease.pk],
        "late_fee_rule": [rule.pk],
    }


def issued_pass(unit: Any, clerk: Any) -> ReleasePass:
    """A pass of today with a sofa on it."""
    draft = draft_pass(
        unit=unit,
        actor=clerk,
        applicant_name="Wang Jianguo",
        applicant_relation="owner",
        id_document_type="identity_card",
        items=[Goods("Sofa")],
    )
    return issue_pass(draft, actor=clerk, acknowledge_arrears=True)


def watched(estate: Any, clerk: Any) -> Any:
    """Somebody on the watch list for a month."""
    last = timezone.localdate() + timedelta(days=30)
    grounds = {"reason": "Tried doors at night", "source": "Security"}
    return add_watch_entry(estate=estate, actor=clerk, name="Zhou Qiang", ends_on=last, **grounds)


def handed_over(estate: Any, departments: Any, clerk: Any) -> tuple[Any, Any, Any]:
    """A handover being written with a line by hand, and an entry of today's log."""
    shift = Shift.objects.create(
        estate=estate, department=departments["engineering"], name="Day", starts=time(0), ends=time(0)
    )
    handover = draft_handover(shift=shift, day=timezone.localdate(), actor=clerk)
    line = add_line(handover, actor=clerk, what="Torch lent to the guard")
    return handover, line, add_entry(estate=estate, actor=clerk, text="Lift doctor came by")


def call(browser: Client, name: str, world: dict[str, list[Any]]) -> int:
    method, _permission, of = STAFF[name]
    return browser.generic(method, reverse(name, args=world[of])).status_code


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back, so that one world serves every page."""
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def walk(
    browser: Client, pages: Iterable[str], world: dict[str, list[Any]], fits: Callable[[str, int], bool]
) -> list[str]:
    """Each page called once; those whose answer does not fit, with the answer."""
    wrong = []
    for name in sorted(pages):
        with undone():
            status = call(browser, name, world)
        if not fits(name, status):
            wrong.append(f"{name}: {status}")
    return wrong


DEEDS = {name for name, row in STAFF.items() if row[0] == "POST"}
# What is said at a door is the same for everybody.
SOMEBODYS = {name for name, row in STAFF.items() if row[2] not in EVERYBODYS} - {"script_say"}
# No such file or token: a role that may look finds nothing, one that may not is turned away first.
ABSENT = {
    *("ticket_file", "slip_file", "pass_file", "door_file", "paper_file", "fixtures_file", "decoration_file"),
    "token",
}


@pytest.mark.parametrize("role", ROLES)
def test_the_table_decides(role, world, login, request):
    def fits(name: str, status: int) -> bool:
        _method, permission, of = STAFF[name]
        if role not in PERMISSIONS[permission]:
            return status == 403
        if (of == "message" and role != "clerk") or of in ABSENT or name == "switch_estate":
            return status == 404
        return status in {200, 204, 302, 303, 400, 409, 422}

    assert walk(login(request.getfixturevalue(role)), STAFF, world, fits) == []


def test_a_stranger_is_asked_to_log_in(world):
    wrong = []
    for name, (method, _permission, of) in STAFF.items():
        response = Client().generic(method, reverse(name, args=world[of]))
        if response.status_code != 302 or not response["Location"].startswith("/login/"):
            wrong.append(f"{name}: {response.status_code}")
    assert wrong == []


def test_for_the_clerk_of_another_estate_it_does_not_exist(world, outsider, login):
    # A clerk may not release replies or sign slips anywhere, and learns nothing by that.
    def fits(name: str, status: int) -> bool:
        return status == (404 if "clerk" in PERMISSIONS[STAFF[name][1]] else 403)

    assert walk(login(outsider), SOMEBODYS, world, fits) == []


def test_foreign_and_absent_look_the_same(world, outsider, login):
    browser, different = login(outsider), []
    for name in sorted(SOMEBODYS):
        method, _permission, of = STAFF[name]
        args = [999_999 if isinstance(a, int) else a for a in world[of]]
        if of in {"estate", "template"}:
            args = ["nowhere"]
        with undone():
            foreign = browser.generic(method, reverse(name, args=world[of]))
        with undone():
            absent = browser.generic(method, reverse(name, args=args))
        if (foreign.status_code, foreign.content) != (absent.status_code, absent.content):
            different.append(name)
    assert different == []


def test_a_deed_is_never_done_by_looking(world, manager, login):
    browser, wrong = login(manager), []
    for name in sorted(DEEDS):
        with undone():
            status = browser.get(reverse(name, args=world[STAFF[name][2]])).status_code
        if status not in {302, 403, 405}:
            wrong.append(f"{name}: {status}")
    assert wrong == []


def test_a_deed_needs_its_token(world, clerk):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    done = [
        name
        for name in sorted(DEEDS)
        if browser.post(reverse(name, args=world[STAFF[name][2]])).status_code != 403
    ]
    assert done == []


def test_what_was_walked_was_undone(world, manager, login):
    browser = login(manager)
    before = Slip.objects.get(pk=world["slip"][0]).version
    with undone():
        assert (
            browser.post(reverse("slip_cancel", args=world["slip"]), {"reason": "Twice"}).status_code == 303
        )
    assert Slip.objects.get(pk=world["slip"][0]).version == before


def test_somebody_who_left_is_out_from_the_next_click_on(clerk, login):
    browser = login(clerk)
    assert browser.get(reverse("desk")).status_code == 200
    clerk.is_active = False
    clerk.save()
    assert browser.get(reverse("desk")).status_code == 302


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 2**64])
@pytest.mark.parametrize(
    "name", ["ticket_detail", "slip_detail", "follow_up_detail", "unit_detail", "resident_detail"]
)
def test_a_number_out_of_range_is_a_404(name, pk, clerk, login):
    assert login(clerk).get(reverse(name, args=[pk])).status_code == 404
