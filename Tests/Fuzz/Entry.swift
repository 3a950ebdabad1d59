#if canImport(Glibc)
  import Glibc
#endif

/// The target that the environment names; the fuzzer runs one at a time.
private let chosen = getenv("FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) }

/// What libFuzzer calls with every input: a broken rule is a trap, which it reports and keeps the input of.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let chosen else {
    fatalError("FUZZ_TARGET names no target: mail, addresses, mbox, vcard, csv, imap, dav or ics")
  }
  do {
    try chosen.check([UInt8](UnsafeBufferPointer(start: start, count: count)))
  } catch {
    fatalError("\(error)")
  }
  return 0
}
