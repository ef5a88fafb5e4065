"""Ways out, one module each: the file's name is the channel's name in the configuration."""
