"""Where untrusted code runs: the guest inside, the host that confines it, the pool over Ray."""
