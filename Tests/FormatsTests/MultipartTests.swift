import Formats
import Testing

/// Forms with files, as browsers send them.
@Suite("Forms with files")
struct MultipartTests {
  private static let type = "multipart/form-data; boundary=----Edge7"

  private static func form(_ file: [UInt8], name: String = "people.vcf") -> [UInt8] {
    Array("------Edge7\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\ntoken 1\r\n".utf8)
      + Array(
        ("------Edge7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
          + "Content-Type: text/vcard\r\n\r\n").utf8) + file + Array("\r\n------Edge7--\r\n".utf8)
  }

  /// The fields with their bytes, however they came.
  private func read(_ bytes: [UInt8], pieces: Int) throws -> (fields: [String: [UInt8]], file: String?, isWhole: Bool) {
    var form = try #require(MultipartForm(contentType: Self.type))
    var fields: [String: [UInt8]] = [:]
    var (name, file): (String, String?) = ("", nil)
    var at = 0
    while at < bytes.count {
      let next = min(at + pieces, bytes.count)
      for event in try form.take(Array(bytes[at..<next])) {
        switch event {
        case .begin(let field, let named):
          name = field
          if let named { file = named }
          fields[field] = []
        case .bytes(let some): fields[name, default: []] += some
        case .end: name = ""
        }
      }
      at = next
    }
    return (fields, file, form.isWhole)
  }

  @Test(
    "a file comes out byte by byte as it was sent, in whatever pieces it arrives", arguments: [1, 2, 3, 7, 64, 100_000])
  func pieces(_ count: Int) throws {
    // Line feeds, near misses of the delimiter and every byte there is.
    let file =
      Array("\r\n\r\n------Edge\r\n------Edge8\r\n--".utf8) + (0...255).map { UInt8($0) } + Array("\r\n\r\n----".utf8)
    let found = try read(Self.form(file), pieces: count)
    #expect(found.isWhole && found.file == "people.vcf")
    #expect(found.fields["file"] == file)
    #expect(found.fields["form"] == Array("token 1".utf8))
  }

  @Test("an empty file is one, a path before a name is left out, and a form that was cut short is not whole")
  func edges() throws {
    let empty = try read(Self.form([]), pieces: 5)
    #expect(empty.isWhole && empty.fields["file"] == [])
    #expect(try read(Self.form([1], name: "C:\\Users\\Ada\\a;b %22c%22.mbox"), pieces: 9).file == "a;b \"c\".mbox")
    #expect(try read(Self.form([1], name: "../../etc/passwd"), pieces: 9).file == "passwd")
    #expect(try !read(Self.form([1, 2, 3]).dropLast(6), pieces: 4).isWhole)
  }

  @Test(
    "what is no such form is refused",
    arguments: [
      "multipart/form-data", "multipart/mixed; boundary=a", "text/plain", "", "multipart/form-data; boundary=",
    ])
  func types(_ type: String) { #expect(MultipartForm(contentType: type) == nil) }

  @Test("headers without end, a field without a name and fields without end are refused")
  func hostile() throws {
    let open = Array("------Edge7\r\nContent-Disposition: form-data".utf8)
    #expect(throws: (any Error).self) { try read(open + [UInt8](repeating: 65, count: 20_000), pieces: 512) }
    #expect(throws: (any Error).self) { try read(open + Array("\r\n\r\nx".utf8), pieces: 10) }
    #expect(throws: (any Error).self) { try read(Array("------Edge7xx\r\n".utf8), pieces: 10) }
    let one = "------Edge7\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
    #expect(throws: (any Error).self) {
      try read(Array(String(repeating: one, count: 200).utf8), pieces: 4096)
    }
  }
}

extension MultipartTests {
  private func read(_ bytes: ArraySlice<UInt8>, pieces: Int) throws -> (
    fields: [String: [UInt8]], file: String?, isWhole: Bool
  ) { try read(Array(bytes), pieces: pieces) }
}
