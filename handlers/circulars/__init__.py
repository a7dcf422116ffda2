"""来文: a circular comes in, is kept and searchable, and its obligations are proposed one by one."""
