"""求助: a message that says somebody is being hurt goes before everything."""
