public import Consent
import Model
public import Store

/// Keeps in memory what was last found to be owed, so that a look at the list of the day opens no mail.
///
/// It rests nowhere, and holds only while the grants and the switches are those under which it was found, nothing passed
/// since, and no hour has gone by.
public actor OwedBoard {
  /// What is known of it now.
  public enum Known: Sendable {
    case looking
    case found([OwedReply])
    /// Why it could not be found; it is tried again after a minute.
    case failed(any Error)
  }

  /// What an answer depends on.
  private struct Basis: Equatable {
    /// Grants with their epochs: what was found under others is not shown.
    var grants: [ID<Grant>: Int64]
    var isOff: Bool
    /// When the last mail came or went.
    var latest: Instant?
  }

  private struct Answer {
    var basis: Basis
    var at: Instant
    var known: Known
    var isLooking = false

    /// Whether it may be shown, if only until a newer one is there.
    func mayShow(_ basis: Basis) -> Bool { basis.grants == self.basis.grants && basis.isOff == self.basis.isOff }

    func isFresh(_ basis: Basis, at now: Instant) -> Bool {
      guard basis == self.basis else { return false }
      let age = now.milliseconds - at.milliseconds
      switch known {
      case .looking: return true
      case .found: return age < Instant.day / 24
      case .failed: return age < 60_000
      }
    }
  }

  /// More members than this are not remembered; the oldest answers go.
  private static let most = 500
  /// So many look at a time: each opens mails.
  private static let atOnce = 2

  private let store: Store
  private let gate: Gate
  private var answers: [ID<Member>: Answer] = [:]
  private var waiting: [Viewer] = []
  private var running = 0

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// What a viewer owes, as far as it is known; a look is begun where it is not.
  public func known(to viewer: Viewer) async throws -> Known {
    let basis = try await basis(viewer)
    let now = store.clock()
    if basis.isOff { return .found([]) }
    let held = answers[viewer.member]
    if let held, held.isFresh(basis, at: now) { return held.known }
    var answer = Answer(basis: basis, at: now, known: .looking)
    if let held, held.mayShow(basis), case .found = held.known { answer.known = held.known }
    if answers.count >= OwedBoard.most, held == nil, let oldest = answers.min(by: { $0.value.at < $1.value.at })?.key {
      answers[oldest] = nil
    }
    answer.isLooking = true
    answers[viewer.member] = answer
    if held?.isLooking != true {
      waiting.append(viewer)
      begin()
    }
    return answer.known
  }

  private func begin() {
    while running < OwedBoard.atOnce, !waiting.isEmpty {
      let viewer = waiting.removeFirst()
      running += 1
      Task { await look(viewer) }
    }
  }

  private func look(_ viewer: Viewer) async {
    var known: Known
    var began: Basis?
    do {
      began = try await basis(viewer)
      known = .found(try await SuggestReplies(store: store, gate: gate).owed(viewer).owed)
    } catch {
      known = .failed(error)
    }
    if var answer = answers[viewer.member] {
      // Grants may have changed meanwhile: what was found is shown under those it was found by alone.
      answer.known = known
      answer.at = store.clock()
      answer.isLooking = false
      if let began { answer.basis = began }
      answers[viewer.member] = answer
    }
    running -= 1
    begin()
  }

  private func basis(_ viewer: Viewer) async throws -> Basis {
    let (account, member) = (viewer.account, viewer.member)
    let grants = try await store.grants(account, member: member).filter { $0.withdrawnAt == nil }
    return Basis(
      grants: Dictionary(grants.map { ($0.id, $0.epoch) }, uniquingKeysWith: { first, _ in first }),
      isOff: try await store.analysesOff(account, member).contains(.repliesOwed),
      latest: try await store.lastMail(of: member, before: store.clock(), account))
  }
}
