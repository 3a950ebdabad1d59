import Model
import Plans
import Testing

@Suite("which interactions are entered")
struct ActivityPlanTests {
  private func touch(_ id: Int64, _ kind: Interaction.Kind, at: Int64, to remotes: [String] = ["r1"])
    -> ActivityCandidate
  {
    ActivityCandidate(
      interaction: ID(id), kind: kind, at: Instant(seconds: at), direction: .outward, remotes: remotes)
  }

  @Test("a kind that the system has stays, others become notes, and both are told")
  func kinds() {
    let all = [
      touch(1, .call, at: 3), touch(2, .mail, at: 1), touch(3, .meeting, at: 2), touch(4, .mail, at: 4, to: []),
    ]
    let plan = ActivityPlan(all, level: .metadata, native: [.mail], hasNotes: true)
    #expect(plan.entries.map(\.kind) == [.mail, .note, .note])
    #expect(plan.entries.map(\.candidate.interaction) == [ID(2), ID(3), ID(1)])
    #expect(plan.asNotes == [.call: 1, .meeting: 1] && plan.told.count == 2)
    let bare = ActivityPlan(all, level: .full, native: [.mail], hasNotes: false)
    #expect(bare.entries.count == 1 && bare.leftOut == [.call: 1, .meeting: 1])
  }

  @Test("at the level off, and under a word that names no level, nothing is entered")
  func off() {
    #expect(ActivityPlan([touch(1, .mail, at: 1)], level: .off, native: [.mail], hasNotes: true).entries.isEmpty)
    for word in ["", "everything", "Full"] { #expect(ActivityLevel(options: ["activities": word]) == .off) }
    #expect(ActivityLevel(options: ["activities": "subject"]) == .subject && ActivityLevel.subject < .full)
  }
}
