/// What helps, as somebody at the site can do it: where remedies are made they name commands and flags.
package enum Remedies {
  /// What a remedy says, and what it is on a page; the first that fits counts, so the longer stand before the shorter.
  private static let pages: [(String, String)] = [
    ("try it again, or keep it untried by --no-check", "check name and port of the server, then try again"),
    ("give the login again: 'kith source add imap' with the same host and user", "type name and password again"),
    ("'kith source add carddav' or 'caldav'", "connecting it here anew"),
    (" by --ca FILE", " by pasting its certificate"),
    ("name its authority by pasting its certificate", "paste its certificate where you give the login"),
    ("install ca-certificates, or use --ca FILE", "ask whoever runs this server to install ca-certificates"),
    ("name a file in PEM by --ca", "paste it in PEM"),
    ("use --tls implicit or starttls, or an OAuth token", "choose TLS, or sign in by an OAuth token"),
    ("use --tls implicit", "choose TLS from the start"),
    ("use --password-file", "sign in by a password"),
    ("name some by --folder", "name those that are to be read"),
    ("look at --folder and at the server", "look at the folders that are named, and at the server"),
    ("look at --url", "look at the address"), ("name one by --url", "give its own address"),
    ("name one of them by --url", "give the address of one of them"),
    ("run 'kith sync --deliver --dry-run', then 'kith destination accept'", "read what would leave, then approve it"),
    ("run 'kith sync --deliver --dry-run' and look again", "look again at what would leave"),
    ("see 'kith source write-back --dry-run'", "look at it first"),
    ("see 'kith grant list'", "what you allow stands under Your data"),
    ("see 'kith policy'", "read the policy"),
    ("'kith member leave' takes out what is yours", "whoever leaves the team takes out what is theirs"),
    ("close it by 'kith account close'", "close it"),
    ("say with --acknowledge that you know", "say that you know"),
    ("divide it, or read it by 'kith import' on the server", "divide it"),
    ("write it by 'kith note'", "write it down as a note"),
    ("are united again by 'kith merge'", "are united again as two of one"),
    ("take the touch back by 'kith undo' and its entry in the journal", "take the touch back where it was logged"),
    ("look at the source, then run 'kith sync'", "look at the source; it is tried again by itself"),
    ("run 'kith sync'", "wait for the next run"),
    ("it goes on; see 'kith status'", "it goes on by itself"),
    ("try again when it has ended; see 'kith status'", "try again when it has ended"),
    ("look at the server ('kith source transcript'), or cut it off by 'kith source revoke'", "look at the server"),
    ("look at 'kith source transcript', and add the source with the host", "connect it by the host"),
    ("with the new --oauth-token-file", "with the new token"),
    (" (--warrant)", ""), ("give a file that 'kith export' wrote", "give a file of an export"),
    ("; 'kith source add imap --help' says more", ""), ("run it with --dry-run and look again", "look at it again"),
    ("name one: --record ", "name one of "),
  ]

  /// The same in the words of a page; nothing is left of what could only be done elsewhere.
  package static func onSite(_ help: String) -> String {
    var help = help
    for (command, page) in pages { help = help.replacing(command, with: page) }
    // "…, then 'kith destination add espo' with the same address and the new --token-file"
    let login = #/(?<lead>:|,|;)?(?<then> then)?(?: by)? 'kith (?:source|destination) add [^']*'(?: with the [^,;]*)?/#
    help = help.replacing(login) { ($0.lead == nil || $0.lead == ":" ? "" : ", and") + " here" }
    return help.split(separator: "; ").filter { !isCommand($0) }.joined(separator: "; ")
  }

  /// Whether a text speaks of the command line.
  package static func isCommand(_ text: some StringProtocol) -> Bool {
    String(text).contains(#/(?:^|[^a-z0-9.])kith [a-z]|(?:^|[ (])--[a-z]/#)
  }
}
