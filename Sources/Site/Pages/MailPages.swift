import Flows
import Foundation
import Hummingbird
import Model

/// A mail in its frame, and what is attached to it: never shown, never run, only saved (P094).
enum MailPages {
  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/mails/:mail/frame") { _, context in
      let viewer = try context.signedIn().viewer
      guard let mail = ID<Mail>(context.parameters.get("mail") ?? "") else { return Answer.nothing }
      let page = try await ShowMail(store: hall.store, gate: hall.gate).page(
        mail, attachmentsAt: "/mails/\(mail)/attachments", as: viewer)
      var answer = Answer.page(page)
      for (name, value) in frame {
        if let name = HTTPFields.Element.Name(name) { answer.headers[name] = value }
      }
      return answer
    }
    router.get("/mails/:mail/attachments/:place") { _, context in
      let viewer = try context.signedIn().viewer
      guard let mail = ID<Mail>(context.parameters.get("mail") ?? ""),
        let place = Int(context.parameters.get("place") ?? ""),
        let saved = try await ShowMail(store: hall.store, gate: hall.gate).attachment(place, of: mail, as: viewer)
      else { return Answer.nothing }
      return file(saved.name, saved.bytes)
    }
  }

  /// What is in the frame can do nothing, whatever stands in it; links open beside the page.
  private static let frame = [
    (
      "Content-Security-Policy",
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox allow-downloads"
    ), ("X-Frame-Options", "SAMEORIGIN"),
  ]

  /// A file to be saved: its type says nothing that a browser would open, and its name leads nowhere (RFC 6266 §4.3).
  private static func file(_ name: String, _ bytes: [UInt8]) -> Response {
    let safe = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._"))
    let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? "attachment"
    let named = String(last.prefix(120)).addingPercentEncoding(withAllowedCharacters: safe) ?? "attachment"
    var headers: HTTPFields = [.contentType: "application/octet-stream", .cacheControl: "no-store"]
    headers[.contentDisposition] = "attachment; filename*=UTF-8''\(named)"
    if let policy = HTTPFields.Element.Name("Content-Security-Policy") {
      headers[policy] = "default-src 'none'; sandbox"
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: .init(bytes: bytes)))
  }
}
