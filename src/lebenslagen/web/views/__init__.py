"""Pages: a file a noun; at most form, service, page."""
