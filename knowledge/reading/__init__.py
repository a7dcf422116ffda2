"""Documents as read: clean text, elements, sections, tables, citations, passages."""
