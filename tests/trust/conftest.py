"""What the tests of this room share."""


def pytest_make_parametrize_id(config, val, argname):
    """Keys are drawn anew in every run, and no name of a test may depend on them: workers collect the same list."""
    return argname if isinstance(val, str | bytes) and len(val) > 40 else None
