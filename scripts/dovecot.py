"""A Dovecot for the scripts beside this file: over TLS on 127.0.0.1, in a folder of its own, stopped by its own pid."""
import os
import pathlib
import pwd
import grp
import shutil
import socket
import subprocess
import time

from kithrun import Failure

PASSWORD = "pw1"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Dovecot:
    """Each user's mails lie as Maildir++ in `mail(user)`; every password is the same."""

    def __init__(self, folder):
        if not shutil.which("dovecot", path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", "")):
            raise Failure("dovecot is missing: apt-get install dovecot-imapd")
        self.folder, self.port = pathlib.Path(folder), free_port()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.authority = self.folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.folder / "key.pem",
                        "-out", self.authority, "-days", "30", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
        # Dovecot's login process refuses to be root.
        self.owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        for path in (self.folder, self.folder.parent):
            path.chmod(0o755)
        (self.folder / "dovecot.conf").write_text(f"""
base_dir = {self.folder}/base
state_dir = {self.folder}/state
log_path = {self.folder}/log
listen = 127.0.0.1
protocols = imap
ssl = yes
ssl_cert = <{self.folder}/cert.pem
ssl_key = <{self.folder}/key.pem
default_internal_user = {self.owner.pw_name}
default_internal_group = {grp.getgrgid(self.owner.pw_gid).gr_name}
default_login_user = {self.owner.pw_name}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{self.folder}/mail/%u
mailbox_list_index = yes
mail_max_userip_connections = 1000
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={self.owner.pw_uid} gid={self.owner.pw_gid} home={self.folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {self.port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 400
  service_count = 100
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
""")
        self.process = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F", "-c", self.folder / "dovecot.conf"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise Failure(f"dovecot did not start; see {self.folder}/log") from None
                time.sleep(0.1)

    def mail(self, user):
        path = self.folder / "mail" / user
        path.mkdir(parents=True, exist_ok=True)
        return path

    def hand_over(self):
        """Mails that were written beside the server become the server's own."""
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", f"{self.owner.pw_uid}:{self.owner.pw_gid}", self.folder / "mail"], check=True)
        os.sync()

    def close(self):
        self.process.terminate()
        self.process.wait()
