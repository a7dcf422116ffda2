"""An invented city with three counties, its people, two years of reports and open duties, made from a seed."""
