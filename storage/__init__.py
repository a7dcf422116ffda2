"""What is remembered: records, their invariants, their queries. Imports nothing of ours."""
