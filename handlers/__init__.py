"""What is said and done: the mechanics of talking and one slice for each concern. Knows no platform."""
