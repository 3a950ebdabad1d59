public import Consent
public import Model
public import Store

/// Opens everything that is sealed, to see that it still opens: corruption is found, nothing is read out (P095).
public struct Scrub: Sendable {
  /// What was looked at, and which mails are damaged.
  public struct Report: Sendable, Equatable {
    public var checked = 0
    public var damaged: [ID<Mail>] = []
  }

  private let store: Store
  private let gate: Gate
  private let progress: @Sendable (Progress) -> Void

  public init(store: Store, gate: Gate, progress: @escaping @Sendable (Progress) -> Void = { _ in }) {
    self.store = store
    self.gate = gate
    self.progress = progress
  }

  public func scrub(_ account: ID<Account>, _ member: ID<Member>) async throws -> Report {
    var report = Report()
    var after = ID<Mail>(0)
    while true {
      let batch = try await store.sealedMails(account, member, after: after, limit: 500)
      guard let last = batch.last else { return report }
      let permit = try await gate.permit(
        CheckIntegrity.self,
        for: Request(
          account: account, member: member, sources: Set(batch.map(\.source)).sorted(),
          handles: Set(batch.map { KeyID(stored: $0.key) }).sorted { $0.rawValue < $1.rawValue }, count: batch.count))
      for mail in batch {
        var whole = true
        let blob = mail.blob == nil ? nil : try await store.content(account, blob: mail.blob ?? 0)
        if mail.blob != nil, blob == nil { whole = false }
        for (sealed, column) in [(mail.subject, "subject" as StaticString), (mail.content ?? blob, "content")] {
          guard let sealed else { continue }
          let slot = Slot(account, "mail", column, row: mail.id.rawValue)
          whole = whole && ((try? sealed.open(in: slot, permit) { _ in true }) ?? false)
        }
        report.checked += 1
        if !whole || mail.isUnreadable { report.damaged.append(mail.id) }
      }
      _ = permit.close()
      after = last.id
      progress(Progress(step: "checking what is sealed", done: report.checked))
    }
  }
}
