import Consent
import Formats
import Model
import Plans
import Wire

extension HubSpotCRM {
  /// A contact, the name of its organisation as it is now, and as it was.
  private struct Belonging: Sendable {
    var place: Int
    var contact: String
    var new: String?
    var old: String?
  }

  /// Links contacts with the company that their organisation names, and parts them from the one that it named before.
  ///
  /// Only where exactly one company has the name; nobody guesses among several.
  func link(
    _ mine: [Int], _ writes: [CRMWrite], _ answers: inout [CRMAnswer?], _ permit: borrowing Permit<SyncToCRM>,
    _ check: StandingCheck
  ) async throws {
    let all = mine.compactMap { place -> Belonging? in
      guard case .written(let remote, _) = answers[place], let id = HubSpotCRM.place(remote)?.id,
        let change = writes[place].change.fields.first(where: { $0.field == .organisation })
      else { return nil }
      func name(_ values: [String]) -> String? { values.first.map(fold).flatMap { $0.isEmpty ? nil : $0 } }
      return Belonging(place: place, contact: id, new: name(change.new), old: name(change.old))
    }
    guard !all.isEmpty else { return }
    do {
      let companies = try await companies(Set(all.flatMap { [$0.new, $0.old].compactMap { $0 } }), permit, check)
      func pair(_ one: Belonging, _ name: String?) -> (JSON, JSON)? {
        name.flatMap { companies[$0] }.map { (["id": .text(one.contact)], ["id": .text($0)]) }
      }
      let parted = all.filter { $0.new != $0.old }.compactMap { pair($0, $0.old) }
        .map { from, to -> JSON in ["from": from, "to": [to]] }
      let made = all.compactMap { pair($0, $0.new) }.map { from, to -> JSON in ["from": from, "to": to] }
      for (verb, inputs) in [("batch/archive", parted), ("batch/associate/default", made)] where !inputs.isEmpty {
        _ = try await talk.change(
          .post, talk.associations(.contacts, .companies, verb), ["inputs": .list(inputs)],
          PayloadSchema(.json, keys: ["inputs", "from", "to", "id"]), permit, check: check)
      }
    } catch let trouble as Trouble {
      // The next try finds the contact, and links it.
      for one in all { answers[one.place] = .failed(trouble) }
    } catch let refused as HubSpotTalk.Refused {
      for one in all { answers[one.place] = .failed(HubSpotCRM.trouble(refused)) }
    }
  }

  /// The companies with these names, in small letters, where a name is one company's.
  private func companies(
    _ names: Set<String>, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> [String: String] {
    var found: [String: Set<String>] = [:]
    let sorted = names.sorted()
    for start in stride(from: 0, to: sorted.count, by: HubSpotCRM.batch) {
      let some = sorted[start..<min(start + HubSpotCRM.batch, sorted.count)].map { JSON.text($0) }
      let filter: JSON = ["propertyName": "name", "operator": "IN", "values": .list(some)]
      let body: JSON = [
        "filterGroups": [["filters": [filter]]], "properties": ["name"], "limit": .int(HubSpotCursor.page),
      ]
      let keys: Set = ["filterGroups", "filters", "propertyName", "operator", "values", "properties", "limit"]
      let page = try await talk.change(
        .post, talk.objects(.companies, "/search"), body, PayloadSchema(.json, keys: keys), permit, check: check)
      for row in page[key: "results"]?.asList ?? [] {
        guard let id = row[key: "id"]?.asText, let name = HubSpotValues.properties(row)?["name"] else { continue }
        found[fold(name), default: []].insert(id)
      }
    }
    return found.compactMapValues { $0.count == 1 ? $0.first : nil }
  }
}
