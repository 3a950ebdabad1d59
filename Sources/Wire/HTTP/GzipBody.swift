import CZlib

/// A body that was packed by gzip (RFC 1952, RFC 9110 §8.4.1.3).
enum GzipBody {
  /// Whether the bytes begin as gzip does (RFC 1952 §2.3.1).
  static func begins(_ body: [UInt8]) -> Bool { body.starts(with: [0x1f, 0x8b]) }

  /// The unpacked bytes: one member, whole, its checksum right; `limit` is the most that may be unpacked.
  static func unpacked(_ body: [UInt8], limit: Int) throws(HTTPFault) -> [UInt8] {
    var stream = z_stream()
    // The largest window, and a header of gzip (zlib.h).
    guard inflateInit2_(&stream, 15 + 16, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .packed
    }
    defer { inflateEnd(&stream) }
    var out: [UInt8] = []
    out.reserveCapacity(min(limit, body.count * 8))
    var code = Z_OK
    var used = 0
    while code == Z_OK, out.count <= limit {
      let taken = body.withUnsafeBufferPointer { input in
        [UInt8](unsafeUninitializedCapacity: chunk) { room, count in
          // zlib only reads its input, and takes it as mutable for the sake of old compilers.
          stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + used })
          stream.avail_in = UInt32(clamping: input.count - used)
          stream.next_out = room.baseAddress
          stream.avail_out = UInt32(chunk)
          code = inflate(&stream, Z_NO_FLUSH)
          used = input.count - Int(stream.avail_in)
          count = chunk - Int(stream.avail_out)
        }
      }
      out += taken
      if taken.isEmpty, code == Z_OK, used == body.count { break }
    }
    guard out.count <= limit else { throw .bodyTooLong }
    guard code == Z_STREAM_END, used == body.count else { throw .badPacking }
    return out
  }

  private static let chunk = 64 << 10
}
