"""The tables of the database, as the present version has them."""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 2
meta = sa.MetaData()
version = sa.Table("version", meta, sa.Column("number", sa.Integer, nullable=False))
nodes = sa.Table(
    "node", meta,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("parent", sa.String(32), nullable=False),
    sa.Column("firm_w", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(32), nullable=False),
    sa.Column("meter", sa.String(64), nullable=False),
)  # fmt: skip
heaters = sa.Table(
    "heater", meta,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("household", sa.String(32), nullable=False),
    sa.Column("rated_w", sa.Integer, nullable=False),
    sa.Column("failsafe_w", sa.Integer, nullable=False),
    sa.Column("floor_w", sa.Integer, nullable=False),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("relay", sa.Boolean, nullable=False),
)  # fmt: skip
keys = sa.Table(  # of devices, zones and meters; a retired device has none
    "key", meta,
    sa.Column("owner", sa.String(64), primary_key=True),
    sa.Column("secret", sa.String(64), nullable=False),
)  # fmt: skip
limits = sa.Table(
    "node_limit", meta,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("node", sa.String(32), nullable=False),
    sa.Column("from_s", sa.BigInteger, nullable=False),
    sa.Column("watts", sa.BigInteger, nullable=False),
)  # fmt: skip
guards = sa.Table(
    "guard", meta,
    sa.Column("district", sa.String(32), primary_key=True),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("beat_s", sa.BigInteger, nullable=False),
)  # fmt: skip
outstanding = sa.Table(  # household: where a heater stood that has been taken out since
    "outstanding", meta,
    sa.Column("heater", sa.String(32), primary_key=True),
    sa.Column("now_w", sa.Integer, nullable=False),
    sa.Column("later_w", sa.Integer, nullable=False),
    sa.Column("end_s", sa.BigInteger, nullable=False),
    sa.Column("household", sa.String(32), nullable=False, server_default=""),
)  # fmt: skip
ledger = sa.Table(
    "ledger", meta,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("t", sa.BigInteger, nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("event", sa.String(32), nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("ledger_subject", "subject", "number"),
)  # fmt: skip
cuts = sa.Table(  # where a chain begins after its oldest rows have been let go
    "chain_cut", meta,
    sa.Column("chain", sa.String(64), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)  # fmt: skip
journal = sa.Table(  # what a guard was told and what it ordered, in chunks (journal.py)
    "journal", meta,
    sa.Column("district", sa.String(32), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("from_s", sa.BigInteger, nullable=False),
    sa.Column("to_s", sa.BigInteger, nullable=False),
    sa.Column("events", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)  # fmt: skip
live = sa.Table(  # the latest picture of a district, for people
    "live", meta,
    sa.Column("district", sa.String(32), primary_key=True),
    sa.Column("t", sa.BigInteger, nullable=False),
    sa.Column("picture", sa.LargeBinary, nullable=False),
)  # fmt: skip
last_words = sa.Table(  # what the ledger last heard of a device, lest it be noted twice
    "last_word", meta,
    sa.Column("device", sa.String(32), primary_key=True),
    sa.Column("firmware", sa.String(64), nullable=False),
    sa.Column("energy_day", sa.BigInteger, nullable=False),
)  # fmt: skip
records = sa.Table(  # a heater's own books as it sent them; stream, item: docs/protocol
    "record", meta,
    sa.Column("device", sa.String(32), primary_key=True),
    sa.Column("stream", sa.String(16), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("t", sa.BigInteger, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
)  # fmt: skip
settings = sa.Table(
    "setting", meta,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)  # fmt: skip
