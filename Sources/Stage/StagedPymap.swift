import Dispatch
import Foundation
public import Model
import Synchronization

/// A pymap of the tests' own: a mail server that somebody else wrote, in memory, with one empty mailbox.
///
/// It has none of Dovecot's extensions, numbers uids from 101 on, and offers STARTTLS alone.
public final class StagedPymap: Sendable {
  public static let user = "ada@example.test"

  public let port: Int
  /// The certificate of its authority, in PEM.
  public let authority: String
  private let watchdog: Mutex<Watchdog>

  private init(_ watchdog: consuming Watchdog, folder: String, port: Int) throws {
    self.port = port
    authority = try String(contentsOfFile: folder + "/cert.pem", encoding: .utf8)
    self.watchdog = Mutex(watchdog)
  }

  /// A server with an empty mailbox; it ends with the value.
  public static func start() async throws -> StagedPymap {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async {
        done.resume(
          with: Result {
            let port = try StagedDovecot.freePort()
            let watchdog = try Watchdog(script, [String(port), program, user, StagedDovecot.password])
            let answer = try watchdog.line()
            guard answer.hasPrefix("ready ") else {
              throw Trouble("no pymap could be started", "run 'make need-test': \(answer)")
            }
            return try StagedPymap(watchdog, folder: String(answer.dropFirst(6)), port: port)
          })
      }
    }
  }

  /// How Kith reaches it.
  public func server(_ security: MailServer.Security = .starttls) -> MailServer {
    MailServer(
      host: "localhost", port: port, security: security, authority: security == .none ? nil : authority)
  }

  /// The owner's own mail program.
  public func client() throws -> StagedMailClient { try StagedMailClient(port: port, user: StagedPymap.user) }

  /// Where `make need-test` puts it.
  private static var program: String {
    let environment = ProcessInfo.processInfo.environment
    return (environment["KITH_PYMAP"] ?? (environment["HOME"] ?? "") + "/.cache/kith/pymap") + "/bin/pymap"
  }

  private static let script = #"""
    exec 2>/dev/null
    trap '' INT TERM HUP PIPE
    dir=$(mktemp -d /tmp/kith-pymap.XXXXXX) || exit 1
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/key.pem" -out "$dir/cert.pem" -days 30 -subj /CN=localhost \
      -addext subjectAltName=DNS:localhost,IP:127.0.0.1 </dev/null || { echo "openssl failed"; rm -rf "$dir"; exit 1; }
    "$2" --host 127.0.0.1 --port "$1" --cert "$dir/cert.pem" --key "$dir/key.pem" --no-service admin \
      dict --demo-user "$3" --demo-password "$4" >"$dir/out" 2>&1 </dev/null &
    pid=$!
    stop() {
      kill -KILL "$pid" 2>/dev/null
      wait
      rm -rf "$dir"
    }
    listens() { grep -qi ": 0100007F:$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp; }
    tries=0
    until listens "$1"; do
      tries=$((tries + 1))
      if [ $tries -gt 200 ] || ! kill -0 "$pid" 2>/dev/null; then
        echo "pymap did not start: $(tail -1 "$dir/out")"
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
