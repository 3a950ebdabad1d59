import Dispatch
import Foundation
public import Model
import Synchronization

/// A Tryton of the tests' own, with parties and their relationships, in a scratch folder at a free port.
///
/// A database takes seconds to make, so it is made once, into the cache, and copied for each server. `make need-test`
/// installs 8.2 into a folder of its own, `~/.cache/kith/tryton` or `KITH_TRYTON`; 6.0 is Debian's.
public final class StagedTryton: Sendable {
  public enum Version: String, Sendable, CaseIterable {
    case v82 = "8.2"
    case v60 = "6.0"
  }

  public static let user = "admin"
  public static let password = "admin-pass"
  public static let database = "crm"

  public let version: Version
  public let port: Int
  public let folder: String
  private let watchdog: Mutex<Watchdog>
  private let session = Mutex<String?>(nil)

  private init(_ watchdog: consuming Watchdog, _ version: Version, folder: String, port: Int) {
    self.version = version
    self.folder = folder
    self.port = port
    self.watchdog = Mutex(watchdog)
  }

  /// A server without parties; it ends with the value.
  public static func start(_ version: Version) async throws -> StagedTryton {
    try await StagedThread.run {
      let port = try StagedDovecot.freePort()
      let environment = ProcessInfo.processInfo.environment
      let cache = (environment["HOME"] ?? "/root") + "/.cache/kith"
      let tools = version == .v60 ? "/usr" : environment["KITH_TRYTON"] ?? cache + "/tryton"
      let watchdog = try Watchdog(
        script, [tools, version.rawValue, String(port), cache + "/tryton-databases", database, password])
      let answer = try watchdog.line()
      guard answer.hasPrefix("ready ") else {
        throw Trouble("no Tryton \(version.rawValue) could be started", "run 'make need-test': \(answer)")
      }
      return StagedTryton(watchdog, version, folder: String(answer.dropFirst(6)), port: port)
    }
  }

  /// How Kith reaches it.
  public var server: MailServer { MailServer(host: "localhost", port: port, security: .none) }

  /// Where its JSON-RPC is.
  public var path: String { version == .v82 ? "/\(StagedTryton.database)/rpc/" : "/\(StagedTryton.database)/" }

  /// What somebody else does there: calls a method with JSON parameters; answers the result as JSON.
  ///
  /// Throws if it tells of an error.
  @discardableResult
  public func call(_ method: String, _ parameters: String) async throws -> String {
    try await StagedThread.run { [self] in
      if let login = session.withLock({ $0 }) { return try ask(method, parameters, login) }
      let told = try ask(
        "common.db.login", #"["\#(StagedTryton.user)", {"password": "\#(StagedTryton.password)"}, "en"]"#, nil)
      guard let parts = try JSONSerialization.jsonObject(with: Data(told.utf8)) as? [Any], parts.count >= 2 else {
        throw Trouble("the staged Tryton did not let the test in", told)
      }
      let login = "Session " + Data("\(StagedTryton.user):\(parts[0]):\(parts[1])".utf8).base64EncodedString()
      session.withLock { $0 = login }
      return try ask(method, parameters, login)
    }
  }

  private func ask(_ method: String, _ parameters: String, _ login: String?) throws -> String {
    let fields = ["Content-Type: application/json"] + (login.map { ["Authorization: \($0)"] } ?? [])
    let answer = try StagedTalk.ask(
      port,
      .init(
        "POST", path, fields: fields, body: Array(#"{"id":1,"method":"\#(method)","params":\#(parameters)}"#.utf8)))
    guard answer.status == 200, let told = try? JSONSerialization.jsonObject(with: Data(answer.body)),
      let object = told as? [String: Any], object["error"] == nil, let result = object["result"]
    else { throw Trouble("the staged Tryton refused", String(decoding: answer.body.prefix(300), as: UTF8.self)) }
    let json = try JSONSerialization.data(withJSONObject: result, options: [.fragmentsAllowed, .sortedKeys])
    return String(decoding: json, as: UTF8.self)
  }

  /// What is particular to it for a proxy that spoils answers: what is done with many records is whole or not at all.
  public static let faults = StagedFaults.System(
    kind: { request in
      let text = String(decoding: request.body.prefix(300), as: UTF8.self)
      guard let mark = text.range(of: #""method":""#) else { return request.method }
      return String(text[mark.upperBound...].prefix { $0 != "\"" })
    },
    errorInside: { _ in #"{"id":1,"error":["database is locked",""]}"# },
    expires: { $0["authorization"] != nil })

  private static let script = #"""
    exec 2>/dev/null
    trap '' INT TERM HUP PIPE
    umask 077
    dir=$(mktemp -d /tmp/kith-tryton.XXXXXX) || exit 1
    conf() { printf '[database]\nuri = sqlite://\npath = %s\n[web]\nlisten = 127.0.0.1:%s\n' "$1" "$2"; }
    fail() { echo "$1"; rm -rf "$dir"; exit 1; }
    [ -x "$1/bin/trytond" ] || fail "$1/bin/trytond is missing"
    mkdir -p "$4" && mkdir "$dir/db"
    # Another version of a module makes another database.
    if [ "$2" = 6.0 ]; then name=6.0-$(dpkg-query -W -f '${Version}-' tryton-server tryton-modules-party tryton-modules-party-relationship)
    else name=8.2-$(ls "$1"/lib/python3*/site-packages | grep -i '^trytond.*info$' | cksum | tr ' ' -); fi
    held=$4/$name.sqlite
    (
      flock 9
      [ -s "$held" ] && exit 0
      mkdir "$dir/new" && : >"$dir/new/$5.sqlite" && printf %s "$6" >"$dir/password"
      conf "$dir/new" 0 >"$dir/new.conf"
      TRYTONPASSFILE=$dir/password "$1/bin/trytond-admin" -c "$dir/new.conf" -d "$5" -u ir res party party_relationship \
        --activate-dependencies --email admin@example.test >"$dir/log" 2>&1 </dev/null || exit 1
      cp "$dir/new/$5.sqlite" "$held.new" && mv "$held.new" "$held" && rm -rf "$dir/new"
    ) 9>"$4/lock" || fail "no database could be made: $(tail -1 "$dir/log")"
    cp "$held" "$dir/db/$5.sqlite" || fail "the database cannot be copied"
    conf "$dir/db" "$3" >"$dir/conf"
    "$1/bin/trytond" -c "$dir/conf" -d "$5" >"$dir/log" 2>&1 </dev/null &
    pid=$!
    stop() {
      kill -KILL "$pid"
      wait
      rm -rf "$dir"
    }
    listens() { grep -qi ": 0100007F:$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp; }
    tries=0
    until listens "$3"; do
      tries=$((tries + 1))
      if [ $tries -gt 600 ] || ! kill -0 "$pid"; then
        echo "it did not start: $(tail -1 "$dir/log")"
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

/// A thread of its own for what blocks: the pool that tasks share must never wait.
enum StagedThread {
  static func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async { done.resume(with: Result { try work() }) }
    }
  }
}
