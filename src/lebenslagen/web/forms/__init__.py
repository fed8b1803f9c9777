"""Forms: what a person may type; labels and errors are English texts, translated where they are shown."""
