import Consent
import Formats
import Synchronization

/// The tokens of words met in one run, so that each is made once.
///
/// It keeps no word: a token lies under a hash that is seeded anew in every process.
final class TokenBook: Sendable {
  fileprivate struct Table {
    struct Entry {
      var hash: UInt64 = 0
      var token: UInt64 = 0
      /// The last mail that had the word; 0 for a free place.
      var mail: UInt32 = 0
    }

    var entries = [Entry](repeating: Entry(), count: 1 << 12)
    var count = 0
    var mail: UInt32 = 0
  }

  /// More words than this are begun anew, so that memory stays bounded.
  fileprivate static let limit = 250_000

  private let table = Mutex(Table())

  /// The tokens of the different words of a mail, in ascending order: an order that tells nothing of the text's.
  func tokens(of texts: [String], by blind: BlindKey) -> [UInt64] {
    table.withLock { table in
      table.begin()
      var tokens: [UInt64] = []
      tokens.reserveCapacity(256)
      for text in texts {
        TextWords.each(in: text) { word in
          if let token = table.meet(word, blind) { tokens.append(token) }
        }
      }
      tokens.sort()
      return tokens
    }
  }
}

extension TokenBook.Table {
  /// Begins the next mail.
  fileprivate mutating func begin() {
    mail &+= 1
    if count > TokenBook.limit || mail == .max { self = TokenBook.Table(mail: 1) }
  }

  /// The token of a word; nil if this mail had it before.
  fileprivate mutating func meet(_ word: Span<UInt8>, _ blind: BlindKey) -> UInt64? {
    let hash = word.withUnsafeBytes { bytes in
      var hasher = Hasher()
      hasher.combine(bytes: bytes)
      return UInt64(truncatingIfNeeded: hasher.finalize())
    }
    var place = Int(truncatingIfNeeded: hash) & (entries.count - 1)
    while entries[place].mail != 0 {
      if entries[place].hash == hash {
        if entries[place].mail == mail { return nil }
        entries[place].mail = mail
        return entries[place].token
      }
      place = (place + 1) & (entries.count - 1)
    }
    let token = blind.token(word.withUnsafeBufferPointer { Array($0) })
    entries[place] = TokenBook.Table.Entry(hash: hash, token: token, mail: mail)
    count += 1
    if count * 2 > entries.count { grow() }
    return token
  }

  private mutating func grow() {
    let old = entries
    entries = [TokenBook.Table.Entry](repeating: TokenBook.Table.Entry(), count: old.count * 2)
    for entry in old where entry.mail != 0 {
      var place = Int(truncatingIfNeeded: entry.hash) & (entries.count - 1)
      while entries[place].mail != 0 { place = (place + 1) & (entries.count - 1) }
      entries[place] = entry
    }
  }
}
