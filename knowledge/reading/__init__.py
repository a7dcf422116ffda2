"""Documents as read: clean text, elements, sections, tables, citations, passages."""

from knowledge.reading.document import Document
from knowledge.reading.files import Unreadable, read_file
from knowledge.reading.numbers import DocNumber, doc_number_key, find_doc_numbers, same_number
from knowledge.reading.records import Record, read_record, read_records
from knowledge.reading.structure import read_text

__all__ = [
    "DocNumber",
    "Document",
    "Record",
    "Unreadable",
    "doc_number_key",
    "find_doc_numbers",
    "read_file",
    "read_record",
    "read_records",
    "read_text",
    "same_number",
]
