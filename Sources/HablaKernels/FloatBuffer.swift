/// Owner of a block of 64-byte aligned floats.
///
/// The block is freed with its owner. Threads: the owner itself is immutable;
/// whoever writes through `pointer` makes sure that nobody else reads or writes the same elements.
package final class FloatBuffer: @unchecked Sendable {
  /// First element.
  package let pointer: UnsafeMutablePointer<Float>
  /// Number of elements.
  package let count: Int

  /// Allocates `count` zeroed floats (`count` >= 0; at least one is allocated).
  package convenience init(count: Int) {
    self.init(uninitialized: count)
    pointer.initialize(repeating: 0, count: max(count, 1))
  }

  /// Allocates `count` floats that must be written before they are read.
  package init(uninitialized count: Int) {
    precondition(count >= 0, "negative buffer size")
    let size = max(count, 1) * MemoryLayout<Float>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    self.count = count
  }

  /// Copies an array.
  package convenience init(_ values: [Float]) {
    self.init(count: values.count)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { pointer.update(from: base, count: source.count) }
    }
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// The contents as an array.
  package var array: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
