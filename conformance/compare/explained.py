"""Differences that stay: (library, op as a pattern, whether a case is of the kind, reason, source).

What the conformance program itself refuses to answer, with its reasons, is counted as skipped.
"""

EXPLAINED = []
