import Dispatch
import Foundation
import Glibc
public import Model
import Programs
import Synchronization

/// A Dovecot of the tests' own, in a scratch folder at free ports; it ends when the process ends.
///
/// Every user exists, with the password `pw1`, and has an empty mailbox at first.
public final class StagedDovecot: Sendable {
  public enum Offer: String, Sendable, CaseIterable {
    /// Everything it can do.
    case everything
    /// QRESYNC hidden, CONDSTORE left.
    case condstore
    /// Neither, nor ESEARCH, LIST-STATUS, SPECIAL-USE, IDLE and SASL-IR: a server of long ago.
    case little
    /// Everything, and a place of folders that all users share, at `Public/`.
    case shared

    /// The kinds that every mailbox is tried at.
    public static let allCases: [Offer] = [.everything, .condstore, .little]

    var capability: String {
      switch self {
      case .everything, .shared: ""
      case .condstore:
        "IMAP4rev1 LITERAL+ SASL-IR ENABLE IDLE UIDPLUS LIST-EXTENDED LIST-STATUS SPECIAL-USE UNSELECT ESEARCH CONDSTORE"
      case .little: "IMAP4rev1 UIDPLUS UNSELECT"
      }
    }
  }

  public static let password = "pw1"
  private static let servers = Mutex<[Offer: Task<StagedDovecot, any Error>]>([:])

  public let folder: String
  /// In the clear, with STARTTLS offered.
  public let port: Int
  /// With TLS from the first byte.
  public let tlsPort: Int
  /// The certificate of its authority, in PEM.
  public let authority: String
  private let watchdog: Mutex<Watchdog>

  private init(_ watchdog: consuming Watchdog, folder: String, port: Int, tlsPort: Int) throws {
    self.folder = folder
    self.port = port
    self.tlsPort = tlsPort
    authority = try String(contentsOfFile: folder + "/cert.pem", encoding: .utf8)
    self.watchdog = Mutex(watchdog)
  }

  /// One server of each kind for a whole test run.
  public static func shared(_ offer: Offer = .everything) async throws -> StagedDovecot {
    let task = servers.withLock { servers in
      if let known = servers[offer] { return known }
      let task = Task { try await start(offer) }
      servers[offer] = task
      return task
    }
    return try await task.value
  }

  private static func start(_ offer: Offer) async throws -> StagedDovecot {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async {
        done.resume(
          with: Result {
            let (port, tlsPort) = (try freePort(), try freePort())
            let watchdog = try Watchdog(
              script, [String(port), String(tlsPort), offer.capability, offer == .shared ? "shared" : ""])
            let answer = try watchdog.line()
            guard answer.hasPrefix("ready ") else {
              throw Trouble("no Dovecot could be started", "install dovecot-imapd: \(answer)")
            }
            return try StagedDovecot(
              watchdog, folder: String(answer.dropFirst(6)), port: port, tlsPort: tlsPort)
          })
      }
    }
  }

  /// A user nobody has used yet.
  public func freshUser() -> String { "ada-" + String(UInt64.random(in: 0...UInt64.max), radix: 36) + "@example.test" }

  /// How Kith reaches it.
  public func server(_ security: MailServer.Security = .implicit) -> MailServer {
    MailServer(
      host: "localhost", port: security == .implicit ? tlsPort : port, security: security,
      authority: security == .none ? nil : authority)
  }

  /// From now on every command of a user's sessions is written down.
  public func log(_ user: String) throws {
    let path = folder + "/raw/" + user
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    chmod(path, 0o777)
  }

  /// What a user's sessions said since `log`, command by command, without time and tag.
  public func commands(_ user: String) throws -> [String] {
    let path = folder + "/raw/" + user
    return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".in") }.sorted().flatMap {
      try String(contentsOfFile: path + "/" + $0, encoding: .utf8).split(whereSeparator: \.isNewline).map { line in
        line.split(separator: " ").dropFirst(2).joined(separator: " ").trimmingCharacters(in: .whitespaces)
      }
    }
  }

  /// Runs `doveadm`, for what no client may do.
  public func administer(_ words: [String]) async throws {
    let (tool, arguments) = ("/usr/bin/doveadm", ["-c", folder + "/dovecot.conf"] + words)
    let ended = try await withCheckedThrowingContinuation {
      (done: CheckedContinuation<ChildProcess.Ended, any Error>) in
      DispatchQueue.global().async {
        done.resume(
          with: Result {
            try ChildProcess.run([tool] + arguments)
          })
      }
    }
    guard ended.status == 0 else { throw Trouble("doveadm ended with \(ended.status)", words.joined(separator: " ")) }
  }

  /// A port of this machine that nobody listens at.
  public static func freePort() throws -> Int {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard file >= 0 else { throw Trouble("no socket could be made", "errno \(errno)") }
    defer { close(file) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, size) == 0 ? getsockname(file, $0, &size) : -1
      }
    }
    guard code == 0 else { throw Trouble("no port is free", "errno \(errno)") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  private static let script = #"""
    exec 2>/dev/null
    trap '' INT TERM HUP PIPE
    export LC_ALL=C
    PATH=/usr/sbin:/usr/bin:$PATH
    dir=$(mktemp -d /tmp/kith-dovecot.XXXXXX) || exit 1
    chmod 755 "$dir"
    mkdir "$dir/mail" "$dir/base" "$dir/state" "$dir/raw"
    chmod 711 "$dir/raw"
    if [ "$(id -u)" = 0 ]; then name=nobody; else name=$(id -un); fi
    chown "$name" "$dir/mail" "$dir/raw"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/key.pem" -out "$dir/cert.pem" -days 30 -subj /CN=localhost \
      -addext subjectAltName=DNS:localhost,IP:127.0.0.1 </dev/null || { echo "openssl failed"; rm -rf "$dir"; exit 1; }
    cat >"$dir/dovecot.conf" <<CONF
    base_dir = $dir/base
    state_dir = $dir/state
    log_path = $dir/log
    listen = 127.0.0.1
    protocols = imap
    ssl = yes
    ssl_cert = <$dir/cert.pem
    ssl_key = <$dir/key.pem
    disable_plaintext_auth = no
    auth_mechanisms = plain login
    default_internal_user = $name
    default_internal_group = $(id -gn "$name")
    default_login_user = $name
    first_valid_uid = 1
    first_valid_gid = 1
    mail_location = maildir:$dir/mail/%u
    mailbox_list_index = yes
    mail_fsync = never
    mail_max_userip_connections = 1000
    rawlog_dir = $dir/raw/%u
    passdb {
      driver = static
      args = password=pw1
    }
    userdb {
      driver = static
      args = uid=$(id -u "$name") gid=$(id -g "$name") home=$dir/mail/%u
    }
    namespace inbox {
      inbox = yes
      separator = /
      mailbox Junk {
        special_use = \Junk
      }
      mailbox Trash {
        special_use = \Trash
      }
    }
    service imap-login {
      chroot =
      process_min_avail = 1
      service_count = 0
      inet_listener imap {
        port = $1
      }
      inet_listener imaps {
        port = $2
        ssl = yes
      }
    }
    service imap {
      process_limit = 400
      service_count = 0
    }
    service anvil {
      chroot =
    }
    service stats {
      chroot =
    }
    CONF
    if [ -n "$3" ]; then echo "protocol imap { imap_capability = $3" | sed 's/{ /{\n/' >>"$dir/dovecot.conf"; echo '}' >>"$dir/dovecot.conf"; fi
    if [ -n "$4" ]; then
      cat >>"$dir/dovecot.conf" <<CONF
    namespace public {
      type = public
      separator = /
      prefix = Public/
      location = maildir:$dir/mail/public
      subscriptions = no
      list = yes
    }
    CONF
    fi
    dovecot -F -c "$dir/dovecot.conf" >"$dir/out" 2>&1 </dev/null &
    stop() {
      pid=$(head -1 "$dir/base/master.pid" 2>/dev/null)
      [ -n "$pid" ] && kill -TERM "$pid" 2>/dev/null
      wait
      rm -rf "$dir"
    }
    tries=0
    until grep -q 'starting up' "$dir/log" 2>/dev/null; do
      tries=$((tries + 1))
      [ $tries -gt 100 ] && { echo "dovecot did not start: $(tail -1 "$dir/out" "$dir/log" | tail -1)"; stop; exit 1; }
      sleep 0.1
    done
    echo "ready $dir"
    cat >/dev/null
    stop
    """#
}
