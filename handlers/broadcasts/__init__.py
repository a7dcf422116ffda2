"""群发: one text to a part of the tree, a count before it goes, 收到 counted."""
