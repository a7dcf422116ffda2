"""提醒: what is owed soon, told in time, once, at civil hours, and never to somebody who has reported."""
