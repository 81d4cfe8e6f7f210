"""Private servers and the product's own processes on one machine: what `make run` and `make test` start."""
