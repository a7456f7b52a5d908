/// Writes little-endian values one after the other: what `ByteCursor` reads.
package struct ByteWriter {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []

  /// Starts with nothing.
  package init() {}

  /// Appends an integer.
  package mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  /// Appends a number in the 8 bytes of its IEEE form.
  package mutating func append(_ value: Double) { append(value.bitPattern) }

  /// Appends a number in the 4 bytes of its IEEE form.
  package mutating func append(_ value: Float) { append(value.bitPattern) }

  /// Appends bytes as they are.
  package mutating func append(_ more: some Sequence<UInt8>) { bytes += more }

  /// Appends a text: its length in bytes (4 bytes), then its UTF-8.
  package mutating func append(text: String) {
    append(UInt32(clamping: text.utf8.count))
    bytes += text.utf8
  }
}
