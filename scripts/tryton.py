"""A Tryton of one's own for the scripts beside this file: 8.2 from KITH_TRYTON, with parties and their relationships."""
import base64
import fcntl
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time

from kithrun import Failure

USER, PASSWORD, DATABASE = "admin", "admin-pass", "crm"


class Tryton:
    """A server without parties in a folder, at a free port of 127.0.0.1; `stop` ends it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "db").mkdir(parents=True)
        home = pathlib.Path(os.environ.get("KITH_TRYTON", pathlib.Path.home() / ".cache/kith/tryton"))
        self.program = home / "bin" / "trytond"
        if not self.program.exists():
            raise Failure(f"{self.program} is missing: run 'make need-test'")
        shutil.copy(self.database(home), self.folder / "db" / f"{DATABASE}.sqlite")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        configuration = self.configuration(self.folder / "db", self.port)
        self.log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen([self.program, "-c", configuration, "-d", DATABASE],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.session = None
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except OSError:
                if self.process.poll() is not None:
                    raise Failure("Tryton did not start") from None
                time.sleep(0.1)
        uid, token, *_ = self.call("common.db.login", USER, {"password": PASSWORD}, "en")
        self.session = "Session " + base64.b64encode(f"{USER}:{uid}:{token}".encode()).decode()

    def configuration(self, databases, port):
        path = self.folder / f"conf-{port}"
        path.write_text(f"[database]\nuri = sqlite://\npath = {databases}\n[web]\nlisten = 127.0.0.1:{port}\n")
        return path

    def database(self, home):
        """Made once, into the cache."""
        cache = pathlib.Path.home() / ".cache/kith/tryton-databases"
        cache.mkdir(parents=True, exist_ok=True)
        held = cache / "scripts.sqlite"
        with (cache / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not held.exists() or held.stat().st_mtime < self.program.stat().st_mtime:
                fresh = self.folder / "new"
                fresh.mkdir()
                (fresh / f"{DATABASE}.sqlite").touch()
                (self.folder / "password").write_text(PASSWORD)
                subprocess.run([home / "bin" / "trytond-admin", "-c", self.configuration(fresh, 0), "-d", DATABASE, "-u", "ir",
                                "res", "party", "party_relationship", "--activate-dependencies", "--email",
                                "admin@example.test"], check=True, stdin=subprocess.DEVNULL, capture_output=True,
                               env={**os.environ, "TRYTONPASSFILE": str(self.folder / "password")})
                shutil.move(fresh / f"{DATABASE}.sqlite", held)
        return held

    def call(self, method, *parameters):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        fields = {"Content-Type": "application/json", **({"Authorization": self.session} if self.session else {})}
        line.request("POST", f"/{DATABASE}/rpc/", json.dumps({"id": 1, "method": method, "params": parameters}), fields)
        answer = json.loads(line.getresponse().read())
        line.close()
        if "error" in answer:
            raise Failure(f"Tryton refused {method}: {str(answer['error'])[:200]}")
        return answer["result"]

    def seconds(self):
        """Processor time so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
