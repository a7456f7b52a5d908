/// A safetensors file: a JSON header and the tensors' bytes.
///
/// Format: https://huggingface.co/docs/safetensors. Everything the format demands is checked when
/// the file is opened: the header's size and syntax, every element type, shape and range, that no
/// key comes twice, and that the ranges cover the data without gaps or overlaps.
package final class SafetensorsCheckpoint: TableCheckpoint {
  /// Longest header that is read, in bytes; the limit of the format's reference implementation.
  package static let maximumHeaderSize = 100_000_000

  /// The header's `__metadata__`.
  package let metadata: [String: String]
  let table: TensorTable

  private static let format = "safetensors"

  /// Checks a whole file.
  ///
  /// - Throws: `CheckpointError.malformed` or `.unsupported`, naming the tensor and what is wrong.
  package init(_ file: FileBytes) throws {
    var cursor = ByteCursor(file.bytes, format: Self.format)
    let size = try cursor.integer(UInt64.self, "the header's length")
    guard let headerSize = Int(exactly: size), headerSize <= cursor.remaining,
      headerSize <= Self.maximumHeaderSize
    else {
      throw CheckpointError.malformed(
        format: Self.format, offset: 0,
        expected: "a header of at most \(min(cursor.remaining, Self.maximumHeaderSize)) bytes",
        found: "a length of \(size)")
    }
    let header = try cursor.take(headerSize, "the header")
    guard header.first == UInt8(ascii: "{") else {
      throw CheckpointError.malformed(
        format: Self.format, offset: 8, expected: "'{'", found: "something else")
    }
    guard
      let entries = try JSONValue(parsing: header, format: Self.format, base: 8).object
    else {
      throw CheckpointError.malformed(
        format: Self.format, offset: 8, expected: "an object", found: "another value")
    }
    metadata = try Self.metadata(entries["__metadata__"])
    var table = TensorTable()
    for name in entries.keys where name != "__metadata__" {
      guard let entry = entries[name] else { continue }
      let tensor = try Self.tensor(name, entry, file: file, dataStart: cursor.position)
      try table.add(tensor, format: Self.format)
    }
    try Self.checkCoverage(table.stored, from: cursor.position, to: file.count)
    self.table = table
  }

  /// Whether the bytes begin with a plausible header length and '{'.
  package static func isLikely(_ file: FileBytes) -> Bool {
    guard file.count > 8, file.bytes[8] == UInt8(ascii: "{") else { return false }
    let size = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
    return size < 1 << 32
  }

  private static func metadata(_ value: JSONValue?) throws -> [String: String] {
    guard let value else { return [:] }
    guard let object = value.object else {
      throw wrong("__metadata__ is \(value.kind)", expected: "__metadata__ is an object of strings")
    }
    var result: [String: String] = [:]
    for key in object.keys {
      guard let text = object[key]?.string else {
        throw wrong(
          "__metadata__ '\(key)' is \(object[key]?.kind ?? "missing")",
          expected: "__metadata__ '\(key)' is a string")
      }
      result[key] = text
    }
    return result
  }

  private static func tensor(
    _ name: String, _ entry: JSONValue, file: FileBytes, dataStart: Int
  ) throws -> StoredTensor {
    guard let typeName = entry.object?["dtype"]?.string else {
      throw wrong("another value", expected: "tensor '\(name)' has a string dtype")
    }
    guard let type = elementTypes[typeName] else {
      throw CheckpointError.unsupported(
        format: format, what: "tensor '\(name)' has the element type \(typeName)")
    }
    let shape = entry.object?["shape"]?.array?.compactMap(\.integer)
    guard let shape, shape.count == entry.object?["shape"]?.array?.count,
      let count = CheckedSize.count(shape), let bytes = CheckedSize.bytes(count, type.size)
    else {
      throw wrong(
        "shape \(shape.map { "\($0)" } ?? "missing or not a list")",
        expected: "tensor '\(name)' has axes >= 0 whose product fits")
    }
    let offsets = entry.object?["data_offsets"]?.array?.compactMap(\.integer) ?? []
    let available = file.count - dataStart
    guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= available
    else {
      throw wrong(
        "\(offsets)", expected: "tensor '\(name)' has data_offsets within 0...\(available)")
    }
    guard offsets[1] - offsets[0] == bytes else {
      throw wrong(
        "\(offsets[1] - offsets[0]) bytes",
        expected: "tensor '\(name)' with shape \(shape) of \(typeName) takes \(bytes) bytes")
    }
    return StoredTensor(
      info: TensorInfo(name: name, type: type, shape: shape, count: count), source: file,
      offset: dataStart + offsets[0], strides: nil)
  }

  /// The ranges, put in order, must follow each other from the first byte to the last.
  private static func checkCoverage(_ tensors: [StoredTensor], from start: Int, to end: Int) throws
  {
    var position = start
    let ordered = tensors.sorted { ($0.offset, $0.info.count) < ($1.offset, $1.info.count) }
    for tensor in ordered {
      guard tensor.offset == position else {
        throw CheckpointError.malformed(
          format: format, offset: position,
          expected: "the next tensor's data at byte \(position)",
          found: "\(tensor.offset > position ? "a gap" : "an overlap") before '\(tensor.info.name)'"
        )
      }
      position += tensor.info.count * tensor.info.type.size
    }
    guard position == end else {
      throw CheckpointError.malformed(
        format: format, offset: position, expected: "the end of the file",
        found: "\(end - position) bytes that belong to no tensor")
    }
  }

  /// Element types by the format's names.
  static let elementTypes: [String: ElementType] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16,
    "I64": .int64, "I32": .int32, "I16": .int16, "I8": .int8, "U8": .uint8, "BOOL": .bool,
  ]

  private static func wrong(_ found: String, expected: String) -> CheckpointError {
    .malformed(format: format, offset: 8, expected: expected, found: found)
  }
}
