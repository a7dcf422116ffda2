"""Obligations: what a circular asks of whom, how many, by when, each with the sentence that says so."""

from knowledge.reading.obligations.amendments import Amendment, changed_documents, find_amendments
from knowledge.reading.obligations.finding import find_obligations
from knowledge.reading.obligations.obligation import Obligation

__all__ = ["Amendment", "Obligation", "changed_documents", "find_amendments", "find_obligations"]
