import Consent
import Flows
import Hummingbird
import Model
import Store

/// What would change of one person, there or here: a block of a list.
struct ChangeBlock: Sendable {
  struct Field: Sendable {
    var name: String
    /// Nil if nothing stands there.
    var old: String?
    /// Nil if it is taken away.
    var new: String?
  }

  var person: String
  var href: String
  /// What happens to the person there or here, as `new` or `changes`.
  var state: String
  var fields: [Field]

  /// One block for each person and kind of change, in the order of the lines.
  static func all(_ lines: [DeliverReport.Line]) -> [ChangeBlock] {
    var blocks: [ChangeBlock] = []
    var places: [String: Int] = [:]
    for line in lines {
      let field = Field(line)
      if let place = places[line.person + line.kind] {
        blocks[place].fields.append(field)
      } else {
        places[line.person + line.kind] = blocks.count
        blocks.append(
          ChangeBlock(
            person: line.person, href: "/people/\(line.person)", state: states[line.kind] ?? line.kind, fields: [field])
        )
      }
    }
    return blocks
  }

  private static let states = [
    "create": "new", "update": "changes", "receive": "comes in", "delete": "goes away", "merge": "is united",
  ]

  /// The blocks with the names of those the viewer may see; of nobody else.
  static func named(
    _ blocks: some Sequence<ChangeBlock> & Sendable, _ viewer: Viewer, _ store: Store
  ) async throws -> [ChangeBlock] {
    try await store.see(viewer) { session in
      try blocks.map { block in
        guard let id = ID<Person>(block.person), let seen = try Seeing.person(id, in: session) else { return block }
        var block = block
        block.person = PersonLine.name(seen.person)
        return block
      }
    }
  }

  static let template = """
    <ul class="list changes">
    {{#body.blocks}}
    <li><div class="grow"><a class="name" href="{{href}}">{{person}}</a> <span class="tag">{{state}}</span>
    <dl>{{#fields}}<div><dt>{{name}}</dt><dd>{{#old}}<del>{{old}}</del>{{#new}} → {{/new}}{{/old}}{{#new}}<ins>{{new}}</ins>{{/new}}{{^new}} is taken away{{/new}}</dd></div>{{/fields}}</dl></div></li>
    {{/body.blocks}}
    </ul>

    """
}

extension ChangeBlock.Field {
  init(_ line: DeliverReport.Line) {
    func shown(_ values: [String]) -> String? {
      let text = values.filter { !$0.isEmpty }.joined(separator: ", ")
      return text.isEmpty ? nil : text
    }
    let known = FieldKey(name: line.field).map { $0.label.isEmpty ? PersonEdits.names[$0.field] ?? $0.name : $0.label }
    self.init(name: known ?? line.field, old: shown(line.old), new: shown(line.new))
  }
}

extension Destination {
  /// What the owner calls it: of a folder its name, of a server its host.
  var shownName: String {
    guard kind == .folder else { return server.map { "\($0.host)" } ?? location }
    return location.split(separator: "/").last.map(String.init) ?? location
  }

  var shownKind: String {
    kind == .folder ? "Folder" : CRMKind.all.first { $0.kind == kind }?.name ?? kind.rawValue
  }
}
