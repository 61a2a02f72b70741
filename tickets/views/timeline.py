"""What happened on a ticket, in one order: its history as sentences, and replies with their text."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from helpdesk.attachments.models import Attachment
from helpdesk.audit.models import Entry
from helpdesk.staff.models import User
from tickets.models import ClassReview, ComplaintClass, Finding, FollowUp, Pause, Priority, Reply, Ticket
from tickets.procedures import is_by_hand, title_in
from tickets.views.wording import listed

Data = dict[str, Any]
TABS = ("calls", "replies", "notes", "slips", "changes")
# A reply stands in the timeline with its own text.
TOLD_BY_THE_REPLY = {"reply.added", "reply.held"}


def word(choices: Any, value: Any) -> str:
    """The word for a stored value; the value itself where it is none of ours."""
    return str(dict(choices.choices).get(value, value))


def classified(data: Data) -> str:
    to = word(ComplaintClass, data.get("to") or data.get("complaint_class") or "")
    if data.get("from"):
        return _("Class changed from %(before)s to %(after)s") % {
            "before": word(ComplaintClass, data["from"]),
            "after": to,
        }
    return _("Class set to %(after)s") % {"after": to}


def put_up(data: Data) -> str:
    return _("Put up for reclassification: %(cause)s") % {"cause": word(ClassReview.Cause, data.get("cause"))}


def changed(data: Data) -> str:
    if "priority" in data:
        before, after = (word(Priority, value) for value in data["priority"])
        return _("Priority changed from %(before)s to %(after)s") % {"before": before, "after": after}
    if "responsible" in data:
        before, after = data["responsible"]
        return _("Responsibility handed from %(before)s to %(after)s") % {
            "before": before or "–",
            "after": after,
        }
    if "warranty" in data:
        builder = listed([data["warranty"][0], data["warranty"][1]])
        return _("Under warranty: %(builder)s") % {"builder": builder} if builder else _("Not under warranty")
    words = {"subject": _("subject"), "topic": _("topic"), "unit": _("unit"), "resident": _("resident")}
    fields = [str(words.get(name, _("description"))) for name in data.get("fields", ())]
    return _("Changed: %(fields)s") % {"fields": listed(fields)}


def assigned(data: Data) -> str:
    in_own_words = (data.get("names") or {}).get(get_language()) or data.get("department")
    who = listed([in_own_words, data.get("handler")])
    if not who:
        return _("Given to a department")
    return _("Given to %(who)s") % {"who": who}


def merged(data: Data) -> str:
    if data.get("into"):
        return _("Merged into %(number)s") % {"number": data["into"]}
    return _("%(number)s was merged into this one") % {"number": data.get("merged", "")}


def split(data: Data) -> str:
    if data.get("part"):
        return _("A part goes on as %(number)s") % {"number": data["part"]}
    return _("Split off from %(number)s") % {"number": data.get("split_from", "")}


def told_as_late(data: Data) -> str:
    told = {1: _("the responsible person"), 2: _("the supervisor"), 3: _("the manager")}
    who = {"who": told.get(data.get("level", 0), _("the desk"))}
    if data.get("clock") == "on_site":
        return _("Nobody on the spot: %(who)s was told") % who
    if data.get("clock") == "answer":
        return _("The sender waits: %(who)s was told") % who
    return _("Late: %(who)s was told") % who


def paused(data: Data) -> str:
    return _("Paused: %(reason)s") % {"reason": word(Pause.Reason, data.get("why", ""))}


def forwarded(data: Data) -> str:
    return _("Forwarded by %(who)s") % {"who": listed([data.get("sender"), data.get("number")])}


def step_done(data: Data) -> str:
    words = {"step": title_in(data.get("titles") or {}, data.get("key") or data.get("step") or "")}
    if data.get("not_needed"):
        return _("Step not needed: %(step)s") % words
    if data.get("finding"):
        return _("%(step)s: %(finding)s") % (words | {"finding": word(Finding, data["finding"])})
    return _("Step done: %(step)s") % words


def visited(data: Data) -> str:
    if data.get("outcome") == FollowUp.Status.UNREACHABLE:
        return _("Follow-up visit: closed, nobody was reached")
    words = {"outcome": word(FollowUp.Outcome, data.get("outcome") or ""), "score": data.get("score") or ""}
    return _("Follow-up visit: %(outcome)s %(score)s") % words


def tried(data: Data) -> str:
    return (
        _("Follow-up visit: reached, no answer yet")
        if data.get("reached")
        else _("Follow-up visit: nobody reached")
    )


def decided(data: Data) -> str:
    """What the desk supervisor said about a letter that complains."""
    return _("Decided: a slip is issued") if data.get("slip") else _("Decided: no slip")


# verb → (tab, icon, the sentence)
TOLD: dict[str, tuple[str, str, Callable[[Data], str]]] = {
    "ticket.created": ("changes", "ticket", lambda data: _("Ticket opened")),
    "ticket.classified": ("changes", "tag", classified),
    "ticket.put_up": ("changes", "refresh", put_up),
    "ticket.class_stays": ("changes", "tag", lambda data: _("The class stays")),
    "ticket.assigned": ("changes", "people", assigned),
    "ticket.started": ("changes", "play", lambda data: _("Work has begun")),
    "ticket.step_done": ("changes", "tick", step_done),
    "ticket.resolved": ("changes", "tick", lambda data: _("Resolved")),
    "ticket.closed": ("changes", "tick-badge", lambda data: _("Closed")),
    "ticket.reopened": ("changes", "refresh", lambda data: _("Opened again")),
    "ticket.declined": ("changes", "barred", lambda data: _("Declined")),
    "ticket.merged": ("changes", "down-right", merged),
    "ticket.split": ("changes", "up-right", split),
    "ticket.changed": ("changes", "note", changed),
    "ticket.files_added": ("changes", "camera", lambda data: _("Photos or papers added")),
    "ticket.escalated": ("changes", "bell", told_as_late),
    "ticket.named_at_door": (
        "changes",
        "home",
        lambda data: _("Named at the door of %(unit)s: reminders wait for it") % {"unit": data["unit"]},
    ),
    "ticket.paused": ("changes", "pause", paused),
    "ticket.resumed": ("changes", "play", lambda data: _("The clock runs again")),
    "ticket.forwarded": ("changes", "import", forwarded),
    "ticket.answered_back": (
        "replies",
        "plane",
        lambda data: _("Answered back: %(who)s") % {"who": data.get("sender", "")},
    ),
    "ticket.serious": ("changes", "warning", lambda data: _("Serious: the manager was told")),
    "ticket.link_renewed": ("changes", "link", lambda data: _("The resident has a new link")),
    "ticket.joined": (
        "changes",
        "megaphone",
        lambda data: _("Part of incident %(number)s") % {"number": data.get("incident", "")},
    ),
    "reply.released": ("replies", "plane", lambda data: _("Reply approved and sent")),
    "reply.withdrawn": ("replies", "undo", lambda data: _("Reply withdrawn")),
    "slip.issued": ("slips", "slip", lambda data: _("Slip issued:")),
    "slip.signed": ("slips", "slip", lambda data: _("Slip signed for:")),
    "slip.started": ("slips", "wrench", lambda data: _("Work on the slip began:")),
    "slip.done": ("slips", "tick", lambda data: _("Slip done:")),
    "slip.verified": ("slips", "tick-badge", lambda data: _("Slip verified:")),
    "slip.cancelled": ("slips", "close", lambda data: _("Slip void:")),
    "slip.nudged": ("slips", "bell", lambda data: _("Department told again of the slip:")),
    "slip.link_sent": ("slips", "link", lambda data: _("Link sent to the contractor:")),
    "slip.link_revoked": ("slips", "close", lambda data: _("Contractor’s link made void:")),
    "slip.files_added": ("slips", "camera", lambda data: _("Photos added to the slip:")),
    "slip.escalated": ("slips", "bell", lambda data: _("Told that nobody signed for the slip:")),
    "follow_up.scheduled": ("calls", "follow-up", lambda data: _("Follow-up visit planned")),
    "follow_up.brought_up": ("calls", "follow-up", lambda data: _("Follow-up visit due")),
    "follow_up.attempted": ("calls", "no-answer", tried),
    "follow_up.recorded": ("calls", "follow-up", visited),
    "follow_up.wished": ("calls", "clock", lambda data: _("The resident named a better time")),
    "follow_up.cancelled": ("calls", "close", lambda data: _("Follow-up visit cancelled")),
    "follow_up.not_sampled": ("calls", "minus", lambda data: _("No follow-up visit: not sampled")),
    "follow_up.late": ("calls", "bell", lambda data: _("Follow-up visit late")),
    "contact.taken": ("calls", "call-in", lambda data: _("Entered in the register")),
    "contact.linked": ("calls", "link", lambda data: _("Said to be the same matter")),
    "contact.done": ("calls", "tick", lambda data: _("Done")),
    "letter.classed": ("calls", "letter", lambda data: _("Kind of letter written down")),
    "letter.decided": ("calls", "letter", decided),
    "praise.registered": ("calls", "thumb-up", lambda data: _("Hung on the praise wall")),
    "praise.hung_up": ("calls", "thumb-up", lambda data: _("Hung on the praise wall")),
    "praise.taken_down": ("calls", "close", lambda data: _("Taken down")),
    "contact.called_back": ("calls", "phone", lambda data: _("Rung back")),
}


def timeline_for(ticket: Ticket, user: User, *, show: str) -> dict[str, Any]:
    """Events oldest first, of the tab `show` alone where it names one; tabs with counts; files; held replies."""
    replies = list(Reply.objects.filter(ticket=ticket).select_related("author", "released_by"))
    entries = list(Entry.objects.about(ticket).exclude(verb__in=TOLD_BY_THE_REPLY))
    files = files_of(ticket, replies)
    told = [of_entry(entry) for entry in entries if not goes_without_saying(entry)]
    told += [of_reply(reply, files.get((Reply._meta.label_lower, reply.pk), [])) for reply in replies]
    told.sort(key=lambda event: event["at"])
    counts = {tab: sum(event["tab"] == tab for event in told) for tab in TABS}
    chosen = show if show in TABS else ""
    return {
        "events": [event for event in told if not chosen or event["tab"] == chosen],
        "judged_at": max((e.at for e in entries if e.verb == "ticket.classified"), default=None),
        "files": files.get((Ticket._meta.label_lower, ticket.pk), []),
        "tabs": tabs(chosen, counts, len(told)),
        "held": [held(ticket, reply, user) for reply in replies if reply.state == Reply.State.HELD],
    }


def goes_without_saying(entry: Entry) -> bool:
    """A step that was ticked by the very event which stands beside it."""
    ticked = entry.verb == "ticket.step_done" and not entry.data.get("not_needed")
    return ticked and not is_by_hand(entry.data.get("key", ""))


def tabs(chosen: str, counts: dict[str, int], every: int) -> list[dict[str, Any]]:
    words = {
        "calls": _("Calls"),
        "replies": _("Replies"),
        "notes": _("Notes"),
        "slips": _("Slips"),
        "changes": _("Changes"),
    }
    first = {"label": _("All"), "url": "?#timeline", "active": not chosen, "count": every}
    rest = [
        {"label": words[tab], "url": f"?show={tab}#timeline", "active": chosen == tab, "count": counts[tab]}
        for tab in TABS
    ]
    return [first, *rest]


def of_entry(entry: Entry) -> dict[str, Any]:
    """One line of the history; what has no sentence yet shows its own verb."""
    tab, icon, sentence = TOLD.get(entry.verb, ("changes", "info", lambda data: entry.verb))
    event = {
        "at": entry.at,
        "tab": tab,
        "icon": icon,
        "who": "",
        "sentence": sentence(entry.data),
        "aside": aside_of(entry),
    }
    if entry.target_type == "tickets.slip":
        event |= {"url": reverse("slip_detail", args=[entry.target_id]), "url_label": entry.target_label}
    return event


def aside_of(entry: Entry) -> str:
    """By whom, and why."""
    contractor = entry.data.get("contractor")
    who = _("by the contractor, %(name)s") % {"name": contractor} if contractor else entry.actor_name
    return listed([who, entry.data.get("reason") or entry.data.get("note")])


def files_of(ticket: Ticket, replies: list[Reply]) -> dict[tuple[str, int], list[dict[str, str]]]:
    """The photos and papers of the ticket and of its replies, read at once; by (kind of owner, id)."""
    owned = {
        (Ticket._meta.label_lower, ticket.pk),
        *((Reply._meta.label_lower, reply.pk) for reply in replies),
    }
    wanted = Q(pk__in=[])
    for label in {label for label, _pk in owned}:
        wanted |= Q(owner_type=label, owner_id__in=[pk for other, pk in owned if other == label])
    found: dict[tuple[str, int], list[dict[str, str]]] = {}
    for file in Attachment.objects.filter(wanted).order_by("id"):
        found.setdefault((file.owner_type, file.owner_id), []).append(shown_file(ticket, file))
    return found


def shown_file(ticket: Ticket, file: Attachment) -> dict[str, str]:
    url = reverse("ticket_file", args=[ticket.pk, file.pk])
    size = _("%(kb)s kB") % {"kb": max(1, file.size // 1024)}
    return {
        "url": url,
        "name": file.name,
        "thumb_url": f"{url}?small=1" if file.thumbnail else "",
        "size": size,
    }


def of_reply(reply: Reply, files: list[dict[str, str]]) -> dict[str, Any]:
    who = _("The resident") if reply.from_resident else str(reply.author or "")
    event: dict[str, Any] = {"at": reply.created_at, "who": who, "body": reply.body, "files": files}
    if reply.from_resident:
        return event | {
            "tab": "replies",
            "icon": "speech",
            "aside": _("wrote on the progress page"),
            "kind": "public",
        }
    if reply.visibility == Reply.Visibility.INTERNAL:
        return event | {"tab": "notes", "icon": "lock", "aside": _("internal note"), "kind": "note"}
    if reply.state == Reply.State.HELD:
        # Its text stands below, with what a supervisor can do about it.
        return event | {
            "tab": "replies",
            "icon": "hand",
            "aside": _("wrote a reply that waits for a supervisor"),
            "body": "",
        }
    if reply.state == Reply.State.WITHDRAWN:
        return event | {"tab": "replies", "icon": "undo", "aside": _("reply, withdrawn"), "kind": "held"}
    return event | {"tab": "replies", "icon": "plane", "aside": _("reply to the resident"), "kind": "public"}


def held(ticket: Ticket, reply: Reply, user: User) -> dict[str, Any]:
    """A reply that waits: its promise words, and what this person may do with it."""
    words = listed(promise.get("words") for promise in reply.promises)
    may_release = user.may("tickets.release_reply", ticket.estate_id)
    may_withdraw = may_release or reply.author_id == user.pk
    urls = {"release": reverse("reply_release", args=[ticket.pk, reply.pk])} if may_release else {}
    return {
        "pk": reply.pk,
        "author": str(reply.author or ""),
        "body": reply.body,
        "promised": _("Promise words: %(words)s") % {"words": words} if words else "",
        "release_url": urls.get("release", ""),
        "withdraw_url": reverse("reply_withdraw", args=[ticket.pk, reply.pk]) if may_withdraw else "",
    }
