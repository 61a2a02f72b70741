"""Invented rows for the style page (templates/desk/styles.html): every component in every state, no record touched."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

CLOCKS = [
    {"state": "running", "label": "2 h 10 left", "fraction": 0.8, "title": "due 12:52"},
    {"state": "soon", "label": "18 min left", "fraction": 0.2, "title": "due 11:00"},
    {"state": "late", "label": "12 min late", "fraction": 0, "title": "due 10:30"},
    {"state": "paused", "label": "Paused, waiting for owner", "fraction": 0.5, "title": ""},
    {"state": "met", "label": "Answered in 9 min", "fraction": 1, "title": ""},
]
CLASSES = [
    ("valid", "Valid", 82),
    ("help_seeking", "求助型", 91),
    ("inquiry", "咨询型", 88),
    ("venting", "發洩型", 64),
]
STATUSES = {
    "Ticket": [
        ("ticket", "new", "New"),
        ("ticket", "assigned", "Assigned"),
        ("ticket", "in_progress", "In progress"),
        ("ticket", "resolved", "Resolved"),
        ("ticket", "closed", "Closed"),
        ("ticket", "declined", "Declined"),
        ("ticket", "reopened", "Open again"),
    ],
    "Slip": [
        ("slip", "issued", "Issued"),
        ("slip", "unsigned", "Not signed for"),
        ("slip", "signed", "Signed, Ma Tao 10:21"),
        ("slip", "in_progress", "In progress"),
        ("slip", "done", "Done"),
        ("slip", "verified", "Verified"),
        ("slip", "cancelled", "Void"),
    ],
    "Follow-up": [
        ("follow_up", "due", "Due today"),
        ("follow_up", "scheduled", "After 14:00"),
        ("follow_up", "unreachable", "No answer, 1 of 3"),
        ("follow_up", "satisfied", "Satisfied 5"),
        ("follow_up", "so_so", "So-so 3"),
        ("follow_up", "dissatisfied", "Dissatisfied, reopened"),
    ],
    "Visit": [
        ("visit", "expected", "Expected 11:00"),
        ("visit", "inside", "Inside 31 min"),
        ("visit", "overstay", "Over by 47 min"),
        ("visit", "left", "Left 10:38"),
        ("visit", "refused", "Refused"),
    ],
    "Release pass": [
        ("release_pass", "awaiting_consent", "Awaiting consent"),
        ("release_pass", "awaiting_override", "Awaiting override"),
        ("release_pass", "issued", "Issued"),
        ("release_pass", "partly_released", "Part released 3/4"),
        ("release_pass", "expired", "Expired"),
        ("release_pass", "revoked", "Revoked"),
    ],
    "Bill": [
        ("bill", "open", "Due 15 Nov"),
        ("bill", "part_paid", "Part paid, ¥212.52 left"),
        ("bill", "late", "2 days late"),
        ("bill", "overdue", "33 days late"),
        ("bill", "disputed", "Disputed"),
        ("bill", "paid", "Paid"),
        ("bill", "reversed", "Reversed"),
    ],
}
WORDS = (
    "This is the third time I am calling about the car park. You charged me the parking fee twice in October, "
    "¥400 each. On Friday I was told someone would ring me, and nobody called back as promised."
)
LANES = [
    {
        "key": "call-backs",
        "title": "Call-backs promised",
        "icon": "phone",
        "count": 3,
        "all_url": "#",
        "rows": [
            {
                "id": "row-1",
                "url": "#",
                "clock": CLOCKS[2],
                "plate": {"code": "3-2-501", "url": "#"},
                "name": "Wang Jianguo 王建国",
                "role": "owner",
                "line": "Car-park light, third call",
                "action": {"label": "Call", "url": "#"},
            },
            {
                "id": "row-2",
                "url": "#",
                "clock": {"state": "soon", "label": "10:55", "fraction": 0.2},
                "plate": {"code": "5-1-1203", "url": "#"},
                "name": "Sarah Whitfield",
                "line": "Parking fee taken twice in October, and she asks for the receipts of both payments",
                "action": {"label": "Call", "url": "#"},
            },
        ],
    },
    {
        "key": "unjudged",
        "title": "Not yet judged",
        "icon": "ticket",
        "count": 2,
        "all_url": "#",
        "rows": [
            {
                "id": "row-3",
                "url": "#",
                "clock": CLOCKS[1],
                "plate": {"code": "2-1-1104", "url": "#"},
                "name": "张伟",
                "name_lang": "zh-hans",
                "line": "厨房水管爆裂，水已流到走廊",
                "line_lang": "zh-hans",
                "class": {"code": "help_seeking", "label": "Help-seeking", "percent": 91, "suggested": True},
                "action": {
                    "label": "Confirm",
                    "url": "#",
                    "post": True,
                    "menu": [{"label": "Inquiry", "url": "#"}],
                },
            },
        ],
    },
    {
        "key": "passes",
        "title": "Release passes",
        "icon": "pass",
        "count": 0,
        "rows": [],
        "empty": "No passes are waiting.",
        "empty_url": "#",
        "empty_label": "Find a unit",
    },
]
STEPS = [
    {"number": 1, "title": "Record", "state": "done", "line": "09:58 Xiaowen"},
    {"number": 2, "title": "Judge", "state": "done", "line": "10:03 Xiaowen"},
    {"number": 3, "title": "Department", "state": "not_needed", "line": "nobody to tell"},
    {
        "number": 4,
        "title": "Go to the spot",
        "state": "current",
        "line": "Ma Tao, east barrier",
        "act": {"label": "Done", "url": "#", "post": True, "primary": True},
    },
    {"number": 5, "title": "Handling", "state": "open", "line": "Ma Tao, by 17:58"},
    {"number": 6, "title": "Follow-up", "state": "open", "line": "within 3 days after"},
]
LINE = {
    "from_label": "18 Oct",
    "now_label": "now",
    "marks": [{"percent": 50, "label": "2 Nov, light out"}, {"percent": 86, "label": "13 Nov, flickers"}],
}
RULER = {
    "label": "The day",
    "done_label": "17 done",
    "now_percent": 23,
    "now_label": "10:42",
    "hours": [{"percent": 2.5 + hour * 7.9, "label": f"{hour + 8:02}:00"} for hour in range(13)],
    "rest": [{"percent": 34.5, "width": 16, "label": "Rest hours, no follow-up calls"}],
    "done": [4, 6, 9, 11, 14, 16, 19],
    "marks": [
        {
            "percent": 21,
            "row": 0,
            "icon": "phone",
            "tone": "red",
            "title": "Call back, 12 min late",
            "url": "#",
        },
        {"percent": 20, "row": 1, "icon": "slip", "tone": "red", "title": "Slip not signed for", "url": "#"},
        {"percent": 27, "row": 0, "icon": "ticket", "tone": "amber", "title": "Ticket to judge", "url": "#"},
        {
            "percent": 53,
            "row": 1,
            "icon": "follow-up",
            "tone": "plain",
            "title": "Follow-up visit",
            "url": "#",
        },
    ],
}
BARS = [
    {"key": "valid", "label": "Valid", "percent": 82},
    {"key": "inquiry", "label": "Inquiry", "percent": 9},
    {"key": "venting", "label": "Venting", "percent": 6},
    {"key": "help_seeking", "label": "Help-seeking", "percent": 3},
]
KPIS = [
    {"label": "New tickets", "figure": "186", "change": "12% more", "direction": "up", "base": "166 before"},
    {
        "label": "Resolved in time",
        "figure": "88.2",
        "unit": "%",
        "change": "1.4 pt lower",
        "direction": "down",
        "good": False,
        "base": "p90 2.6 days",
        "definition": "Tickets resolved before their limit",
    },
]
HITS = [
    {
        "label": "2 people match “6021”",
        "hits": [
            {
                "url": "#",
                "card_url": "",
                "name": "Wang Jianguo 王建国",
                "title": [("Wang Jianguo 王建国", False)],
                "plate": "3-2-501",
                "meta": [("138****", False), ("6021", True)],
                "apart": "March 2014 –, last contact 13 Nov 2026",
            },
            {
                "url": "#",
                "card_url": "",
                "name": "Daniel Okafor",
                "title": [("Daniel Okafor", False)],
                "plate": "5-2-905",
                "meta": [("left in August", False)],
                "apart": "January 2020 – August 2026",
            },
        ],
    },
]
MATTERS = [
    {
        "on": "13 Nov",
        "title": "Light over bay B2-114 flickers",
        "url": "#",
        "outcome": "Open again: not satisfied on 15 Nov",
        "tone": "amber",
        "icon": "refresh",
        "meta": "T-2026-000115, help-seeking",
    },
    {
        "on": "2 Nov",
        "title": "Light is out",
        "outcome": "Bulb changed the same day",
        "tone": "pine",
        "icon": "tick",
    },
]
FACTS = [
    {"label": "Mobile, verified", "value": "139 2655 7718"},
    {"label": "E-mail", "value": "s.whitfield@example.com"},
]


class SpecimenForm(forms.Form):
    """One field of each shape."""

    phone = forms.CharField(label="Telephone", help_text="Eight digits here, eleven for a mainland mobile.")
    unit = forms.CharField(label="Unit", required=False)
    topic = forms.ChoiceField(label="Topic", choices=[("", "–"), ("lift", "Lift"), ("car", "Car park")])
    channel = forms.ChoiceField(
        label="Channel", choices=[("phone", "Phone"), ("counter", "Counter")], widget=forms.RadioSelect
    )
    body = forms.CharField(
        label="What happened", widget=forms.Textarea(attrs={"rows": 3, "data-draft-key": "specimen"})
    )
    sms = forms.BooleanField(label="Tell the resident by SMS", required=False)

    def clean_phone(self) -> str:
        """Refuses the specimen's short number, so that the error state shows."""
        raise forms.ValidationError("One digit is missing.")


def specimens(now: datetime) -> dict[str, Any]:
    """The style page's whole context."""
    form = SpecimenForm({"phone": "9214 602", "body": "Water drips from the ceiling of B1."})
    events = [
        {
            "at": now - timedelta(hours=1),
            "icon": "call-in",
            "who": "Call taken",
            "sentence": "by Chen Xiaowen, 3 min 10 s.",
        },
        {
            "at": now - timedelta(minutes=20),
            "icon": "lock",
            "who": "Chen Xiaowen",
            "aside": "internal note",
            "kind": "note",
            "body": "Cashier confirms two card payments of ¥400 on 3 Oct. The second has no bill behind it.",
        },
        {
            "at": now - timedelta(minutes=5),
            "icon": "plane",
            "who": "Reply",
            "sentence": "waits for a supervisor",
            "kind": "held",
            "body": "We will refund ¥400.",
        },
    ]
    return {
        "clocks": CLOCKS,
        "classes": CLASSES,
        "statuses": STATUSES,
        "lanes": LANES,
        "steps": STEPS,
        "line": LINE,
        "ruler": RULER,
        "bars": BARS,
        "kpis": KPIS,
        "hit_groups": HITS,
        "matters": MATTERS,
        "facts": FACTS,
        "form": form,
        "blank": SpecimenForm(auto_id="blank_%s"),
        "reply": SpecimenForm({"body": "Dear Ms Whitfield, we will refund ¥400."}, auto_id="reply_%s"),
        "events": events,
        "words": WORDS,
        "spans": [
            (0, 22),
            (WORDS.index("charged"), WORDS.index(" in October")),
            (WORDS.index("nobody"), len(WORDS) - 1),
        ],
        "keys": [
            {"number": 1, "label": "repeated: manager told"},
            {"number": 2, "label": "charged too much"},
            {"number": 3, "label": "a duty not kept"},
        ],
        "crumbs": [{"label": "Tickets", "url": "#"}, {"label": "T-2026-000123"}],
        "chips": [
            {"label": "Mine", "url": "#", "active": True, "count": 4},
            {"label": "Late", "url": "#", "count": 3},
            {"label": "Topic: lift", "url": "#", "active": True, "remove": True},
        ],
        "tabs": [
            {"label": "All", "url": "#", "active": True, "count": 10},
            {"label": "Notes", "url": "#", "count": 2},
        ],
        "columns": [
            {"label": "Number", "sort_url": "#", "sorted": "down"},
            {"label": "Subject"},
            {"label": "Left"},
        ],
        "rows": [
            {
                "id": "t1",
                "cells": [
                    {"text": "T-2026-000123", "url": "#"},
                    {"text": "Parking fee taken twice"},
                    {"template": "components/clock.html", "data": CLOCKS[0]},
                ],
            },
            {
                "id": "t2",
                "cells": [
                    {"text": "T-2026-000131", "url": "#"},
                    {"text": "厨房水管爆裂", "lang": "zh-hans"},
                    {"template": "components/clock.html", "data": CLOCKS[2]},
                ],
            },
        ],
        "warning": {
            "words": "“will refund ¥400”",
            "says": "promises money. A supervisor approves it first.",
            "approver": "Ma Tao",
        },
    }
