"""Let people in: the HTTP API, the console and the command line."""
