"""The gate for a guard's own program: what a code opens, and letting goods out once."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.filters import refuse_unknown
from helpdesk.api.serializers import StrictSerializer
from helpdesk.api.views import TableView
from helpdesk.lib.addresses import address_of
from helpdesk.lib.keys import BIGGEST_ID
from visitors.api.passes import MOST_PIECES, ItemSerializer
from visitors.models import GateRelease, ReleasePass
from visitors.services import gate
from visitors.services.release_passes import has_consent


class LoadSerializer(serializers.ModelSerializer[GateRelease]):
    items = serializers.SerializerMethodField()

    class Meta:
        model = GateRelease
        fields = ("id", "gate", "released_at", "items")

    def get_items(self, load: GateRelease) -> list[dict[str, int]]:
        return [{"item": line.item_id, "quantity": line.quantity} for line in load.lines.all()]


class GatePassSerializer(serializers.ModelSerializer[ReleasePass]):
    """What a gate sees: state and goods; nothing of what is owed, no number, no reason."""

    state = serializers.SerializerMethodField()
    unit_code = serializers.CharField(source="unit.code")
    owner_consent = serializers.SerializerMethodField()
    items = ItemSerializer(many=True)
    releases = LoadSerializer(many=True)

    class Meta:
        model = ReleasePass
        fields = (
            "number", "code", "status", "state", "unit", "unit_code", "applicant_name", "applicant_relation",
            "owner_consent", "vehicle_plate", "valid_from", "valid_until", "items", "releases",
        )  # fmt: skip

    def get_state(self, found: ReleasePass) -> str:
        """go, not_yet, released, expired or revoked."""
        return gate.state_at_gate(found, timezone.now())

    def get_owner_consent(self, found: ReleasePass) -> str:
        """given or not_needed."""
        return "given" if has_consent(found) else "not_needed"


class PiecesSerializer(StrictSerializer):
    item = serializers.IntegerField(min_value=0, max_value=BIGGEST_ID)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_PIECES)


class ReleaseSerializer(StrictSerializer):
    gate = serializers.CharField(max_length=40)
    items = serializers.ListField(
        child=PiecesSerializer(), required=False, min_length=1, help_text="Without it: all that is left."
    )
    plate = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="What stands at the gate."
    )
    acknowledge_plate = serializers.BooleanField(required=False, default=False)

    def validate_items(self, items: list[dict[str, int]]) -> dict[int, int]:
        pieces: dict[int, int] = {}
        for line in items:
            pieces[line["item"]] = pieces.get(line["item"], 0) + line["quantity"]
        return pieces


class GateApi(TableView):
    """Wrong codes are counted, ten a minute from one address; then 429."""

    permission = "gate.release"

    def open_pass(self, request: Request, code: str) -> ReleasePass:
        refuse_unknown(request)
        found = gate.open_code(code, user=request.user, address=address_of(request))  # type: ignore[arg-type]
        if found is None:
            raise Http404
        self.check_object_permissions(request, found)
        return found

    def answer(self, found: ReleasePass) -> Response:
        rows = ReleasePass.objects.select_related("unit").prefetch_related("items", "releases__lines")
        return Response(GatePassSerializer(rows.get(pk=found.pk)).data)


class GatePassView(GateApi):
    @extend_schema(operation_id="gate_retrieve", responses=GatePassSerializer)
    def get(self, request: Request, code: str) -> Response:
        """State and goods of the pass behind a code."""
        return self.answer(self.open_pass(request, code))


class GateReleaseView(GateApi):
    @extend_schema(
        operation_id="gate_release_create", request=ReleaseSerializer, responses=GatePassSerializer
    )
    def post(self, request: Request, code: str) -> Response:
        """Let out what is left, or the pieces named, each piece once: 409 already_released says when and where."""
        found = self.open_pass(request, code)
        body: dict[str, Any] = self.body(ReleaseSerializer)
        key = gate.scan_key_of(request.user, request.headers.get("Idempotency-Key", ""))  # type: ignore[arg-type]
        gate.release_goods(found, actor=request.user, scan_key=key, **body)  # type: ignore[arg-type]
        return self.answer(found)


class SendBackSerializer(StrictSerializer):
    gate = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=300, help_text="What does not match.")


class GateSendBackView(GateApi):
    @extend_schema(
        operation_id="gate_send_back_create", request=SendBackSerializer, responses=GatePassSerializer
    )
    def post(self, request: Request, code: str) -> Response:
        """What does not match is not released: the pass is revoked, and the desk is told."""
        found = self.open_pass(request, code)
        gate.send_back(found, actor=request.user, **self.body(SendBackSerializer))  # type: ignore[arg-type]
        return self.answer(found)
