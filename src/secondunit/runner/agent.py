"""Signing through a running ssh-agent, so that no passphrase is asked and a token's key can be used.

Needs the optional extra `agent` (paramiko, which speaks the protocol of draft-miller-ssh-agent). Without it, without
SSH_AUTH_SOCK, or where the agent does not hold the key, `find` says None and the key's file is used.
"""

import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from secondunit.schema import WorkFailed
from secondunit.trust.keys import SSH_PREFIX, PublicKey, Signer

ANSWER = struct.pack(">I11sI", 11, b"ssh-ed25519", 64)
"""What comes before the 64 bytes in the agent's answer (RFC 8709, section 6)."""
PATIENCE_S = 60.0
"""Some agents ask a person for each signature; none may hang for ever."""


class AgentSigner:
    """A Signer whose private half stays in the agent. It asks anew each time: an agent may be locked in between."""

    def __init__(self, public: PublicKey) -> None:
        self.public = public

    def sign(self, data: bytes) -> bytes:
        """64 bytes; WorkFailed where the agent refuses, or answers with something else than this signature."""
        with _asked(self.public) as held:
            answer = held(data) if held else b""
        signature = answer[len(ANSWER) :]
        if not answer.startswith(ANSWER) or not self.public.verifies(signature, data):
            raise WorkFailed("The ssh-agent would not sign with this key: unlock it, or unset SSH_AUTH_SOCK.")
        return signature


def find(public: PublicKey) -> Signer | None:
    """The agent's hold on the private half of `public`, or None."""
    with _asked(public) as held:
        return AgentSigner(public) if held else None


@contextmanager
def _asked(public: PublicKey) -> Iterator[Callable[[bytes], bytes] | None]:
    """What has the agent sign with this key ("" where it does not), or None where there is no agent that holds it."""
    path = os.environ.get("SSH_AUTH_SOCK")
    library = _library() if path else None
    if not path or library is None:
        yield None
        return
    agent_of, broken = library
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE_S)
        held = []
        with suppress(broken, OSError, ValueError, TypeError):  # an agent that is gone or talks nonsense holds no key
            line.connect(path)
            agent = agent_of()
            agent._connect(line)  # as the library's own agents do; its Agent() waits for ever
            held = [key for key in agent.get_keys() if key.blob == SSH_PREFIX + public.raw]

        def signed(data: bytes) -> bytes:
            with suppress(broken, OSError, ValueError, TypeError):
                return bytes(held[0].sign_ssh_data(data))
            return b""

        yield signed if held else None


def _library() -> tuple[Any, type[Exception]] | None:
    """(what talks to an agent, what it raises), or None where the extra is not installed."""
    try:
        from paramiko import SSHException
        from paramiko.agent import AgentSSH
    except ImportError:
        return None
    return AgentSSH, SSHException
