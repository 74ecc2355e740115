"""A Django site with one Morango model, as server and as station. Runs under the Python that has ``morango``.

With its default settings: operations run asynchronously on both sides and are polled at growing intervals, which is
most of the seconds of a small exchange. Told to run them at once, this release fails at the end of a session.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

PROFILE, SCOPE = "hall", "hall-all"
KEY = "hall_id"
"""The scope's parameter; its value is the id of the root certificate, which is also the partition of every row."""
partition = ""


def site(folder: Path) -> Any:
    """Set Django up over one SQLite file, with the model made; returns the model."""
    folder.mkdir(parents=True, exist_ok=True)
    settings: Any = import_module("django.conf").settings
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "db.sqlite3")}
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "rest_framework", "morango", "hall"]
    settings.configure(
        DATABASES={"default": database}, SECRET_KEY="benchmark", ALLOWED_HOSTS=["*"], USE_TZ=True, DEBUG=False,
        INSTALLED_APPS=apps, ROOT_URLCONF="morango.urls", MIDDLEWARE=[],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )  # fmt: skip
    _app()
    import_module("django").setup()
    call: Any = import_module("django.core.management").call_command
    call("migrate", "--run-syncdb", verbosity=0)
    certificates: Any = import_module("morango.models.certificates")
    certificates.ScopeDefinition.objects.get_or_create(
        id=SCOPE, defaults={
            "profile": PROFILE, "version": 1, "primary_scope_param_key": KEY, "description": "all",
            "read_filter_template": "", "write_filter_template": "", "read_write_filter_template": "${" + KEY + "}",
        },
    )  # fmt: skip
    return import_module("hall.models").Visit


def _app() -> None:
    """The application ``hall``, made in memory: its model may only be made when Django has its registry ready."""
    types: Any = import_module("types")
    machinery: Any = import_module("importlib.machinery")
    package = types.ModuleType("hall")
    package.__path__ = [str(Path(__file__).parent)]
    package.__file__ = __file__
    package.__spec__ = machinery.ModuleSpec("hall", None, is_package=True)
    sys.modules["hall"] = package
    sys.meta_path.insert(0, _Finder(machinery.ModuleSpec))


class _Finder:
    """Finds and fills ``hall.models``."""

    def __init__(self, spec: Any) -> None:
        self._spec = spec

    def find_spec(self, name: str, *_where: object) -> Any:
        """For the import system."""
        return self._spec(name, self) if name == "hall.models" else None

    def create_module(self, _spec: object) -> None:
        """The usual module."""

    def exec_module(self, module: Any) -> None:
        """Make the model."""
        db: Any = import_module("django.db.models")
        base: Any = import_module("morango.models.core").SyncableModel
        body = {
            "__module__": "hall.models", "morango_profile": PROFILE, "morango_model_name": "visit",
            "key": db.CharField(max_length=32), "text": db.TextField(),
            "calculate_source_id": lambda self: str(self.key), "calculate_partition": lambda _self: partition,
        }  # fmt: skip
        module.Visit = type("Visit", (base,), body)


def serve(folder: Path, port: int) -> None:
    """A root certificate, a child for the stations beside the database, and Django's threaded WSGI server."""
    site(folder)
    certificates: Any = import_module("morango.models.certificates")
    crypto: Any = import_module("morango.models.fields.crypto")
    root = certificates.Certificate.generate_root_certificate(SCOPE)
    key = crypto.Key()
    child = certificates.Certificate(
        parent=root, profile=PROFILE, scope_definition_id=SCOPE, scope_version=1,
        scope_params=json.dumps({KEY: root.id}), private_key=key,
    )  # fmt: skip
    root.sign_certificate(child)
    child.save()
    chain = [{"id": each.id, "serialized": each.serialized, "signature": each.signature} for each in (root, child)]
    (folder / "station.json").write_text(json.dumps({"chain": chain, "key": key.get_private_key_string()}), "utf-8")
    basehttp: Any = import_module("django.core.servers.basehttp")
    wsgi: Any = import_module("django.core.wsgi")
    basehttp.run("127.0.0.1", port, wsgi.get_wsgi_application(), threading=True)


class Station:
    """One database and its certificate."""

    def __init__(self, folder: str, url: str) -> None:
        self.visit = site(Path(folder))
        certificates: Any = import_module("morango.models.certificates")
        crypto: Any = import_module("morango.models.fields.crypto")
        given = json.loads((Path(folder).parent / "server" / "station.json").read_text("utf-8"))
        made = [certificates.Certificate.deserialize(each["serialized"], each["signature"]) for each in given["chain"]]
        certificates.Certificate.save_certificate_chain(given["chain"], expected_last_id=made[-1].id)
        self.mine = certificates.Certificate.objects.get(id=made[-1].id)
        self.mine.private_key = crypto.Key(private_key_string=given["key"])
        self.mine.save()
        self.theirs = certificates.Certificate.objects.get(id=made[0].id)
        globals()["partition"] = self.theirs.id
        self.filter = certificates.Filter(partition)
        self.url = url + "/"

    def add(self, file: str) -> None:
        """New rows, by the library's own bulk call."""
        rows = [json.loads(line) for line in Path(file).read_text("utf-8").splitlines()]
        made = [self.visit(key=key, text=text) for key, text in rows]
        for each in made:
            each.id = each.calculate_uuid()
            each._morango_partition = each.calculate_partition()
        self.visit.objects.bulk_create(made, batch_size=200)

    def edit(self, file: str) -> None:
        """Rows as they read now."""
        for line in Path(file).read_text("utf-8").splitlines():
            key, text = json.loads(line)
            row = self.visit.objects.get(key=key)
            row.text = text
            row.save()

    def sync(self) -> float:
        """Seconds of one exchange: push, then pull, in one session."""
        began = time.perf_counter()
        controller: Any = import_module("morango.sync.controller")
        connection = controller.MorangoProfileController(PROFILE).create_network_connection(self.url)
        session = connection.create_sync_session(self.mine, self.theirs)
        for make in (session.get_push_client, session.get_pull_client):
            client = make()  # not both at once: a session has one context
            client.initialize(self.filter)
            client.run()
            client.finalize()
        session.close_sync_session()
        connection.close()
        return time.perf_counter() - began

    def count(self) -> int:
        """Rows held."""
        return int(self.visit.objects.count())


def main() -> None:
    """``serve FOLDER PORT``, or a station: answer each line with one line."""
    if sys.argv[1] == "serve":
        serve(Path(sys.argv[2]), int(sys.argv[3]))
        return
    out, sys.stdout = sys.stdout, sys.stderr  # the library prints what it thinks on the way
    station = Station(sys.argv[1], sys.argv[2])
    for line in sys.stdin:
        asked = json.loads(line)
        method = getattr(station, asked.pop("do"))
        out.write(json.dumps({"value": method(**asked)}) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
