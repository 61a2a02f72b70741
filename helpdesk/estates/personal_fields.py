"""Estates keep nothing of people: the company's own addresses, and names of days and shifts."""

from helpdesk.lib.personal_data import register

register(
    "estates.estate",
    plain=[
        *("code", "name", "name_zh_hans", "name_zh_hant", "telephone", "email", "address", "time_zone"),
        *("phone_region", "currency", "language", "business_windows", "calling_windows"),
    ],
)
register("estates.department", plain=["code", "name", "name_zh_hans", "name_zh_hant", "telephone", "email"])
register("estates.holiday", plain=["name"])
register("estates.prioritylimit", plain=["priority"])
register("estates.shift", plain=["name"])
register("estates.numberseries", plain=["series"])
