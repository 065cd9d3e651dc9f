"""What to do about an error on the command line, by its code: commands and options to type. One module a feature."""
