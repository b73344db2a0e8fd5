"""Settings of one object store."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.\-_]{1,61}[a-z0-9]", re.IGNORECASE)


class S3Settings(BaseModel):
    """How to reach a bucket."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str = Field(
        "",
        title="Address of the store",
        description="Such as https://s3.example.org or http://192.168.1.9:9000; empty for Amazon S3.",
    )
    bucket: str = Field(title="Bucket", description="Its name. It must exist.")
    region: str = Field("us-east-1", title="Region", description="As the store names it; many take any.")
    access_key: str = Field(title="Access key", description="Id of the key that may read, write and list the bucket.")
    secret_key: SecretStr = Field(title="Secret key", description="The secret that belongs to it.")
    folder: str = Field("", title="Folder", description="Put before every name; empty for none.")
    bucket_in_host: bool = Field(
        False,
        title="Bucket in the host name",
        description="Ask for bucket.host instead of host/bucket. Amazon wants it, most stores of one's own do not.",
    )

    @field_validator("endpoint")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.username):
            raise ValueError("give an address such as https://s3.example.org, without user name and path")
        return value

    @field_validator("bucket")
    @classmethod
    def _is_a_bucket(cls, value: str) -> str:
        if not _BUCKET.fullmatch(value.strip()):
            raise ValueError("a bucket's name has 3 to 63 letters, digits, dots and hyphens")
        return value.strip()

    @field_validator("folder")
    @classmethod
    def _is_a_folder(cls, value: str) -> str:
        parts = [part for part in value.strip().split("/") if part]
        if ".." in parts or "." in parts:
            raise ValueError("name a folder without '.' and '..'")
        return "/".join(parts)
