"""The chart on a real control plane: `python -m tests.k8s`, or `make k8s-test`."""
