"""Residents' pages, without an account."""

from django.urls import path

from tickets.views import posters, public

urlpatterns = [
    path("t/<str:secret>/", public.track, name="track"),
    path("t/<str:secret>/reply/", public.track_reply, name="track_reply"),
    path("t/<str:secret>/rate/", public.track_rate, name="track_rate"),
    path("t/<str:secret>/files/<int:pk>/", public.track_file, name="track_file"),
    path("<slug:estate_code>/poster/", posters.poster, name="poster"),
    path("<slug:estate_code>/", public.public_form, name="public_form"),
]
