"""S3-compatible stores as a backup target, through obstore.

An object is sent in parts and appears when the last one is there. Each part carries its SHA-256, which the store checks
while it takes it (x-amz-checksum-sha256); so what was cut is begun anew, and what appears is what was sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from core.api import BackupError, BackupTrouble, FarEntry
from plugins.cloud_backup.settings import S3Settings

if TYPE_CHECKING:
    from obstore.store import ClientConfig

TIMEOUT = timedelta(seconds=30)
PART = 8 * 1024 * 1024
AT_ONCE = 2
"""Parts under way at once: with PART, what a target takes of the memory."""

BLOCK = 1024 * 1024
_REFUSALS = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket", "code: 403", "code: 401")


class S3Target:
    """One bucket. obstore keeps connections by itself; used by one thread."""

    def __init__(self, settings: S3Settings) -> None:
        self._settings = settings
        self._made: S3Store | None = None

    def append(self, path: str, offset: int, data: Iterable[bytes]) -> None:
        """Put the whole object."""
        if offset:
            raise BackupError(BackupTrouble.FILE, f"{path}: objects of a store cannot be appended to.")
        with self._sentences(path) as store:
            obstore.put(store, self._far(path), iter(data), chunk_size=PART, max_concurrency=AT_ONCE)

    def size(self, path: str) -> int | None:
        """From the object's head."""
        with self._sentences(path) as store:
            try:
                return int(obstore.head(store, self._far(path))["size"])
            except FileNotFoundError:
                return None

    def digest(self, path: str) -> str | None:
        """Stores tell no SHA-256 of an object that came in parts."""
        return None

    def read(self, path: str, offset: int, length: int) -> Iterator[bytes]:
        """Ranges of the object."""
        size = self.size(path)
        if size is None:
            raise BackupError(BackupTrouble.FILE, f"{path} is not there any more.")
        end = min(offset + length, size)
        for at in range(offset, end, BLOCK):
            with self._sentences(path) as store:
                piece = bytes(obstore.get_range(store, self._far(path), start=at, end=min(at + BLOCK, end)))
            yield piece

    def rename(self, path: str, to: str) -> None:
        """Never called: objects appear under their final name."""
        raise BackupError(BackupTrouble.FILE, f"{path}: objects of a store are not renamed.")

    def delete(self, path: str) -> None:
        """Remove an object."""
        with self._sentences(path) as store, contextlib.suppress(FileNotFoundError):
            obstore.delete(store, self._far(path))

    def entries(self, folder: str) -> list[FarEntry]:
        """Objects below a prefix, up to the next slash."""
        prefix = self._far(folder)
        with self._sentences(folder) as store:
            found = obstore.list_with_delimiter(store, f"{prefix}/" if prefix else None)
        folders = [FarEntry(path.rstrip("/").rpartition("/")[2], True) for path in found["common_prefixes"]]
        files = [FarEntry(one["path"].rpartition("/")[2], False, int(one["size"])) for one in found["objects"]]
        return sorted([*folders, *files], key=lambda one: one.name)

    def close(self) -> None:
        """Let go of the store."""
        self._made = None

    def _far(self, path: str) -> str:
        return "/".join(part for part in (self._settings.folder, path) if part)

    def _store(self) -> S3Store:
        if self._made is None:
            settings = self._settings
            client: ClientConfig = {"timeout": TIMEOUT, "connect_timeout": timedelta(seconds=10)}
            more: dict[str, Any] = {"endpoint": settings.endpoint} if settings.endpoint else {}
            if settings.endpoint.startswith("http:"):
                client["allow_http"] = True
            self._made = S3Store(
                settings.bucket,
                region=settings.region,
                access_key_id=settings.access_key,
                secret_access_key=settings.secret_key.get_secret_value(),
                virtual_hosted_style_request=settings.bucket_in_host,
                checksum_algorithm="SHA256",
                client_options=client,
                retry_config={"max_retries": 2, "retry_timeout": TIMEOUT},
                **more,
            )
        return self._made

    @contextlib.contextmanager
    def _sentences(self, path: str) -> Iterator[S3Store]:
        """The store; what it says becomes a BackupError."""
        try:
            yield self._store()
        except (BaseError, PermissionError, FileNotFoundError) as error:
            raise self._error(path, error) from error

    def _error(self, path: str, error: Exception) -> BackupError:
        bucket = self._settings.bucket
        text = str(error).partition("\n\nDebug source")[0]
        said = next((name for name in _REFUSALS if name in text), "")
        if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError) or said:
            return BackupError(
                BackupTrouble.REFUSED,
                f"The store refuses bucket {bucket} ({said or 'access denied'}); check bucket, key and its rights.",
            )
        if isinstance(error, FileNotFoundError):
            return BackupError(BackupTrouble.FILE, f"{path} is not in bucket {bucket}.")
        where = self._settings.endpoint or "Amazon S3"
        return BackupError(
            BackupTrouble.AWAY, f"{where} does not answer ({' '.join(text.split())[:200]}); check its address."
        )
