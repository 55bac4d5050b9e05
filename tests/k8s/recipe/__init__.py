"""What builds and starts the control plane: shell, and a Go program."""
