"""The kinds of jobs there are: each is a file of its own here, and an entry in this table."""

from bridge.worker.job_type import JobTypes, by_kind
from bridge.worker.jobs import analyse, compare, master, references

JOB_TYPES: JobTypes = by_kind(analyse.ANALYSE, master.MASTER, compare.COMPARE, references.REFERENCES)


def is_background(kind: str) -> bool:
    """Tell whether only a page asks for jobs of a kind; no kind of this version is nobody's business either."""
    found = JOB_TYPES.get(kind)
    return found is None or found.is_background
