"""What a source consists of: one module per kind. Only bootstrap knows them; they know the ports."""
