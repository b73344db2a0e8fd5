"""Who watches what: views of live pictures and recordings as sessions, for the audit log.

A session is one person at one address watching one camera, live or recorded, however often their player asks anew. It
begins with the first picture that is sent and ends a minute after the last, so that a player that connects again goes
on with it. The moments are noted in memory only (`noting`), by whoever sends media and without a wait; a thread writes
them down every few seconds (`keeping`). When a session ends, or has lasted an hour, it becomes an audit entry.
"""
