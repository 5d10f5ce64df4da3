"""Where events come from: one file or folder an upstream."""
