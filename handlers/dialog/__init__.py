"""The mechanics of talking: messages, replies, choices, routing."""
