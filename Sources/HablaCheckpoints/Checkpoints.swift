/// Opens checkpoints of every known format.
package enum Checkpoints {
  /// Maps and checks a file; the format is told by its content, not its name.
  ///
  /// - Throws: `CheckpointError` when the file cannot be read or breaks its format's rules.
  package static func open(path: String) throws -> any Checkpoint {
    try open(FileBytes(mapping: path))
  }

  /// Checks bytes that are already there; the checkpoint keeps them.
  package static func open(_ file: FileBytes) throws -> any Checkpoint {
    if PyTorchCheckpoint.isArchive(file) || PyTorchCheckpoint.isLegacy(file) {
      return try PyTorchCheckpoint(file)
    }
    if SafetensorsCheckpoint.isLikely(file) { return try SafetensorsCheckpoint(file) }
    if ONNXCheckpoint.isLikely(file) { return try ONNXCheckpoint(file) }
    throw CheckpointError.unsupported(
      format: "checkpoint", what: "\(file.name): \(describe(file)), expected \(known)")
  }

  private static let known = "a PyTorch (.pth, .bin), safetensors or ONNX file"

  /// What an unknown file seems to be; names the mistakes that happen when voices are downloaded.
  package static func describe(_ file: FileBytes) -> String {
    let start = String(decoding: file.bytes.prefix(64), as: UTF8.self).lowercased()
    if start.hasPrefix("version https://git-lfs") {
      return "this is a Git LFS pointer, not the file itself"
    }
    if start.hasPrefix("<!doctype") || start.hasPrefix("<html") {
      return "this is a web page, not the file itself"
    }
    if PyTorchCheckpoint.isArchive(file) { return "this is a zip archive" }
    if SafetensorsCheckpoint.isLikely(file) { return "this is a safetensors file" }
    if ONNXCheckpoint.isLikely(file) { return "this is an ONNX file" }
    if file.bytes.starts(with: [0x1F, 0x8B]) { return "this is a gzip file: unpack it first" }
    if file.bytes.first == UInt8(ascii: "{") { return "this is a JSON text" }
    let hex = file.bytes.prefix(8).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "this begins with the bytes \(hex.joined(separator: " "))"
  }
}
