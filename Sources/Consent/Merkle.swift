import Model

/// The Merkle tree of RFC 6962 §2.1, grown leaf by leaf: the roots of its full subtrees, largest first.
public struct MerkleFrontier: Sendable, Equatable {
  public private(set) var size: Int64
  public private(set) var subtrees: [[UInt8]]

  public init() {
    size = 0
    subtrees = []
  }

  /// From what `stored` gave; nil if the counts do not fit.
  public init?(size: Int64, stored: [UInt8]) {
    let count = size.nonzeroBitCount
    guard size >= 0, stored.count == count * 32 else { return nil }
    self.size = size
    self.subtrees = (0..<count).map { Array(stored[$0 * 32..<$0 * 32 + 32]) }
  }

  public var stored: [UInt8] { subtrees.flatMap { $0 } }

  public mutating func append(_ leaf: [UInt8]) {
    subtrees.append(leaf)
    var carry = size
    while carry & 1 == 1 {
      let right = subtrees.removeLast()
      let left = subtrees.removeLast()
      subtrees.append(merkleNode(left, right))
      carry >>= 1
    }
    size += 1
  }

  /// The tree hash; for no leaves the hash of nothing.
  public var root: [UInt8] {
    guard var node = subtrees.last else { return sha256([]) }
    for left in subtrees.dropLast().reversed() { node = merkleNode(left, node) }
    return node
  }
}

func merkleNode(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
  var hash = Digesting()
  hash.add([1])
  hash.add(left)
  hash.add(right)
  return hash.finish()
}

/// Checks a ledger as it is stored against its head and against a head that somebody kept.
public struct LedgerCheck {
  private let head: LedgerHead
  private let kept: LedgerHead?
  private var tree = MerkleFrontier()
  private var keptRoot: [UInt8]?

  public init(head: LedgerHead, kept: LedgerHead?) {
    self.head = head
    self.kept = kept
    if kept?.size == 0 { keptRoot = tree.root }
  }

  /// Takes the stored lines in their order, with the number and the leaf hash stored beside each.
  public mutating func add(_ line: LedgerLine, sequence: Int64, leaf: [UInt8]) throws {
    guard sequence == tree.size else {
      throw LedgerCheck.broken("line \(tree.size) is missing or out of order")
    }
    let computed = line.leaf(sequence)
    guard computed == leaf else { throw LedgerCheck.broken("line \(sequence) was altered") }
    tree.append(computed)
    if tree.size == kept?.size { keptRoot = tree.root }
  }

  /// After the last line: all lines are there, the head is theirs, and the kept head is one of its past.
  public func finish() throws {
    guard head.isSigned else { throw LedgerCheck.broken("the head's signature is not of its key") }
    guard tree.size == head.size else {
      throw LedgerCheck.broken("the head tells of \(head.size) lines, there are \(tree.size)")
    }
    guard tree.root == head.root else { throw LedgerCheck.broken("the head is not that of these lines") }
    guard let kept else { return }
    guard kept.isSigned else { throw LedgerCheck.broken("the kept head's signature is not of its key") }
    guard kept.account == head.account else { throw LedgerCheck.broken("the kept head is of another account") }
    guard kept.key == head.key else { throw LedgerCheck.broken("the ledger was signed again under another key") }
    guard kept.size <= head.size else {
      throw LedgerCheck.broken("the kept head tells of \(kept.size) lines, there are \(head.size): lines were cut off")
    }
    guard keptRoot == kept.root else {
      throw LedgerCheck.broken("a line from before the kept head was altered, and the ledger signed again")
    }
  }

  private static func broken(_ text: String) -> Trouble {
    Trouble(
      "the ledger is not what it was: \(text)", "compare with an export made before; do not go on with this store")
  }
}
