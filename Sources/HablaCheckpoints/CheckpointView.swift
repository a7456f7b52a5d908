/// A checkpoint seen under other names.
///
/// Model families use it to give tensors their canonical names, leave out what inference does not
/// need, and replace single tensors that the file has only in changed form. Immutable.
package final class CheckpointView: Checkpoint {
  private let base: any Checkpoint
  private let names: [String: String]
  private let replacements: [String: [Float]]
  private let infos: [String: TensorInfo]

  /// The tensors of the view, in the order of their names.
  package let tensors: [TensorInfo]
  package var metadata: [String: String] { base.metadata }

  /// Sees tensor `names[x]` of `base` as `x`.
  ///
  /// Names without a tensor are left out. `replacements` gives the contents of tensors by their
  /// new name; their shape stays that of the tensor in `base`, whose number of elements they have.
  package init(
    _ base: any Checkpoint, names: [String: String], replacements: [String: [Float]] = [:]
  ) {
    self.base = base
    self.names = names
    self.replacements = replacements
    var infos: [String: TensorInfo] = [:]
    for (name, stored) in names {
      guard let info = base.info(stored) else { continue }
      let replacement = replacements[name]
      precondition(replacement == nil || replacement?.count == info.count, "wrong replacement")
      infos[name] = TensorInfo(
        name: name, type: replacement == nil ? info.type : .float32, shape: info.shape,
        count: info.count)
    }
    self.infos = infos
    tensors = infos.values.sorted { $0.name < $1.name }
  }

  package func info(_ name: String) -> TensorInfo? { infos[name] }

  package func copyFloats(_ name: String, to destination: UnsafeMutablePointer<Float>) throws {
    if let values = replacements[name] {
      values.withUnsafeBufferPointer { source in
        if let first = source.baseAddress { destination.update(from: first, count: source.count) }
      }
    } else {
      try base.copyFloats(stored(name), to: destination)
    }
  }

  package func integers(_ name: String) throws -> [Int64] {
    guard replacements[name] == nil else {
      throw CheckpointError.typeMismatch(
        name: name, expected: "an integer type", found: ElementType.float32.rawValue)
    }
    return try base.integers(stored(name))
  }

  package func mappedFloats(_ name: String) -> UnsafeBufferPointer<Float>? {
    guard replacements[name] == nil, let stored = names[name] else { return nil }
    return base.mappedFloats(stored)
  }

  package func mappedBytes(_ name: String) -> UnsafeRawBufferPointer? {
    guard replacements[name] == nil, let stored = names[name] else { return nil }
    return base.mappedBytes(stored)
  }

  package func discard(_ name: String) {
    if let stored = names[name] { base.discard(stored) }
  }

  private func stored(_ name: String) throws -> String {
    guard infos[name] != nil, let stored = names[name] else {
      throw CheckpointError.missingTensor(name: name)
    }
    return stored
  }
}
