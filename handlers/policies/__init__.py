"""问政策: the clause itself with its number, title and place, or an honest "not found"."""
