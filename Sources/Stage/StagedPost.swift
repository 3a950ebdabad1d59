import Dispatch
import Foundation
public import Model
import Synchronization

/// A server that takes mail, of the tests' own (aiosmtpd): each mail it took lies in a file; it ends with the value.
public final class StagedPost: Sendable {
  /// How it wants to be spoken to.
  public enum Way: String, Sendable, CaseIterable {
    /// In the clear and without a login, as mail servers take it from their own machine.
    case open
    /// STARTTLS, then a login.
    case starttls
    /// TLS from the first byte, then a login.
    case implicit
  }

  public static let user = "office"
  public static let password = "pw-of-the-office"

  public let port: Int
  /// The certificate of its authority, in PEM.
  public let authority: String
  private let folder: String
  private let watchdog: Mutex<Watchdog>

  private init(_ watchdog: consuming Watchdog, folder: String, port: Int) throws {
    self.port = port
    self.folder = folder
    authority = try String(contentsOfFile: folder + "/cert.pem", encoding: .utf8)
    self.watchdog = Mutex(watchdog)
  }

  public static func start(_ way: Way = .open) async throws -> StagedPost {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async {
        done.resume(
          with: Result {
            let port = try StagedDovecot.freePort()
            let watchdog = try Watchdog(script, [String(port), way.rawValue, user, password, program])
            let answer = try watchdog.line()
            guard answer.hasPrefix("ready ") else {
              throw Trouble("no mail server could be started", "run 'make need-test': \(answer)")
            }
            return try StagedPost(watchdog, folder: String(answer.dropFirst(6)), port: port)
          })
      }
    }
  }

  /// How Kith reaches it.
  public func server(_ way: Way) -> MailServer {
    let security: MailServer.Security =
      switch way {
      case .open: .none
      case .starttls: .starttls
      case .implicit: .implicit
      }
    return MailServer(
      host: "localhost", port: port, security: security, authority: way == .open ? nil : authority)
  }

  /// The mails that came, oldest first, each with who it was from and for on two lines before it.
  public func mails() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".eml") }.sorted()
      .map { try String(contentsOfFile: folder + "/" + $0, encoding: .utf8) }
  }

  private static let program = #"""
    import asyncio, os, sys
    from aiosmtpd.smtp import SMTP, AuthResult
    port, way, user, password, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5]
    import ssl
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")

    class Keep:
        count = 0

        async def handle_DATA(self, server, session, envelope):
            Keep.count += 1
            name = "%s/%04d" % (folder, Keep.count)
            with open(name, "wb") as file:
                file.write(("%s\n%s\n" % (envelope.mail_from, ",".join(envelope.rcpt_tos))).encode())
                file.write(envelope.content)
            os.rename(name, name + ".eml")
            return "250 taken"

    def authenticate(server, session, envelope, mechanism, data):
        good = data.login == user.encode() and data.password == password.encode()
        return AuthResult(success=good)

    def made():
        if way == "open":
            return SMTP(Keep(), hostname="localhost")
        return SMTP(
            Keep(), hostname="localhost", authenticator=authenticate, auth_required=True,
            auth_require_tls=way == "starttls", require_starttls=way == "starttls",
            tls_context=context if way == "starttls" else None)

    async def main():
        server = await asyncio.get_event_loop().create_server(
            made, "127.0.0.1", port, ssl=context if way == "implicit" else None)
        open(folder + "/listens", "w").close()
        await server.serve_forever()

    asyncio.run(main())
    """#

  private static let script = #"""
    exec 2>/dev/null
    trap '' INT TERM HUP PIPE
    dir=$(mktemp -d /tmp/kith-post.XXXXXX) || exit 1
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/key.pem" -out "$dir/cert.pem" -days 30 -subj /CN=localhost \
      -addext subjectAltName=DNS:localhost,IP:127.0.0.1 </dev/null || { echo "openssl failed"; rm -rf "$dir"; exit 1; }
    /usr/bin/python3 -c "$5" "$1" "$2" "$3" "$4" "$dir" >"$dir/out" 2>&1 </dev/null &
    pid=$!
    stop() {
      kill -KILL "$pid" 2>/dev/null
      wait
      rm -rf "$dir"
    }
    tries=0
    until [ -e "$dir/listens" ]; do
      tries=$((tries + 1))
      if [ $tries -gt 200 ] || ! kill -0 "$pid" 2>/dev/null; then
        echo "aiosmtpd did not start: $(tail -1 "$dir/out")"
        stop
        exit 1
      fi
      sleep 0.1
    done
    echo "ready $dir"
    cat >/dev/null
    stop
    """#
}
