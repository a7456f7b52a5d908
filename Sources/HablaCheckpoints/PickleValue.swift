/// What a pickle stream builds: a flat value, or a reference into a `PickleHeap`.
///
/// References instead of nesting, so that a hostile stream can build neither reference cycles that
/// leak nor nests so deep that freeing them overflows the stack.
package enum PickleValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer that does not fit: two's complement, little-endian.
  case bigInteger([UInt8])
  case float(Double)
  case string(String)
  /// Elements: `PickleHeap.items`.
  case tuple(Int)
  /// Elements: `PickleHeap.items`.
  case list(Int)
  /// Keys and values in turn: `PickleHeap.items`.
  case dictionary(Int)
  case global(PickleGlobal)
  /// A storage by its key: `PickleHeap.storages`.
  case storage(Int)
  /// A tensor: `PickleHeap.tensors`.
  case tensor(Int)
}

/// The only names that a stream may ask for; none of them is executed.
package enum PickleGlobal: Sendable, Equatable {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storageClass(ElementType)

  /// The meaning of a module and a name, or nil for everything that is refused.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", _):
      guard let type = Self.storageClasses[name] else { return nil }
      self = .storageClass(type)
    default: return nil
    }
  }

  private static let storageClasses: [String: ElementType] = [
    "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
    "DoubleStorage": .float64, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]
}

/// A block of elements that tensors view.
package struct PickleStorage: Sendable, Equatable {
  /// Name of the block in the file.
  package let key: String
  package let type: ElementType
  /// Number of elements.
  package let count: Int
}

/// A view of a storage as the stream describes it, checked against the storage's size.
package struct PickleTensor: Sendable, Equatable {
  /// Index in `PickleHeap.storages`.
  package let storage: Int
  /// First element.
  package let offset: Int
  package let shape: [Int]
  /// Steps along each axis, in elements.
  package let strides: [Int]
  /// Product of `shape`.
  package let count: Int
}

/// Everything that a stream built.
package struct PickleHeap: Sendable {
  /// Contents of tuples, lists and dictionaries.
  package internal(set) var items: [[PickleValue]] = []
  package internal(set) var storages: [PickleStorage] = []
  package internal(set) var tensors: [PickleTensor] = []
  var storageIndex: [String: Int] = [:]

  /// The contents of a tuple, list or dictionary; nil for any other value.
  package func contents(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let id), .list(let id), .dictionary(let id): items[id]
    default: nil
    }
  }

  /// The last value that a dictionary has for a string key.
  package func value(_ key: String, in dictionary: PickleValue) -> PickleValue? {
    guard case .dictionary(let id) = dictionary else { return nil }
    let pairs = items[id]
    for i in stride(from: pairs.count - 2, through: 0, by: -2) where pairs[i] == .string(key) {
      return pairs[i + 1]
    }
    return nil
  }
}
