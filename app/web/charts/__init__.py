"""Charts: drawings made of evidence, and what becomes of them: a bokeh figure, an SVG, words."""
