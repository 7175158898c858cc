"""What the ageing tool is measured by. It looks at what the tool left; the tool cannot import it (import rules)."""
