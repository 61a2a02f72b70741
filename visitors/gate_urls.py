"""Pages of the gate, for a guard's phone. The code stands in the address, as the camera reads it."""

from django.urls import path

from visitors.views import gate

urlpatterns = [
    path("", gate.gate, name="gate"),
    path("<str:code>/", gate.gate_pass, name="gate_pass"),
    path("<str:code>/release/", gate.release, name="gate_release"),
    path("<str:code>/send-back/", gate.send_back, name="gate_send_back"),
]
