"""What makes a version: one package per tool, and `base`, the contract between a tool and the runner."""
