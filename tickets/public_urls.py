"""Pages of residents and contractors, without an account."""

from django.urls import path

from tickets.views import posters, public, slip_links

urlpatterns = [
    path("t/<str:secret>/", public.track, name="track"),
    path("t/<str:secret>/reply/", public.track_reply, name="track_reply"),
    path("t/<str:secret>/rate/", public.track_rate, name="track_rate"),
    path("t/<str:secret>/files/<int:pk>/", public.track_file, name="track_file"),
    path("s/<str:secret>/", slip_links.slip_link, name="slip_link"),
    path("s/<str:secret>/sign/", slip_links.sign, name="slip_link_sign"),
    path("s/<str:secret>/start/", slip_links.start, name="slip_link_start"),
    path("s/<str:secret>/complete/", slip_links.complete, name="slip_link_complete"),
    path("s/<str:secret>/files/<int:pk>/", slip_links.slip_link_file, name="slip_link_file"),
    path("<slug:estate_code>/poster/", posters.poster, name="poster"),
    path("<slug:estate_code>/", public.public_form, name="public_form"),
]
