import Formats
import Glibc

/// One mailbox file that is being read, piece by piece.
struct MailboxFile {
  private final class Handle {
    let file: Int32
    init(_ file: Int32) { self.file = file }
    deinit { close(file) }
  }

  private let handle: Handle
  private var splitter = MboxSplitter(largest: MailReader.largestMail + 1)
  private var chunk = [UInt8](repeating: 0, count: 1 << 20)
  private var ended = false
  /// How often each mail came, by the first bytes of its digest.
  private var occurrences: [UInt64: UInt32] = [:]
  private(set) var hasContent = false
  /// The disk gave an error in the middle.
  private(set) var failed = false

  init(_ path: [UInt8]) throws(FileFault) { handle = Handle(try LocalFile.open(path)) }

  /// The mails that the next piece of the file completes; nil at its end.
  mutating func next() -> [[UInt8]]? {
    guard !ended else { return nil }
    guard let count = try? LocalFile.read(handle.file, into: &chunk, from: 0), count > 0 else {
      ended = true
      if failedAtEnd() { failed = true }
      return splitter.finish()
    }
    if !hasContent { hasContent = chunk[..<count].contains { $0 > 32 } }
    return chunk.withUnsafeBufferPointer { splitter.push(UnsafeBufferPointer(rebasing: $0[..<count]).span) }
  }

  /// At the end of a file reading gives 0; an error is told from it by asking once more.
  private mutating func failedAtEnd() -> Bool { (try? LocalFile.read(handle.file, into: &chunk, from: 0)) == nil }

  /// The uid of a mail: of its digest and how many equal ones came before it in this file.
  mutating func uid(_ digest: [UInt8]) -> Int64 {
    let key = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let before = occurrences[key, default: 0]
    occurrences[key] = before &+ 1
    guard before > 0 else { return Int64(key >> 1) }
    return MailTree.uid(digest + (0..<4).map { UInt8(truncatingIfNeeded: before >> (8 * $0)) })
  }
}
