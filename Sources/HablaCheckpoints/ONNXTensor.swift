/// A TensorProto while it is read.
struct ONNXTensor {
  var name = ""
  private var shape: [Int] = []
  private var dataType: UInt64 = 0
  private var start = 0
  /// `raw_data`, or `float_data` in one packed piece.
  private var raw: (bytes: UnsafeRawBufferPointer, offset: Int)?
  /// Values of the typed fields: integers by their bits, floats by theirs.
  private var values: [UInt64] = []
  private var valueType: ElementType?
  private var isExternal = false

  private static let maximumRank = 16

  /// The element type, or nil when it cannot be a weight's.
  var elementType: ElementType? {
    switch dataType {
    case 1: .float32
    case 2: .uint8
    case 3: .int8
    case 5: .int16
    case 6: .int32
    case 7: .int64
    case 9: .bool
    case 10: .float16
    case 11: .float64
    case 16: .bfloat16
    default: nil
    }
  }

  mutating func read(_ message: ProtobufReader) throws {
    var reader = message
    start = reader.offset
    while case let offset = reader.offset, let (field, value) = try reader.next() {
      switch field {
      case 1:
        var dimensions: [UInt64] = []
        try ProtobufReader.varints(value, into: &dimensions)
        shape += dimensions.map { Int(truncatingIfNeeded: $0) }
        guard shape.count <= Self.maximumRank else {
          throw error(expected: "at most \(Self.maximumRank) axes", found: "\(shape.count)")
        }
      case 2: dataType = try value.number("a data type", at: offset)
      case 3:
        throw CheckpointError.unsupported(
          format: ProtobufReader.format, what: "a tensor in segments at byte \(offset)")
      case 4: try readFloats(value, width: 4)
      case 5, 7: try readIntegers(value, field == 5 ? .int32 : .int64)
      case 8: name = try value.text("a tensor's name", at: offset)
      case 9:
        guard raw == nil, values.isEmpty else { throw twice() }
        let (bytes, offset) = try value.bytes("raw data", at: offset)
        raw = (bytes, offset)
      case 10: try readFloats(value, width: 8)
      case 13: isExternal = true
      case 14: isExternal = try value.number("a data location", at: offset) != 0
      default: break
      }
    }
  }

  private mutating func readFloats(_ value: ProtobufReader.Value, width: Int) throws {
    let type: ElementType = width == 4 ? .float32 : .float64
    guard valueType == nil || valueType == type else { throw twice() }
    valueType = type
    switch value {
    case .fixed32(let bits) where width == 4: values.append(UInt64(bits))
    case .fixed64(let bits) where width == 8: values.append(bits)
    case .bytes(let bytes, let offset):
      guard bytes.count.isMultiple(of: width) else {
        throw error(expected: "whole numbers of \(width) bytes", found: "\(bytes.count) bytes")
      }
      guard raw == nil else { throw twice() }
      raw = (bytes, offset)
    default: throw error(expected: "floats", found: "another wire type")
    }
    guard raw == nil || values.isEmpty else { throw twice() }
  }

  private mutating func readIntegers(_ value: ProtobufReader.Value, _ type: ElementType) throws {
    guard raw == nil, valueType == nil || valueType == type else { throw twice() }
    valueType = type
    try ProtobufReader.varints(value, into: &values)
  }

  /// The tensor in its file, or in a block decoded from it.
  func stored(in file: FileBytes) throws -> StoredTensor {
    guard !isExternal else {
      throw CheckpointError.unsupported(
        format: ProtobufReader.format,
        what: "tensor '\(name)' keeps its data in another file; only single files are read")
    }
    guard let type = elementType else {
      throw CheckpointError.unsupported(
        format: ProtobufReader.format, what: "tensor '\(name)' has data type \(dataType)")
    }
    guard let count = CheckedSize.count(shape), let size = CheckedSize.bytes(count, type.size)
    else { throw error(expected: "axes >= 0 whose product fits", found: "\(shape)") }
    let info = TensorInfo(name: name, type: type, shape: shape, count: count)
    if let raw {
      guard valueType == nil || valueType == type else {
        throw error(expected: "\(type.rawValue) data", found: "\(valueType?.rawValue ?? "")")
      }
      guard raw.bytes.count == size else {
        throw error(expected: "\(size) bytes of shape \(shape)", found: "\(raw.bytes.count)")
      }
      return StoredTensor(info: info, source: file, offset: raw.offset, strides: nil)
    }
    guard values.count == count else {
      throw error(expected: "\(count) values of shape \(shape)", found: "\(values.count)")
    }
    return StoredTensor(
      info: info, source: FileBytes(try decoded(type)), offset: 0, strides: nil)
  }

  /// The typed values at the width of their type; `int32_data` carries all narrower ones.
  private func decoded(_ type: ElementType) throws -> [UInt8] {
    let carrier: ElementType =
      switch type {
      case .float32, .float64, .int64: type
      default: .int32
      }
    guard values.isEmpty || valueType == carrier else {
      throw error(
        expected: "\(type.rawValue) data", found: "\(valueType?.rawValue ?? "no") data")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * type.size)
    for value in values {
      for i in 0..<type.size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * i))) }
    }
    return bytes
  }

  private func twice() -> CheckpointError {
    error(expected: "the data once and of one type", found: "more")
  }

  private func error(expected: String, found: String) -> CheckpointError {
    ProtobufReader.error(start, expected: "tensor '\(name)': \(expected)", found: found)
  }
}
