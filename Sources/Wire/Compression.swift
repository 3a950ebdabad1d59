import CZlib
import Model
import NIOCore

/// Both directions of a deflated connection (RFC 4978): raw deflate, of which never more than one chunk is unpacked.
struct Compression: ~Copyable {
  private let packing: UnsafeMutablePointer<z_stream>
  private let unpacking: UnsafeMutablePointer<z_stream>
  /// What arrived and was not unpacked yet.
  private var pending: ByteBuffer
  /// Whether the last chunk was filled to its end, so that more may come without new input.
  private var mayHoldMore = false
  private var unpacked = 0
  private let limit: Int

  static let chunk = 128 << 10

  /// `arrived` is what came after the server's consent; `limit` is the most that may be unpacked in all.
  init(arrived: ByteBuffer, limit: Int) throws {
    pending = arrived
    self.limit = limit
    packing = .allocate(capacity: 1)
    unpacking = .allocate(capacity: 1)
    packing.initialize(to: z_stream())
    unpacking.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    // Raw deflate with the largest window: 15 bits, negative for "no header" (zlib.h).
    guard deflateInit2_(packing, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, zlibVersion(), size) == Z_OK,
      inflateInit2_(unpacking, -15, zlibVersion(), size) == Z_OK
    else { throw Trouble("the compression could not be set up", "free some memory") }
  }

  deinit {
    deflateEnd(packing)
    inflateEnd(unpacking)
    packing.deallocate()
    unpacking.deallocate()
  }

  mutating func arrive(_ bytes: ByteBuffer) {
    if pending.readableBytes == 0 { pending = bytes } else { pending.writeImmutableBuffer(bytes) }
  }

  /// Unpacks the next chunk; nil if more must arrive first.
  mutating func unpack() throws -> ByteBuffer? {
    guard pending.readableBytes > 0 || mayHoldMore else { return nil }
    var out = ByteBufferAllocator().buffer(capacity: Compression.chunk)
    var code = Z_OK
    let stream = unpacking
    var used = 0
    pending.withUnsafeReadableBytes { input in
      let capacity = Compression.chunk
      out.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { output in
        // zlib only reads its input, and takes it as mutable for the sake of old compilers.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(capacity)
        code = inflate(stream, Z_SYNC_FLUSH)
        used = input.count - Int(stream.pointee.avail_in)
        return capacity - Int(stream.pointee.avail_out)
      }
    }
    pending.moveReaderIndex(forwardBy: used)
    mayHoldMore = out.readableBytes == Compression.chunk
    guard code == Z_OK || code == Z_BUF_ERROR else {
      throw Trouble("the server's compressed bytes are damaged", "try without compression")
    }
    unpacked += out.readableBytes
    guard unpacked <= limit else { throw WireRefusal.receivedTooMuch(limit: limit) }
    return out.readableBytes == 0 ? nil : out
  }

  /// Packs bytes so that the other side can unpack all of them at once.
  mutating func pack(_ bytes: ByteBuffer) throws -> ByteBuffer {
    let stream = packing
    // The bound is for one whole call; the marker of the flush comes on top.
    let bound = Int(deflateBound(stream, UInt(bytes.readableBytes))) + 64
    var out = ByteBufferAllocator().buffer(capacity: bound)
    var code = Z_OK
    _ = bytes.withUnsafeReadableBytes { input in
      out.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { output in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(bound)
        code = deflate(stream, Z_SYNC_FLUSH)
        return bound - Int(stream.pointee.avail_out)
      }
    }
    guard code == Z_OK, stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 else {
      throw Trouble("the bytes to send could not be compressed", "try without compression")
    }
    return out
  }
}
