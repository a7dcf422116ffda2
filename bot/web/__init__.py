"""The HTTP side: callbacks, health, the chat page, the pages of officials."""
