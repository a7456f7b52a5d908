/// Reads little-endian values one after the other, never beyond its bytes.
///
/// Every failure is a `CheckpointError.malformed` with the offset in the file. The bytes must be
/// kept alive by the caller for as long as the cursor is used.
package struct ByteCursor {
  /// What is read; position 0 is byte `base` of the file.
  let bytes: UnsafeRawBufferPointer
  /// Name of the format, for errors.
  let format: String
  /// Offset of the first byte in the file.
  let base: Int
  /// Next byte to read, 0...bytes.count.
  private(set) var position = 0

  /// Reads `bytes`, which start at `base` in the file.
  package init(_ bytes: UnsafeRawBufferPointer, format: String, base: Int = 0) {
    (self.bytes, self.format, self.base) = (bytes, format, base)
  }

  /// Offset of the next byte in the file.
  package var offset: Int { base + position }
  /// Bytes not yet read.
  package var remaining: Int { bytes.count - position }
  var isAtEnd: Bool { position == bytes.count }

  /// Moves to `position` (0...bytes.count) of the bytes.
  mutating func seek(_ position: Int, _ what: @autoclosure () -> String) throws {
    guard position >= 0, position <= bytes.count else {
      throw error(expected: what(), found: "position \(position) outside the file")
    }
    self.position = position
  }

  /// The next `count` bytes.
  package mutating func take(_ count: Int, _ what: @autoclosure () -> String) throws
    -> UnsafeRawBufferPointer
  {
    guard count >= 0, count <= remaining else {
      throw error(
        expected: "\(what()) (\(count) bytes)", found: "only \(remaining) bytes left")
    }
    let slice = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    position += count
    return slice
  }

  /// The next byte.
  package mutating func byte(_ what: @autoclosure () -> String) throws -> UInt8 {
    guard position < bytes.count else {
      throw error(expected: what(), found: "the end of the data")
    }
    defer { position += 1 }
    return bytes[position]
  }

  /// The next little-endian integer.
  package mutating func integer<T: FixedWidthInteger>(
    _ type: T.Type, _ what: @autoclosure () -> String
  ) throws -> T {
    let raw = try take(MemoryLayout<T>.size, what())
    return T(littleEndian: raw.loadUnaligned(as: T.self))
  }

  /// UTF-8 text of `count` bytes.
  package mutating func text(_ count: Int, _ what: @autoclosure () -> String) throws -> String {
    let start = offset
    let raw = try take(count, what())
    guard let text = String(validating: raw, as: UTF8.self) else {
      throw CheckpointError.malformed(
        format: format, offset: start, expected: "\(what()) in UTF-8", found: "other bytes")
    }
    return text
  }

  /// An error at the next byte.
  package func error(expected: String, found: String) -> CheckpointError {
    .malformed(format: format, offset: offset, expected: expected, found: found)
  }
}
