import HablaCheckpoints
import HablaKernels

/// Immutable floats of a loaded network: in place in a mapped file, or in memory of their own.
///
/// Keeps its memory alive. Threads: read-only, shared by all.
package struct WeightArray: @unchecked Sendable {
  /// First element.
  package let pointer: UnsafePointer<Float>
  /// Number of elements.
  package let count: Int
  private let owner: AnyObject

  /// Takes over a buffer that nobody writes to any more.
  package init(_ buffer: FloatBuffer) {
    pointer = UnsafePointer(buffer.pointer)
    count = buffer.count
    owner = buffer
  }

  /// Copies an array.
  package init(_ values: [Float]) { self.init(FloatBuffer(values)) }

  /// Refers to floats inside `owner`, which must keep them in place as long as it lives.
  package init(inPlace floats: UnsafeBufferPointer<Float>, owner: AnyObject) {
    pointer = floats.baseAddress ?? UnsafePointer(FloatBuffer(count: 1).pointer)
    count = floats.count
    self.owner = owner
  }

  /// As the weights [outputs, inputs, taps] of a layer, each value times `scale`.
  package func stored(inputs: Int, taps: Int = 1, scale: Float = 1) -> StoredWeights {
    StoredWeights(pointer, owner: owner, inputs: inputs, taps: taps, scale: scale)
  }

  /// Element `index`.
  package subscript(index: Int) -> Float {
    precondition(index >= 0 && index < count, "weight index out of range")
    return pointer[index]
  }

  /// The contents as an array.
  package var array: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
