"""The verbs: what syndicate does, one module each."""
