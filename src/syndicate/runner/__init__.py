"""Who runs the verbs, and when."""
