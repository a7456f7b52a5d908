/// Writes a safetensors file tensor by tensor, so that no more than one has to be in memory.
package enum SafetensorsWriter {
  /// Receives the bytes of one tensor, little-endian, in as many pieces as wanted.
  package typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  /// Writes metadata and tensors; the file appears under its name when it is complete.
  ///
  /// Tensors are laid out by descending element size, which keeps every one of them aligned
  /// without gaps, and the data begins at a multiple of 64 bytes.
  ///
  /// `contents` is called once per tensor, in the file's order, and must hand over exactly the
  /// tensor's bytes; `metadata` becomes `__metadata__`, in the keys' order.
  ///
  /// - Throws: `CheckpointError`, or what `contents` throws.
  package static func write(
    path: String, metadata: [String: String], tensors: [TensorInfo],
    contents: (TensorInfo, Sink) throws -> Void
  ) throws {
    let ordered = tensors.enumerated().sorted {
      ($1.element.type.size, $0.offset) < ($0.element.type.size, $1.offset)
    }.map(\.element)
    let file = try OutputFile(path: path)
    let header = try header(metadata, ordered)
    var length = UInt64(header.count).littleEndian
    try withUnsafeBytes(of: &length) { try file.write($0) }
    try header.withUnsafeBytes { try file.write($0) }
    for tensor in ordered {
      let start = file.count
      try contents(tensor) { try file.write($0) }
      let expected = tensor.count * tensor.type.size
      guard file.count - start == expected else {
        throw CheckpointError.malformed(
          format: "safetensors", offset: start,
          expected: "\(expected) bytes for '\(tensor.name)'", found: "\(file.count - start)")
      }
    }
    try file.commit()
  }

  private static func header(
    _ metadata: [String: String], _ tensors: [TensorInfo]
  ) throws -> [UInt8] {
    var text = "{\"__metadata__\":{"
    text += metadata.sorted { $0.key < $1.key }
      .map { JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value) }.joined(separator: ",")
    text += "}"
    var offset = 0
    for tensor in tensors {
      guard tensor.name != "__metadata__", CheckedSize.count(tensor.shape) == tensor.count,
        let size = CheckedSize.bytes(tensor.count, tensor.type.size)
      else {
        throw CheckpointError.shapeMismatch(
          name: tensor.name, expected: [tensor.count], found: tensor.shape)
      }
      let shape = tensor.shape.map { "\($0)" }.joined(separator: ",")
      text += ",\(JSONText.quoted(tensor.name)):{\"dtype\":\"\(typeName(tensor.type))\","
      text += "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(offset + size)]}"
      offset += size
    }
    text += "}"
    var bytes = Array(text.utf8)
    let end = 8 + bytes.count
    bytes.append(contentsOf: repeatElement(0x20, count: (end + 63) / 64 * 64 - end))
    return bytes
  }

  private static func typeName(_ type: ElementType) -> String {
    SafetensorsCheckpoint.elementTypes.first { $0.value == type }?.key ?? ""
  }
}

/// Writing JSON texts.
package enum JSONText {
  /// A string in quotes, with the characters escaped that JSON demands.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<"\u{20}":
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
