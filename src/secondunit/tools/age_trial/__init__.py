"""What the ageing tool is measured by. It looks at what the tool left; nothing of the tool imports it (import rules)."""
