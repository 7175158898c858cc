"""What makes a version: one package per tool; `base`, the contract between a tool and the runner; Warp's start."""
