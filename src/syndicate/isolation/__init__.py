"""Foreign bytes are parsed in limited child processes: what they break is a child, never the service."""
