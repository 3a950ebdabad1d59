import Flows
import Foundation
import Stage
import Testing

/// Files that were sent to the site and wait.
@Suite("Files that wait to be read") struct UploadsTests {
  @Test("what nobody wanted to be read is removed after an hour, and nothing before")
  func sweep() throws {
    let folder = try StagedHouse.scratch() + "/uploads"
    let files = FileManager.default
    func put(_ name: String, minutesAgo: Double) throws -> String {
      let place = folder + "/account_1/member_1/" + name
      try files.createDirectory(atPath: place, withIntermediateDirectories: true)
      try Data("x".utf8).write(to: URL(fileURLWithPath: place + "/clients.csv"))
      try files.setAttributes([.modificationDate: Date.now - minutesAgo * 60], ofItemAtPath: place)
      return place
    }
    let old = try put("old", minutesAgo: 61)
    let young = try put("young", minutesAgo: 50)
    Uploads(folder: folder).sweep()
    #expect(!files.fileExists(atPath: old) && files.fileExists(atPath: young + "/clients.csv"))
    Uploads(folder: folder + "/nowhere").sweep()
  }
}
