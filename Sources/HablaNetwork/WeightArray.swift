import HablaCheckpoints
import HablaKernels

/// Immutable floats of a loaded network: in place in a mapped file, or in memory of their own.
///
/// Keeps its memory alive. Threads: read-only, shared by all.
package struct WeightArray: Sendable {
  /// Floats and what keeps them in place.
  struct Floats: @unchecked Sendable {
    let pointer: UnsafePointer<Float>
    let owner: AnyObject

    /// Takes over a buffer that nobody writes to any more.
    init(_ buffer: FloatBuffer) {
      pointer = UnsafePointer(buffer.pointer)
      owner = buffer
    }

    /// Refers to floats inside `owner`, which must keep them in place as long as it lives.
    init(inPlace pointer: UnsafePointer<Float>, owner: AnyObject) {
      self.pointer = pointer
      self.owner = owner
    }
  }

  /// Number of elements.
  package let count: Int
  private let floats: Deferred<Floats>

  /// First element.
  package var pointer: UnsafePointer<Float> { floats.value.pointer }

  /// First element, for what is itself put off and made of these.
  ///
  /// - Throws: `CheckpointError` when the values cannot be used.
  func read() throws -> UnsafePointer<Float> {
    try floats.prepare()
    return pointer
  }

  init(count: Int, _ floats: Deferred<Floats>) { (self.count, self.floats) = (count, floats) }

  /// Takes over a buffer that nobody writes to any more.
  package init(_ buffer: FloatBuffer) { self.init(count: buffer.count, Deferred(Floats(buffer))) }

  /// Copies an array.
  package init(_ values: [Float]) { self.init(FloatBuffer(values)) }

  /// As the weights [outputs, inputs, taps] of a layer.
  ///
  /// - Throws: `CheckpointError` when the values cannot be used.
  func stored(inputs: Int, taps: Int = 1) throws -> StoredWeights {
    try floats.prepare()
    return StoredWeights(
      floats.value.pointer, owner: floats.value.owner, inputs: inputs, taps: taps)
  }

  /// The values of several arrays, one after the other.
  ///
  /// - Throws: `CheckpointError` when values cannot be used.
  static func stack(_ parts: [WeightArray]) throws -> FloatBuffer {
    let buffer = FloatBuffer(uninitialized: parts.reduce(0) { $0 + $1.count })
    var target = buffer.pointer
    for part in parts {
      target.update(from: try part.read(), count: part.count)
      target += part.count
    }
    return buffer
  }

  /// Element `index`.
  package subscript(index: Int) -> Float {
    precondition(index >= 0 && index < count, "weight index out of range")
    return pointer[index]
  }

  /// The contents as an array.
  package var array: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
