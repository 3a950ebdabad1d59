import Consent
import Model
import Plans

extension CRM {
  /// Puts one after the other, where a system has no batches: one answer for each, in their order.
  ///
  /// `refusal` says what an error means that is about what was put. A trouble is the answer of the one it struck, so that
  /// what is known of the others stands; of an only one nothing is known then, and it is thrown.
  func oneByOne<One>(
    _ all: [One], _ permit: borrowing Permit<SyncToCRM>, refusal: (any Error) -> CRMAnswer? = { _ in nil },
    _ put: (One, borrowing Permit<SyncToCRM>) async throws -> CRMAnswer
  ) async throws -> [CRMAnswer] {
    var answers: [CRMAnswer] = []
    for one in all {
      do {
        answers.append(try await put(one, permit))
      } catch let trouble as Trouble where all.count > 1 {
        answers.append(.failed(trouble))
      } catch {
        guard let answer = refusal(error) else { throw error }
        answers.append(answer)
      }
    }
    return answers
  }

  /// The same for changes of records whose free text holds what has no place: what cannot stand there as it is, is refused.
  func oneByOne(
    _ writes: [CRMWrite], in lines: NoteLines, _ permit: borrowing Permit<SyncToCRM>,
    refusal: (any Error) -> CRMAnswer?,
    create: (CRMWrite, borrowing Permit<SyncToCRM>) async throws -> CRMAnswer,
    update: (CRMWrite, borrowing Permit<SyncToCRM>) async throws -> CRMAnswer
  ) async throws -> [CRMAnswer] {
    try await oneByOne(writes, permit, refusal: refusal) { write, permit in
      for field in write.change.fields {
        if let why = lines.fault(of: field) { return .refused(field: field.field, why: why) }
      }
      return switch write.change.kind {
      case .create: try await create(write, permit)
      case .update: try await update(write, permit)
      }
    }
  }
}
