import Consent
import Flows
import Foundation
import Hummingbird
import Model
import NIOCore
import Store

/// Everything as one sealed file, to keep or to take elsewhere; the password is asked for before (P053).
struct ExportPage: Sendable {
  var isTeam: Bool
  var trouble: String?

  /// Shorter words than these would be guessed.
  private static let leastPassphrase = 12

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/data/export") { _, context in
      let visit = try hall.proved(context)
      return try await hall.page(
        "export", try await read(hall, visit.viewer), title: "Take everything out", at: .data, context)
    }
    router.post("/data/export") { request, context in
      let viewer = try hall.proved(context, back: "/data/export").viewer
      let form = try await hall.form(request, context)
      do {
        let phrase = form.exact("passphrase")
        guard phrase.count >= leastPassphrase else {
          throw Trouble(
            "this passphrase is too short", "take at least \(leastPassphrase) characters; a sentence is good")
        }
        guard phrase == form.exact("again") else {
          throw Trouble("the two passphrases differ", "type the same in both places")
        }
        try hall.attempts.note(["export \(viewer.member)"], at: hall.store.clock())
        let path = try hall.place(for: "export")
        try await Export(store: hall.store, gate: hall.gate, progress: { _ in }).export(
          viewer.account, viewer.member, passphrase: Array(phrase.utf8), to: path)
        return try Answer.download(path, name: "kith-\(hall.store.clock().date).kith")
      } catch let trouble as Trouble {
        var page = try await read(hall, viewer)
        page.trouble = Words.sentence(trouble)
        return try await hall.page(
          "export", page, title: "Take everything out", at: .data, context, status: .unprocessableContent)
      }
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> ExportPage {
    ExportPage(isTeam: try await hall.store.members(viewer.account).count > 1)
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/data">Your data</a></p>
    <h1>Take everything out</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <p>You get one file with everything that is held here{{#body.isTeam}} of yours; what is your colleagues' is not in it{{/body.isTeam}}.
    It is sealed by a passphrase that is kept nowhere: without it nobody opens the file, nor do we. Whoever
    runs this server, or another, puts it back by it.</p>
    <form class="stack" method="post" action="/data/export">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>Passphrase <small>At least twelve characters. A sentence is good.</small>
    <input name="passphrase" type="password" required minlength="12" autocomplete="new-password"></label>
    <label>The same again <input name="again" type="password" required minlength="12" autocomplete="new-password"></label>
    <p><button>Download</button></p>
    </form>
    {{> foot}}
    """
}

extension Hall {
  /// A path for a file that is sent and removed; what a crash left of earlier ones goes first, after a day.
  func place(for word: String) throws -> String {
    let files = FileManager.default
    do {
      try files.createDirectory(
        atPath: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      for name in try files.contentsOfDirectory(atPath: scratch) {
        let at = try files.attributesOfItem(atPath: scratch + "/" + name)[.modificationDate] as? Date
        if let at, Date.now.timeIntervalSince(at) > 86_400 { try files.removeItem(atPath: scratch + "/" + name) }
      }
    } catch {
      throw Trouble("the folder for files that are sent cannot be used", "tell whoever runs this server")
    }
    return scratch + "/" + word + "-" + UUID().uuidString
  }
}

extension Answer {
  /// A file that is sent as a download, never shown, and removed however the sending ends.
  static func download(_ path: String, name: String) throws -> Response {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw Trouble("the file that was made is not there", "try again")
    }
    // Its name goes at once: what is open is sent to its end, and nothing stays.
    try FileManager.default.removeItem(atPath: path)
    var headers: HTTPFields = [.contentType: "application/octet-stream", .cacheControl: "no-store"]
    headers[.contentDisposition] = "attachment; filename=\"\(name)\""
    let length = Int(try file.seekToEnd())
    try file.seek(toOffset: 0)
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody(contentLength: length) { writer in
        while let piece = try file.read(upToCount: 256 << 10), !piece.isEmpty {
          try await writer.write(ByteBuffer(bytes: piece))
        }
        try await writer.finish(nil)
      })
  }
}
