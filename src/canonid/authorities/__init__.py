"""The registries that can be asked: one file each."""
