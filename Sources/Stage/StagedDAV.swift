import Dispatch
import Foundation
public import Model
import Programs
import Synchronization

/// A server of address books and calendars of the tests' own, in a scratch folder at a free port; it ends when the process ends.
///
/// Both are installed by `make test` into a folder of their own, `~/.cache/kith/dav` or `KITH_DAV`.
public final class StagedDAV: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Speaks HTTP/1.0, asks for a password, and has tokens that are addresses.
    case radicale
    /// Keeps connections open, asks for nothing, and has tokens that are none.
    case xandikos
  }

  public static let user = "ada"
  public static let password = "pw1"

  public let kind: Kind
  public let folder: String
  public let port: Int
  /// The certificate by which it is known, in PEM; nil if it speaks without TLS.
  public let authority: String?
  private let watchdog: Mutex<Watchdog>

  private init(_ watchdog: consuming Watchdog, _ kind: Kind, folder: String, port: Int, isSecure: Bool) throws {
    authority = isSecure ? try String(contentsOfFile: folder + "/cert.pem", encoding: .utf8) : nil
    self.kind = kind
    self.folder = folder
    self.port = port
    self.watchdog = Mutex(watchdog)
  }

  /// `isSecure` is for Radicale alone: the other one speaks no TLS.
  public static func start(_ kind: Kind, isSecure: Bool = false) async throws -> StagedDAV {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async {
        done.resume(
          with: Result {
            let port = try StagedDovecot.freePort()
            let watchdog = try Watchdog(script, [kind.rawValue, String(port), tools, isSecure ? "True" : "False"])
            let answer = try watchdog.line()
            guard answer.hasPrefix("ready ") else {
              throw Trouble("no \(kind.rawValue) could be started", "run 'make test' once: \(answer)")
            }
            return try StagedDAV(
              watchdog, kind, folder: String(answer.dropFirst(6)), port: port, isSecure: isSecure)
          })
      }
    }
  }

  /// How Kith reaches it on this machine.
  public var server: MailServer {
    MailServer(host: "localhost", port: port, security: authority == nil ? .none : .implicit, authority: authority)
  }

  /// The book that Ada has from the beginning.
  public var book: String { kind == .radicale ? "/ada/people/" : "/ada/contacts/addressbook/" }

  /// The calendar that Ada has from the beginning.
  public var calendar: String { kind == .radicale ? "/ada/agenda/" : "/ada/calendars/calendar/" }

  /// Every request of a client since the start, as `METHOD path`.
  public func requests() throws -> [String] {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: folder + "/log")), as: UTF8.self)
    switch kind {
    case .radicale:
      // "PROPFIND request for '/ada/' with depth '1' received from …"
      return text.split(separator: "\n").compactMap { line in
        guard let mark = line.range(of: " request for '") else { return nil }
        let method = line[..<mark.lowerBound].split(separator: " ").last ?? ""
        return "\(method) \(line[mark.upperBound...].prefix { $0 != "'" })"
      }
    case .xandikos:
      // aiohttp's access log: "PROPFIND /ada/ HTTP/1.1"
      return text.split(separator: "\n").compactMap { line in
        let quoted = line.split(separator: "\"", omittingEmptySubsequences: false)
        guard quoted.count > 1, quoted[1].contains(" HTTP/1.") else { return nil }
        return quoted[1].split(separator: " ").prefix(2).joined(separator: " ")
      }
    }
  }

  /// What an address book's own program would do: `PUT`, `DELETE`.
  public struct Change: Sendable {
    public var method: String
    public var path: String
    public var body: String

    public init(_ method: String, _ path: String, _ body: String = "") {
      self.method = method
      self.path = path
      self.body = body
    }
  }

  /// Does them one after the other; answers the ETag of each, empty where there is none.
  @discardableResult
  public func change(_ changes: [Change]) throws -> [String] {
    let list = folder + "/changes-\(UUID().uuidString)"
    try JSONEncoder().encode(changes.map { [$0.method, $0.path, $0.body] }).write(to: URL(fileURLWithPath: list))
    defer { try? FileManager.default.removeItem(atPath: list) }
    let done = try ChildProcess.run([
      StagedDAV.tools + "/bin/python3", "-c", StagedDAV.client, String(port),
      "\(StagedDAV.user):\(StagedDAV.password)", list, authority == nil ? "" : folder + "/cert.pem",
    ])
    guard done.status == 0 else { throw Trouble("the staged server refused a change", done.err) }
    let etags = done.out.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    guard etags.count == changes.count else { throw Trouble("the staged server refused a change", done.out) }
    return etags
  }

  /// A resource as any program sees it.
  public struct Resource: Sendable, Equatable {
    public var etag: String
    public var text: String
  }

  /// Everything in a collection by its path, asked for by a program of its own.
  public func contents(of collection: String? = nil) throws -> [String: Resource] {
    let done = try ChildProcess.run([
      StagedDAV.tools + "/bin/python3", "-c", StagedDAV.visitor, String(port),
      "\(StagedDAV.user):\(StagedDAV.password)", collection ?? book, authority == nil ? "" : folder + "/cert.pem",
    ])
    guard done.status == 0 else { throw Trouble("the staged server shows nothing", done.err) }
    let found = try JSONDecoder().decode([String: [String]].self, from: Data(done.out.utf8))
    return found.mapValues { Resource(etag: $0.first ?? "", text: $0.last ?? "") }
  }

  private static var tools: String {
    let environment = ProcessInfo.processInfo.environment
    return environment["KITH_DAV"] ?? (environment["HOME"] ?? "/root") + "/.cache/kith/dav"
  }

  /// What is particular to these servers before which answers are spoiled.
  public static let faults = StagedFaults.System(kind: { $0.method }, errorInside: { _ in #"{"error":"busy"}"# })

  private static let client = """
    import base64, http.client, json, ssl, sys
    port, login, changes, cert = sys.argv[1:]
    for method, path, body in json.load(open(changes)):
      line = http.client.HTTPSConnection("localhost", int(port), timeout=60,
        context=ssl.create_default_context(cafile=cert)) if cert else http.client.HTTPConnection(
        "127.0.0.1", int(port), timeout=60)
      line.request(method, path, body.encode(), {"Content-Type": "text/calendar" if path.endswith(".ics") else "text/vcard",
        "Authorization": "Basic " + base64.b64encode(login.encode()).decode()})
      answer = line.getresponse()
      answer.read()
      if answer.status >= 300: sys.exit("%s %s: %d" % (method, path, answer.status))
      sys.stdout.write((answer.getheader("ETag") or "") + "\\n")
    """

  private static let visitor = """
    import base64, http.client, json, ssl, sys
    import xml.etree.ElementTree as ET
    port, login, folder, cert = sys.argv[1:]
    line = http.client.HTTPSConnection("localhost", int(port), timeout=60,
      context=ssl.create_default_context(cafile=cert)) if cert else http.client.HTTPConnection(
      "127.0.0.1", int(port), timeout=60)
    def ask(method, path, more={}):
      line.request(method, path, None, {
        "Authorization": "Basic " + base64.b64encode(login.encode()).decode(), **more})
      answer = line.getresponse()
      return answer, answer.read()
    answer, body = ask("PROPFIND", folder, {"Depth": "1"})
    if answer.status != 207: sys.exit("PROPFIND: %d" % answer.status)
    found = {}
    for href in (item.text for item in ET.fromstring(body).iter("{DAV:}href")):
      if href.startswith(folder) and href != folder and not href.endswith("/"):
        answer, body = ask("GET", href)
        found[href] = [answer.getheader("ETag") or "", body.decode()]
    json.dump(found, sys.stdout)
    """

  private static let script = #"""
    exec 2>/dev/null
    trap '' INT TERM HUP PIPE
    dir=$(mktemp -d /tmp/kith-dav.XXXXXX) || exit 1
    if [ "$1" = radicale ]; then
      mkdir -p "$dir/data/collection-root/ada/people"
      echo '{"tag": "VADDRESSBOOK", "D:displayname": "People"}' >"$dir/data/collection-root/ada/people/.Radicale.props"
      mkdir -p "$dir/data/collection-root/ada/agenda"
      echo '{"tag": "VCALENDAR", "D:displayname": "Agenda"}' >"$dir/data/collection-root/ada/agenda/.Radicale.props"
      echo "ada:pw1" >"$dir/users"
      [ "$4" = False ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout "$dir/key.pem" -out "$dir/cert.pem"
      cat >"$dir/conf" <<CONF
    [server]
    hosts = 127.0.0.1:$2
    ssl = $4
    certificate = $dir/cert.pem
    key = $dir/key.pem
    [auth]
    type = htpasswd
    htpasswd_filename = $dir/users
    htpasswd_encryption = plain
    delay = 0
    [storage]
    filesystem_folder = $dir/data
    [logging]
    level = info
    CONF
      PYTHONUNBUFFERED=1 "$3/bin/radicale" -C "$dir/conf" >"$dir/log" 2>&1 </dev/null &
    else
      PYTHONUNBUFFERED=1 "$3/bin/xandikos" serve -d "$dir/data" --defaults --autocreate -l 127.0.0.1 -p "$2" \
        --current-user-principal /ada/ --debug >"$dir/log" 2>&1 </dev/null &
    fi
    pid=$!
    stop() {
      # A server may wait for its visitors first; nothing of it is kept.
      kill -KILL "$pid"
      wait
      rm -rf "$dir"
    }
    tries=0
    until "$3/bin/python3" -c "import socket; socket.create_connection(('127.0.0.1', $2)).close()"; do
      tries=$((tries + 1))
      kill -0 "$pid" && [ $tries -lt 200 ] || { echo "it did not start: $(tail -1 "$dir/log")"; stop; exit 1; }
      sleep 0.2
    done
    echo "ready $dir"
    cat >/dev/null
    stop
    """#
}
