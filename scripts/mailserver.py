"""A mail server for the scripts beside this file: it holds some folders in memory, speaks in the clear to this machine,
and knows the commands with which Kith reads."""
import re
import socketserver
import threading
import time


class MailServer:
    """Folders by name, each a list of mails; the uid of a mail is its place, from 1; None stands where one was deleted."""

    def __init__(self, folders, uid_validity=7, stall=None):
        """`stall`: where it falls silent for good: "greeting", "LIST", or "mail", in the middle of one."""
        self.folders, self.uid_validity, self.stall = folders, uid_validity, stall
        self.left = None
        outer = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self):
                try:
                    outer.serve(self.rfile, self.wfile)
                except (BrokenPipeError, ConnectionResetError):
                    pass

        socketserver.ThreadingTCPServer.daemon_threads = True
        socketserver.ThreadingTCPServer.request_queue_size = 64
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def status(self, name):
        mails = self.folders[name]
        count = sum(mail is not None for mail in mails)
        return f'* STATUS "{name}" (MESSAGES {count} UIDNEXT {len(mails) + 1} UIDVALIDITY {self.uid_validity})\r\n'

    def serve(self, source, sink):
        opened = None
        if self.stall == "greeting":
            return self.fall_silent(source)
        sink.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n")
        for line in source:
            tag, command, rest = (line.decode().strip() + "  ").split(" ", 2)
            command, rest = command.upper(), rest.strip()
            out = b""
            if command == self.stall:
                return self.fall_silent(source)
            if command == "CAPABILITY":
                out = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n"
            elif command == "LIST":
                out = "".join(f'* LIST () "/" "{name}"\r\n' for name in self.folders).encode()
            elif command == "STATUS":
                out = self.status(re.match(r'"([^"]*)"', rest)[1]).encode()
            elif command == "EXAMINE":
                opened = self.folders[re.match(r'"([^"]*)"', rest)[1]]
                count = sum(mail is not None for mail in opened)
                out = (f"* {count} EXISTS\r\n* OK [UIDVALIDITY {self.uid_validity}] valid\r\n"
                       f"* OK [UIDNEXT {len(opened) + 1}] next\r\n").encode()
            elif command == "UID" and rest.startswith("SEARCH"):
                out = ("* SEARCH " + " ".join(str(uid) for uid, mail in enumerate(opened, 1) if mail is not None) + "\r\n").encode()
            elif command == "UID":
                out = b"".join(self.fetch(opened, *rest.split(" ", 2)[1:]))
                if self.stall == "mail" and "BODY" in rest:
                    sink.write(out[:len(out) // 2])
                    return self.fall_silent(source)
            sink.write(out + f"{tag} OK done\r\n".encode())
            if command == "LOGOUT":
                self.left = time.monotonic()
                return

    @staticmethod
    def fall_silent(source):
        while source.read(1):
            pass

    @staticmethod
    def fetch(mails, uids, items):
        for part in uids.split(","):
            first, _, last = part.partition(":")
            for uid in range(int(first), int(last or first) + 1):
                mail = mails[uid - 1] if uid <= len(mails) else None
                if mail is None:
                    continue
                if "SIZE" in items:
                    yield f"* {uid} FETCH (UID {uid} FLAGS () RFC822.SIZE {len(mail)})\r\n".encode()
                else:
                    yield f"* {uid} FETCH (UID {uid} BODY[] {{{len(mail)}}}\r\n".encode() + mail + b")\r\n"
