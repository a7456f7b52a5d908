/// Walks the fields of one protobuf message (encoding: protobuf.dev, "Encoding").
///
/// A message is given as a range of the file; nothing is decoded before it is asked for, and
/// nested messages are readers of their own, so there is no recursion. Groups are refused.
struct ProtobufReader {
  /// A field's value by wire type.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// A message, text or packed numbers: offset in the file and bytes.
    case bytes(UnsafeRawBufferPointer, offset: Int)
  }

  private var cursor: ByteCursor

  static let format = "ONNX"

  init(_ bytes: UnsafeRawBufferPointer, offset: Int = 0) {
    cursor = ByteCursor(bytes, format: Self.format, base: offset)
  }

  /// Offset of the next field in the file.
  var offset: Int { cursor.offset }

  /// The next field's number and value, or nil at the end.
  mutating func next() throws -> (field: Int, value: Value)? {
    guard !cursor.isAtEnd else { return nil }
    let start = cursor.offset
    let key = try Self.varint(&cursor)
    guard let field = Int(exactly: key >> 3), field > 0, field < 1 << 29 else {
      throw Self.error(start, expected: "a field number", found: "\(key >> 3)")
    }
    switch key & 7 {
    case 0: return (field, .varint(try Self.varint(&cursor)))
    case 1: return (field, .fixed64(try cursor.integer(UInt64.self, "field \(field)")))
    case 5: return (field, .fixed32(try cursor.integer(UInt32.self, "field \(field)")))
    case 2:
      let length = try Self.varint(&cursor)
      let offset = cursor.offset
      guard let count = Int(exactly: length), count <= cursor.remaining else {
        throw Self.error(
          offset, expected: "field \(field) within the \(cursor.remaining) bytes left",
          found: "a length of \(length)")
      }
      return (field, .bytes(try cursor.take(count, "field \(field)"), offset: offset))
    default:
      throw Self.error(start, expected: "wire type 0, 1, 2 or 5", found: "\(key & 7)")
    }
  }

  /// Base-128 integer of up to ten bytes, lowest group first.
  static func varint(_ cursor: inout ByteCursor) throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, through: 63, by: 7) {
      let byte = try cursor.byte("an integer")
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      guard byte & 0x80 != 0 else {
        if shift == 63, byte > 1 { break }
        return value
      }
    }
    throw cursor.error(expected: "an integer of at most 64 bits", found: "a longer one")
  }

  /// The varints packed into a field, or its single one.
  static func varints(_ value: Value, into numbers: inout [UInt64]) throws {
    switch value {
    case .varint(let number): numbers.append(number)
    case .bytes(let bytes, let offset):
      var cursor = ByteCursor(bytes, format: format, base: offset)
      while !cursor.isAtEnd { numbers.append(try varint(&cursor)) }
    case .fixed32, .fixed64:
      throw error(0, expected: "integers", found: "a field of fixed width")
    }
  }

  static func error(_ offset: Int, expected: String, found: String) -> CheckpointError {
    .malformed(format: format, offset: offset, expected: expected, found: found)
  }
}

extension ProtobufReader.Value {
  /// The bytes of a message or text field.
  func bytes(_ what: String, at start: Int) throws -> (UnsafeRawBufferPointer, Int) {
    guard case .bytes(let bytes, let offset) = self else {
      throw ProtobufReader.error(start, expected: "\(what) as bytes", found: "a number")
    }
    return (bytes, offset)
  }

  /// UTF-8 text.
  func text(_ what: String, at start: Int) throws -> String {
    let (bytes, offset) = try bytes(what, at: start)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ProtobufReader.error(offset, expected: "\(what) in UTF-8", found: "other bytes")
    }
    return text
  }

  /// A number.
  func number(_ what: String, at start: Int) throws -> UInt64 {
    guard case .varint(let number) = self else {
      throw ProtobufReader.error(start, expected: "\(what) as a number", found: "another type")
    }
    return number
  }
}
