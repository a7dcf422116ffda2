"""People: invitations, and being bound to a platform."""
