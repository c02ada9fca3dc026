"""Databases for the tests: an SQLite file, and a PostgreSQL server where one is installed."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest
import town as town_of

from nuanbu.group import database


def _programs():
    """The folder of initdb, also where a distribution keeps it out of the way."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def _nobody():
    """Whom the server runs as: it refuses to run as root."""
    if os.getuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return None


@pytest.fixture(scope="session")
def postgresql():
    """URL of a server's socket, without a database; or the reason why there is none."""
    programs, who = _programs(), _nobody()
    if programs is None:
        yield "no PostgreSQL server is installed (Debian: apt install postgresql)"
        return
    if who is None:
        yield "PostgreSQL does not run as root, and there is no other user here"
        return
    pytest.importorskip("psycopg")
    # A socket's path must be short, and readable by that user.
    folder = Path(tempfile.mkdtemp(prefix="nuanbu-pg"))
    if who:
        os.chown(folder, who["user"], who["group"])
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "check": True, **who}
    try:
        initdb = [programs / "initdb", "-D", folder / "data", "-U", "nuanbu", "-A", "trust"]
        subprocess.run([*initdb, "-E", "UTF8", "--no-sync"], cwd=folder, **quiet)
        control = [programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log"]
        subprocess.run([*control, "-o", options, "start"], cwd=folder, **quiet)
        try:
            yield f"postgresql+psycopg://nuanbu@/{{name}}?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], cwd=folder, **quiet)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """URL of a new database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/group.db"
        return
    server = request.getfixturevalue("postgresql")
    if "://" not in server:
        pytest.skip(server)
    import sqlalchemy as sa

    name = f"t{uuid.uuid4().hex}"
    admin = sa.create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        db.execute(sa.text(f"CREATE DATABASE {name}"))
    yield server.format(name=name)
    with admin.connect() as db:
        db.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def engine(url):
    """A new database, connected and up to date."""
    engine = database.connect(url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    """A database with ten minutes of a town, and the town that wrote it."""
    path = tmp_path_factory.mktemp("town") / "group.db"
    engine = database.connect(f"sqlite:///{path}")
    one = town_of.lived(engine)
    engine.dispose()
    return path, one


@pytest.fixture
def town(original, tmp_path):
    """The same in a copy of its own."""
    path, one = original
    copy = shutil.copy2(path, tmp_path / "copy.db")
    one.engine = database.connect(f"sqlite:///{copy}")
    yield one
    one.engine.dispose()
