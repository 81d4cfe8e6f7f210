"""A package: what is made once for it is unmade after its last test, before any other begins."""
