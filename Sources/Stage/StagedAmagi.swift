import Foundation
public import Model
import Synchronization

/// An amagi-crm of the tests' own, in a scratch folder at a free port; it ends with the value.
///
/// `make need-test` installs it into a folder of its own, `~/.cache/kith/amagi` or `KITH_AMAGI`.
public final class StagedAmagi: Sendable {
  public let port: Int
  /// The bearer token of its one user, who may do everything.
  public let token: String
  private let watchdog: Mutex<Watchdog>

  private init(_ watchdog: consuming Watchdog, port: Int, token: String) {
    self.port = port
    self.token = token
    self.watchdog = Mutex(watchdog)
  }

  /// A server without contacts.
  public static func start() async throws -> StagedAmagi {
    try await StagedThread.run {
      let port = try StagedDovecot.freePort()
      let environment = ProcessInfo.processInfo.environment
      let tools = environment["KITH_AMAGI"] ?? (environment["HOME"] ?? "/root") + "/.cache/kith/amagi"
      let watchdog = try Watchdog(script, [tools, String(port)])
      let answer = try watchdog.line()
      guard answer.hasPrefix("ready ") else {
        throw Trouble("no amagi-crm could be started", "run 'make need-test': \(answer)")
      }
      return StagedAmagi(watchdog, port: port, token: String(answer.dropFirst(6)))
    }
  }

  /// How Kith reaches it.
  public var server: MailServer { MailServer(host: "localhost", port: port, security: .none, secret: .token) }

  /// What somebody else does there; answers the body, and throws for an error.
  @discardableResult
  public func call(_ method: String, _ path: String, _ json: String? = nil) async throws -> String {
    try await StagedThread.run { [port, token] in
      let answer = try StagedTalk.ask(
        port,
        .init(
          method, path, fields: ["Authorization: Bearer \(token)", "Content-Type: application/json"],
          body: Array((json ?? "").utf8)))
      let body = String(decoding: answer.body, as: UTF8.self)
      guard answer.status < 300 else { throw Trouble("the staged amagi-crm refused", String(body.prefix(300))) }
      return body
    }
  }

  /// What is particular to it for a proxy that spoils answers.
  public static let faults = StagedFaults.System(
    kind: { request in
      let resource = request.path.split(separator: "?").first ?? ""
      return request.method + " "
        + resource.split(separator: "/").map { Int($0) == nil ? String($0) : "N" }.joined(separator: "/")
    },
    errorInside: { _ in #"{"detail":"the database is busy"}"# },
    expires: { $0["authorization"] != nil })

  private static let script = #"""
    exec 2>/dev/null
    trap '' INT TERM HUP PIPE
    umask 077
    dir=$(mktemp -d /tmp/kith-amagi.XXXXXX) || exit 1
    cd "$dir" || exit 1
    [ -x "$1/bin/amagi-crm" ] || { echo "$1/bin/amagi-crm is missing"; rm -rf "$dir"; exit 1; }
    "$1/bin/amagi-crm" init --timezone UTC >"$dir/init" 2>&1 </dev/null
    token=$(grep -o 'acrm_[A-Za-z0-9_-]*' "$dir/init" | head -1)
    [ -n "$token" ] || { echo "no database could be made: $(tail -1 "$dir/init")"; rm -rf "$dir"; exit 1; }
    "$1/bin/amagi-crm" serve --host 127.0.0.1 --port "$2" >"$dir/log" 2>&1 </dev/null &
    pid=$!
    stop() {
      kill -KILL "$pid"
      wait
      rm -rf "$dir"
    }
    listens() { grep -qi ": 0100007F:$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp; }
    tries=0
    until listens "$2"; do
      tries=$((tries + 1))
      if [ $tries -gt 600 ] || ! kill -0 "$pid"; then
        echo "it did not start: $(tail -1 "$dir/log")"
        stop
        exit 1
      fi
      sleep 0.1
    done
    echo "ready $token"
    cat >/dev/null
    stop
    """#
}
