"""Pages for people: templates, static files, charts."""
