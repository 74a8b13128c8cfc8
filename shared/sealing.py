"""Secrets at rest: texts that only a key opens (Fernet: AES-128-CBC and HMAC-SHA256).

https://cryptography.io/en/latest/fernet/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from shared.errors import Permanent

if TYPE_CHECKING:  # 35 ms, and few who read this file seal or unseal
    from cryptography.fernet import Fernet


class CannotUnseal(Permanent):
    """What was sealed can't be read with the key that there is, or there is none to seal with."""


@dataclass(frozen=True)
class Sealer:
    """Seals with one key. setting: the key's variable. what: is sealed with it. cure: if the key is lost."""

    key: SecretStr | None
    setting: str
    what: str
    cure: str

    def seal(self, text: str) -> str:
        """Another text each time. Raises CannotUnseal."""
        return self._cipher().encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Raises CannotUnseal, naming the cure."""
        cipher = self._cipher()
        from cryptography.fernet import InvalidToken

        try:
            return cipher.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise CannotUnseal(
                f"{self.setting} is not the key that {self.what} were sealed with: "
                f"set that key, or {self.cure}"
            ) from None

    def _cipher(self) -> Fernet:
        if self.key is None:
            raise CannotUnseal(
                f"{self.setting} is not set, and {self.what} are sealed with it: "
                "set it to the key that was used so far"
            )
        from cryptography.fernet import Fernet

        return Fernet(self.key.get_secret_value())


def sealer_of_secrets(key: SecretStr | None) -> Sealer:
    """For secrets that the API hands out: SECRETS_KEY."""
    return Sealer(key, "SECRETS_KEY", "secrets of webhooks and clients", "have new ones made")
