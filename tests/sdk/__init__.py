"""The official clients, unmodified, against a running Easel."""
