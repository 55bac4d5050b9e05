"""A small stand-in for kubelets: the pods of a real control plane run as processes of this machine.

They run the contents of the project's image as user 10001 and process 1, on a read-only root, with the mounts and
the environment that the pod asks for. They are probed, started anew with a growing delay, and ended by SIGTERM and
SIGKILL.

Not like a kubelet: all pods share this machine's network, so that each has an address 127.1.0.N of its own, which the
service is given as its telemetry host; no limits of CPU and memory; every container runs the same program; and
the names of containers and images are not looked at.
"""
