import Consent
import Model
import NIOCore
import Testing

@testable import Wire

@Suite struct OutletCallTests {
  private func text(_ call: OutletCall, _ login: Login? = Login(user: "ada", secret: "s\"1")) throws -> String {
    String(buffer: call.encoded(host: "crm.example.test", login: login))
  }

  @Test("a call is sent with its own fields, its length and its login, and with nothing else")
  func encoded() throws {
    let call = try OutletCall(
      .post, "/rpc/", as: .basic, fields: [("Content-Type", "application/json")], body: Array("{}".utf8))
    #expect(
      try text(call) == """
        POST /rpc/ HTTP/1.1\r\nHost: crm.example.test\r\nAuthorization: Basic YWRhOnMiMQ==\r\nUser-Agent: Kith\r\n\
        Accept-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}
        """)
    #expect(try text(OutletCall(.get, "/", as: .bearer)).contains("\r\nAuthorization: Bearer s\"1\r\n"))
    #expect(try text(OutletCall(.get, "/", as: .field("X-Api-Key"))).contains("\r\nX-Api-Key: s\"1\r\n"))
    #expect(!(try text(OutletCall(.get, "/"))).contains("s\"1"))
    #expect(try text(OutletCall(.delete, "/1")).contains("\r\nContent-Length: 0\r\n"))
  }

  @Test("a login in a body stands inside its quotes, whatever it is made of")
  func loginInBody() throws {
    let call = try OutletCall(
      .post, "/", as: .body,
      pieces: [.bytes(Array("[\"".utf8)), .user, .bytes(Array("\",\"".utf8)), .secret, .bytes(Array("\"]".utf8))])
    #expect(try text(call, Login(user: "a\\b", secret: "\"\n")).hasSuffix("\r\n\r\n[\"a\\\\b\",\"\\\"\\u000a\"]"))
    #expect(try text(call).contains("Content-Length: 14\r\n"))
  }

  @Test("a signature is the one of the Standard Webhooks: over identifier, time and body")
  func signature() throws {
    let call = try OutletCall(.post, "/", as: .signature(id: "msg_1", at: 1_700_000_000), body: Array("{}".utf8))
    let sent = try text(call, Login(user: "", secret: "key"))
    let tag = Base64.encode(hmacSHA256(Array("msg_1.1700000000.{}".utf8), key: Array("key".utf8)))
    #expect(sent.contains("webhook-id: msg_1\r\nwebhook-timestamp: 1700000000\r\nwebhook-signature: v1,\(tag)\r\n"))
  }

  @Test(
    "what could slip in a line is no target and no field",
    arguments: ["/a b", "a", "/\r\nX: 1", "/é", ""])
  func targets(_ target: String) {
    #expect(throws: Trouble.self) { try OutletCall(.get, target) }
    guard target.contains("\r") || target.contains(" ") else { return }
    #expect(throws: Trouble.self) { try OutletCall(.get, "/", fields: [("X\(target)", "1")]) }
    if target.contains("\r") { #expect(throws: Trouble.self) { try OutletCall(.get, "/", fields: [("X", target)]) } }
  }
}

@Suite struct PayloadSchemaTests {
  private let json = PayloadSchema(.json, keys: ["name", "mails", "value"])

  @Test(
    "P077 a payload with one field more than the mapping is refused, at any depth",
    arguments: [
      #"{"name":"Bob","phone":"1"}"#, #"{"mails":[{"value":"a"},{"value":"b","kind":"home"}]}"#,
      #"[["create",[{"name":"Bob","note" : "x"}]]]"#, #"{"na\u006de":"Bob"}"#, #"{"name":"Bob"#,
    ])
  func extra(_ body: String) {
    let refusal = #expect(throws: Refusal.self) { try json.check(Array(body.utf8)) }
    #expect(refusal?.promise == 77)
    #expect(refusal.map { "\($0)".contains("Bob") } == false)
  }

  @Test("P077 what the mapping holds passes, whatever its values say")
  func mapped() throws {
    try json.check(Array(#"{"name":"\"phone\": 1","mails":[{"value":"a:b"}]}"#.utf8))
    try json.check(Array(#"["name",{"value" : {}}]"#.utf8))
    let card = PayloadSchema(.card, keys: ["begin", "version", "fn", "email", "end"])
    try card.check(
      Array(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nitem1.EMAIL;TYPE=work:a@example.org\r\nFN:Bob\r\n  NOTE:x\r\nEND:VCARD\r\n".utf8)
    )
    #expect(throws: Refusal.self) { try card.check(Array("BEGIN:VCARD\r\nNOTE:x\r\nEND:VCARD\r\n".utf8)) }
    try PayloadSchema(.empty).check([])
    #expect(throws: Refusal.self) { try PayloadSchema(.empty).check([65]) }
  }
}
