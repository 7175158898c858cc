"""Which 32 bytes are a sound Ed25519 public key (RFC 8032, section 5.1)."""

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
"""y of the points of order 8, with P - y of the others."""
SMALL = {0, 1, P - 1, ORDER_8, P - ORDER_8}
"""y of all points of small order: under such a key one signature can fit many messages, so it binds nobody."""


def is_sound(raw: bytes) -> bool:
    """A point of the curve, in its one encoding, not of small order. The library behind checks none of these."""
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    if len(raw) != 32 or y >= P or y in SMALL:
        return False
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    return pow(x_squared, (P - 1) // 2, P) == 1
