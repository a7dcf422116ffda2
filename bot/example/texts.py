"""What the example's people write beside their reports."""

#: A township sends a report back.
RETURNED = "写清楚来了多少人"
#: A village takes one back.
WITHDRAWN = "报重了"
