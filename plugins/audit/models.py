"""The chain over the audit log, what was signed of it, and how far copies have got. Core's entries are not touched."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Link(models.Model):
    """An entry's place in the chain. number: without gaps from 1 on; entry_id: of core's log; linked_ms: when it was
    linked, UTC. content: SHA-256 of the entry's canonical JSON; digest: of the digest before it and this link
    (plugins.audit.canonical).
    """

    objects: ClassVar[models.Manager[Link]] = models.Manager()
    number = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    linked_ms = models.BigIntegerField()
    content = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)


class Head(models.Model):
    """Where the chain ends, one row, signed anew with each link. log: this log's own name, so that what was signed of
    another is worth nothing here; top: highest id of an entry that was linked. statement, signature: as of Checkpoint.
    """

    objects: ClassVar[models.Manager[Head]] = models.Manager()
    log = models.CharField(max_length=32)
    number = models.BigIntegerField(default=0)
    top = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32)
    statement = models.TextField(blank=True)
    signature = models.CharField(max_length=100, blank=True)


class Checkpoint(models.Model):
    """What was signed for good. kind: `checkpoint`, or `removed` where entries up to this number were removed because
    their time was over. statement: the JSON that was signed; signature: Ed25519, base64.
    """

    objects: ClassVar[models.Manager[Checkpoint]] = models.Manager()
    number = models.BigIntegerField(db_index=True)
    kind = models.CharField(max_length=16)
    signed_ms = models.BigIntegerField()
    statement = models.TextField()
    signature = models.CharField(max_length=100)


class Cursor(models.Model):
    """How far a sink has got. number: of the last link that it has for certain; error: why not further, one sentence,
    empty when it has everything. failures: in a row; next_ms: when it is tried again; sent_ms: when it last took
    something. UTC ms.
    """

    objects: ClassVar[models.Manager[Cursor]] = models.Manager()
    sink = models.CharField(max_length=16, unique=True)
    number = models.BigIntegerField()
    error = models.CharField(max_length=300, blank=True)
    failures = models.PositiveIntegerField(default=0)
    since_ms = models.BigIntegerField(default=0)
    next_ms = models.BigIntegerField(default=0)
    sent_ms = models.BigIntegerField(default=0)
