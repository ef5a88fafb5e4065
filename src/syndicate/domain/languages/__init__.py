"""What must be known of a language: its strength words, numbers, dates and sentences. One file each."""
