import Foundation
import Programs
import Testing

/// HubSpot's own client library, in a folder of its own; `make test` installs it.
enum HubSpotClient {
  static var python: String {
    let environment = ProcessInfo.processInfo.environment
    return (environment["KITH_HUBSPOT"] ?? (environment["HOME"] ?? "/root") + "/.cache/kith/hubspot") + "/bin/python3"
  }

  static var isThere: Bool { FileManager.default.isExecutableFile(atPath: python) }

  /// Runs a script with the client set up as `client`; answers what it printed, or why it ended.
  static func run(_ script: String, port: Int, token: String) throws -> ChildProcess.Ended {
    try ChildProcess.run([python, "-c", preamble + script, String(port), token])
  }

  private static let preamble = """
    import sys, warnings
    warnings.simplefilter("ignore")
    from hubspot import HubSpot
    from hubspot.crm import contacts, companies, properties, owners
    from hubspot.crm.associations import v4
    from hubspot.crm.objects import notes, calls, meetings, emails, tasks
    client = HubSpot(access_token=sys.argv[2], host="http://127.0.0.1:" + sys.argv[1])

    def refused(error, do):
      try:
        do()
      except error as e:
        return e
      raise AssertionError("it was not refused")


    """
}
