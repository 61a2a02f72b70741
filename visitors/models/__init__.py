"""Visits, the watch list, parcels, release passes and what left by a gate."""

from visitors.models.parcels import Parcel
from visitors.models.policies import VisitorPolicy
from visitors.models.release_passes import Consent, GateRelease, GateReleaseLine, ReleaseItem, ReleasePass
from visitors.models.visits import Visit
from visitors.models.watch_list import WatchEntry

__all__ = [
    "Consent",
    "GateRelease",
    "GateReleaseLine",
    "Parcel",
    "ReleaseItem",
    "ReleasePass",
    "Visit",
    "VisitorPolicy",
    "WatchEntry",
]
