/// Where a tensor's elements lie.
struct StoredTensor: Sendable {
  let info: TensorInfo
  /// The file, or a block decoded from it.
  let source: FileBytes
  /// First element, in bytes from the start of `source`.
  let offset: Int
  /// Steps between neighbours along each axis, in elements; nil when row-major without gaps.
  let strides: [Int]?
}

/// The tensors of a validated file, by name; what every reader ends in.
struct TensorTable: Sendable {
  private(set) var stored: [StoredTensor] = []
  private var index: [String: Int] = [:]

  /// Adds a tensor whose elements all lie inside its source.
  ///
  /// - Throws: `CheckpointError.malformed` for a second tensor of the same name.
  mutating func add(_ tensor: StoredTensor, format: String) throws {
    guard index.updateValue(stored.count, forKey: tensor.info.name) == nil else {
      throw CheckpointError.malformed(
        format: format, offset: tensor.offset, expected: "each tensor once",
        found: "'\(tensor.info.name)' again")
    }
    stored.append(tensor)
  }

  subscript(name: String) -> StoredTensor? { index[name].map { stored[$0] } }

  func require(_ name: String) throws -> StoredTensor {
    guard let tensor = self[name] else { throw CheckpointError.missingTensor(name: name) }
    return tensor
  }
}

/// A checkpoint that is a table of tensors in one file.
protocol TableCheckpoint: Checkpoint {
  var table: TensorTable { get }
}

extension TableCheckpoint {
  package var tensors: [TensorInfo] { table.stored.map(\.info) }

  package func info(_ name: String) -> TensorInfo? { table[name]?.info }

  package func copyFloats(_ name: String, to destination: UnsafeMutablePointer<Float>) throws {
    try table.require(name).copyFloats(to: destination)
  }

  package func integers(_ name: String) throws -> [Int64] { try table.require(name).integers() }

  package func mappedFloats(_ name: String) -> UnsafeBufferPointer<Float>? {
    table[name]?.mappedFloats
  }

  package func mappedBytes(_ name: String) -> UnsafeRawBufferPointer? { table[name]?.mappedBytes }

  package func discard(_ name: String) { table[name]?.discard() }
}

/// Arithmetic on sizes that come from a file.
enum CheckedSize {
  /// The product of an axis list, or nil when an axis is negative or the product of the non-zero
  /// axes overflows (so that an axis of 0 hides nothing).
  static func count(_ shape: [Int]) -> Int? {
    var product = 1
    var isEmpty = false
    for length in shape {
      if length == 0 {
        isEmpty = true
        continue
      }
      guard length > 0 else { return nil }
      let (value, overflow) = product.multipliedReportingOverflow(by: length)
      guard !overflow else { return nil }
      product = value
    }
    return isEmpty ? 0 : product
  }

  /// count * size, or nil on overflow.
  static func bytes(_ count: Int, _ size: Int) -> Int? {
    let (value, overflow) = count.multipliedReportingOverflow(by: size)
    return overflow ? nil : value
  }
}
