"""Finding the clause: terms, impacts, the way from everyday words to legal ones, scoring and quoting; all pure."""
