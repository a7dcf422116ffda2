"""What is known: language, calendar, circulars, retrieval. Pure, except `library`, which reads and writes the store."""
