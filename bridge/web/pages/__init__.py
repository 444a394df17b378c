"""The pages, a module each: what is read of the store for it, and how that is shown.

A page has two records: what its query found, which is also what the page gives as JSON, and the view its template
prints, where every number is words already. ``show`` joins the two; `bridge.web.application` says under which address.
"""
