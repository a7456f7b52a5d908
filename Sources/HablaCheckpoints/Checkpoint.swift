/// Element type of a stored tensor.
package enum ElementType: String, Sendable, CaseIterable {
  case float64, float32, float16, bfloat16
  case int64, int32, int16, int8, uint8, bool

  /// Bytes per element.
  package var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }
}

/// What a checkpoint says about one tensor, before any of its data is touched.
package struct TensorInfo: Sendable, Equatable {
  /// Name as in the file.
  package let name: String
  /// Element type as stored.
  package let type: ElementType
  /// Lengths of the axes, row-major; empty for a scalar.
  package let shape: [Int]
  /// Number of elements: the product of `shape`, checked against overflow by the reader.
  package let count: Int

  /// Describes a tensor; `count` must be the product of `shape`.
  package init(name: String, type: ElementType, shape: [Int], count: Int) {
    self.name = name
    self.type = type
    self.shape = shape
    self.count = count
  }
}

extension TensorInfo {
  /// Name, type and shape as bytes.
  var hashedForm: [UInt8] {
    var writer = ByteWriter()
    writer.append(text: name)
    writer.append(text: type.rawValue)
    for length in shape { writer.append(Int64(length)) }
    return writer.bytes
  }
}

/// A validated file of named tensors.
///
/// Readers check everything when they open the file, so that the calls below fail only for a
/// name that is not there or a value that cannot be converted. Threads: immutable.
package protocol Checkpoint: Sendable {
  /// Every tensor, in the file's order.
  var tensors: [TensorInfo] { get }
  /// Text metadata of the file (safetensors `__metadata__`); empty where the format has none.
  var metadata: [String: String] { get }
  /// Describes one tensor, or nil when there is none of that name.
  func info(_ name: String) -> TensorInfo?
  /// Writes all elements, converted to Float, row-major, to `destination` (which has room for
  /// `info(name).count`). Integer and bool types convert by value.
  func copyFloats(_ name: String, to destination: UnsafeMutablePointer<Float>) throws
  /// All elements of an integer or bool tensor.
  func integers(_ name: String) throws -> [Int64]
  /// Elements in place, when they are stored contiguous, as little-endian float32, 4-byte aligned;
  /// nil otherwise. Valid as long as the checkpoint lives.
  func mappedFloats(_ name: String) -> UnsafeBufferPointer<Float>?
  /// The stored bytes of a tensor in place, row-major without gaps; nil when they are not there.
  /// Valid as long as the checkpoint lives.
  func mappedBytes(_ name: String) -> UnsafeRawBufferPointer?
  /// Lets the operating system take back the memory that holds a tensor of a mapped file.
  ///
  /// For tensors that have been copied; reading them again reads the file again.
  func discard(_ name: String)
}

extension Checkpoint {
  package func mappedBytes(_ name: String) -> UnsafeRawBufferPointer? { nil }

  package func discard(_ name: String) {}

  /// Hash of every tensor's name, type, shape and contents, all of which it reads.
  ///
  /// What it read of a mapped file is discarded.
  package func contentHash(seed: UInt64) throws -> UInt64 {
    try tensors.reduce(seed) { seed, info in
      let seed = ContentHash.hash(info.hashedForm, seed: seed)
      if let bytes = mappedBytes(info.name) {
        defer { discard(info.name) }
        return ContentHash.hash(bytes, seed: seed)
      }
      return try floats(info.name).withUnsafeBytes { ContentHash.hash($0, seed: seed) }
    }
  }

  /// All elements, converted to Float.
  package func floats(_ name: String) throws -> [Float] {
    guard let info = info(name) else { throw CheckpointError.missingTensor(name: name) }
    return try [Float](unsafeUninitializedCapacity: info.count) { buffer, initialized in
      if let base = buffer.baseAddress { try copyFloats(name, to: base) }
      initialized = info.count
    }
  }
}
