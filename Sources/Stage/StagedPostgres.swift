import Dispatch
import Foundation
import Model
import Synchronization

/// A PostgreSQL server of the tests' own, in a scratch folder behind a Unix socket; it ends when the process ends.
///
/// `KITH_TEST_POSTGRES` names another server by URL instead; its login must be able to create databases and roles.
public final class StagedPostgres: Sendable {
  /// One server for a whole test run.
  private static let shared = Task { try await StagedPostgres.start() }

  private let watchdog: Mutex<Watchdog>
  /// Connection string without the database.
  private let base: String

  private init(_ watchdog: consuming Watchdog, base: String) {
    self.watchdog = Mutex(watchdog)
    self.base = base
  }

  /// The connection string of a new, empty database that belongs to the login `kith`.
  public static func freshDatabase() async throws -> String { try await shared.value.freshDatabase() }

  /// Starts a server; `fsync` on for tests that kill it.
  public static func start(fsync: Bool = false) async throws -> StagedPostgres {
    try await blocking {
      let url = ProcessInfo.processInfo.environment["KITH_TEST_POSTGRES"] ?? ""
      let watchdog = try Watchdog(PostgresScript.text, [fsync ? "on" : "off", url])
      let answer = try watchdog.line()
      guard answer.hasPrefix("ready ") else {
        throw Trouble("no PostgreSQL could be started", "install postgresql-15: \(answer)")
      }
      return StagedPostgres(watchdog, base: url.isEmpty ? "host=\(answer.dropFirst(6)) user=kith" : url)
    }
  }

  public func freshDatabase() async throws -> String {
    let name = "kith_test_\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
    return try await StagedPostgres.blocking { [self] in
      try watchdog.withLock { watchdog in
        try watchdog.ask("create \(name)\n")
        let answer = try watchdog.line()
        if answer != "created" { throw Trouble("no test database could be made", answer) }
      }
      guard let scheme = base.range(of: "://") else { return base + " dbname=\(name)" }
      let parts = base.split(separator: "?", maxSplits: 1)
      let host = parts[0][scheme.upperBound...].prefix { $0 != "/" }
      return base[..<scheme.upperBound] + host + "/\(name)" + (parts.count > 1 ? "?" + parts[1] : "")
    }
  }

  private static func blocking<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async { done.resume(with: Result { try work() }) }
    }
  }
}

/// The shell that starts the server and makes its databases.
private enum PostgresScript {
  static let text = #"""
    exec 2>/dev/null
    trap '' INT TERM HUP PIPE
    export LC_ALL=C
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
    PATH=$bin:$PATH
    if [ -n "$2" ]; then
      admin() { psql -X -q -v ON_ERROR_STOP=1 "$url" -c "$1" </dev/null; }
      url=$2
      admin "SELECT 1" >/dev/null 2>&1 || { echo "the server of KITH_TEST_POSTGRES does not answer"; exit 1; }
      echo "ready"' '
    else
      as() { "$@"; }
      dir=$(mktemp -d /tmp/kith-postgres.XXXXXX) || exit 1
      if [ "$(id -u)" = 0 ]; then as() { runuser -u postgres -- "$@"; }; chown postgres "$dir"; fi
      stop() {
        pid=$(head -1 "$dir/data/postmaster.pid" 2>/dev/null)
        [ -n "$pid" ] && kill -INT "$pid" 2>/dev/null
        wait
        rm -rf "$dir"
      }
      cd "$dir"
      as initdb -D "$dir/data" -U postgres -A trust -E UTF8 --no-sync >"$dir/log" 2>&1 </dev/null \
        || { echo "initdb failed: $(tail -1 "$dir/log")"; rm -rf "$dir"; exit 1; }
      as postgres -D "$dir/data" -h '' -k "$dir" -c fsync="$1" -c full_page_writes="$1" -c max_connections=200 \
        -c shared_buffers=64MB >>"$dir/log" 2>&1 </dev/null &
      admin() { as psql -X -q -v ON_ERROR_STOP=1 -h "$dir" -U postgres -d postgres -c "$1" </dev/null; }
      tries=0
      until admin "SELECT 1" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -gt 200 ] && { echo "postgres did not start: $(tail -1 "$dir/log")"; stop; exit 1; }
        sleep 0.1
      done
      admin "CREATE ROLE kith LOGIN CREATEROLE" >/dev/null 2>&1
      echo "ready $dir"
    fi
    made=
    while read -r verb name; do
      case $verb in
      create)
        owner=; [ -z "$2" ] && owner="OWNER kith"
        if admin "CREATE DATABASE $name $owner TEMPLATE template0" >/dev/null 2>&1; then
          made="$made $name"; echo created
        else
          echo "CREATE DATABASE failed"
        fi ;;
      esac
    done
    if [ -z "$2" ]; then stop; exit; fi
    for name in $made; do admin "DROP DATABASE $name WITH (FORCE)" >/dev/null 2>&1; done
    """#
}
