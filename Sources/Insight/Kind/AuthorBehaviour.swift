public import Formats
public import Model

/// What several mails show of their authors together: how often, in what shapes, under how many names.
///
/// As the owner of one mailbox sees it; the order of the mails does not matter.
public struct AuthorBehaviour: Sendable {
  private struct Mail: Sendable {
    var author: String
    var verdict: AuthorVerdict
  }

  private var mails: [Mail] = []
  private var seen: [String: HandleStatistics] = [:]
  private var shapes: [String: Set<String>] = [:]

  public init() {}

  /// Adds a mail; answers its number.
  public mutating func add(_ mail: ParsedMail) -> Int {
    let verdict = authorKind(of: mail)
    let sighted = sightings(in: mail).sightings.first { $0.role == .from }
    let author = sighted?.address ?? ""
    mails.append(Mail(author: author, verdict: verdict))
    guard !author.isEmpty else { return mails.count - 1 }
    var statistics = seen[author] ?? HandleStatistics(address: author)
    statistics.add(verdict.kind, answers: !mail.inReplyTo.isEmpty || !mail.references.isEmpty)
    let name = PersonName.clean(sighted?.name ?? "")
    if !name.isEmpty { statistics.names[name, default: 0] += 1 }
    let shape = subjectShape(mail.subject)
    shapes[author, default: []].insert(shape.isEmpty ? "\(mails.count)" : shape)
    statistics.subjectShapes = shapes[author]?.count ?? 0
    seen[author] = statistics
    return mails.count - 1
  }

  /// The kind of an author by all mails added, and why; a person if nothing of theirs was added.
  public func kind(of author: String) -> (kind: MailSightings.Author, why: String) {
    guard let statistics = seen[author] else { return (.person, "") }
    let (nature, why) = HandleNature.of(statistics)
    switch nature {
    case .person, .organisation: return (.person, why)
    case .machine: return (statistics.machineMails > statistics.bulkMails ? .machine : .bulk, why)
    case .placeholder: return (.bulk, why)
    }
  }

  /// The verdict on a mail by its number: by itself where a single sign decided it, else as its author's mails together
  /// say.
  public func verdict(_ number: Int) -> AuthorVerdict {
    guard mails.indices.contains(number) else { return AuthorVerdict(kind: .person, viaList: false, why: "no mail") }
    let mail = mails[number]
    if mail.verdict.isSure { return mail.verdict }
    let together = kind(of: mail.author)
    let isPerson = together.kind == .person
    if mail.author.isEmpty || isPerson == (mail.verdict.kind == .person) { return mail.verdict }
    let why = isPerson ? "most mails of this author are a person's" : together.why
    return AuthorVerdict(kind: together.kind, viaList: mail.verdict.viaList, why: why)
  }
}

extension HandleStatistics {
  /// Counts a mail written from the address.
  mutating func add(_ kind: MailSightings.Author, answers: Bool) {
    from += 1
    machineMails += kind == .machine ? 1 : 0
    bulkMails += kind == .bulk ? 1 : 0
    answering += answers ? 1 : 0
  }
}
