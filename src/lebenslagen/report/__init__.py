"""The Sozialbericht: a document tree, its chapters, and its renderings as HTML and Typst."""
