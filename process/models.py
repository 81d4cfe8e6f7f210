"""The models of all parts of the process; `process` is one app with one migration history."""
