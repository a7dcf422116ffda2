"""加入: greeting, help, and becoming known with an invitation code."""
