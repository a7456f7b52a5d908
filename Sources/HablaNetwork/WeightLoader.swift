import HablaCheckpoints
import HablaKernels

/// Reads the values of one tensor whose name and shape have been checked.
///
/// What is copied is dropped from memory in the file's mapping: it is not read a second time.
struct WeightLoader: Sendable {
  /// Where the values are.
  enum Stored: Sendable {
    case tensor(TensorInfo)
    /// weight[a, ...] = v[a, ...] * g[a] / |v[a, ...]|: the norm runs over all axes but the first.
    case weightNorm(g: TensorInfo, v: TensorInfo)

    /// Shape of the tensor that the network sees.
    var shape: [Int] {
      switch self {
      case .tensor(let info): info.shape
      case .weightNorm(_, let v): v.shape
      }
    }
  }

  let checkpoint: any Checkpoint
  let stored: Stored
  /// Scales of 8-bit values, one per index of the one axis that is not 1; else nil.
  let scales: TensorInfo?

  /// Checks shapes; values are not touched.
  ///
  /// - Throws: `CheckpointError`.
  init(_ checkpoint: any Checkpoint, _ stored: Stored, _ expected: [Int]) throws {
    (self.checkpoint, self.stored) = (checkpoint, stored)
    switch stored {
    case .tensor(let info):
      try Self.check(info, expected)
      scales = info.type == .int8 ? try Self.scales(of: info, checkpoint) : nil
    case .weightNorm(let g, let v):
      try Self.check(v, expected)
      let rows = expected.first ?? 1
      guard g.count == rows, g.shape.first == rows else {
        throw CheckpointError.shapeMismatch(
          name: g.name, expected: [rows] + expected.dropFirst().map { _ in 1 }, found: g.shape)
      }
      scales = nil
    }
  }

  private static func scales(of info: TensorInfo, _ checkpoint: any Checkpoint) throws
    -> TensorInfo
  {
    let name = info.name + ".scale"
    guard let scales = checkpoint.info(name) else {
      throw CheckpointError.missingTensor(name: name)
    }
    let axis = scales.shape.firstIndex { $0 != 1 } ?? 0
    var expected = info.shape.map { _ in 1 }
    if axis < expected.count { expected[axis] = info.shape[axis] }
    try check(scales, expected)
    return scales
  }

  private static func check(_ info: TensorInfo, _ expected: [Int]) throws {
    if info.shape != expected {
      throw CheckpointError.shapeMismatch(
        name: info.name, expected: expected, found: info.shape)
    }
  }

  /// The values in the file's order: in place if they can be, otherwise copied; 8-bit values are
  /// multiplied by their scales.
  ///
  /// - Throws: `CheckpointError.notFinite`, or for a type that has no numbers.
  func floats() throws -> WeightArray.Floats {
    switch stored {
    case .tensor(let info):
      if let floats = checkpoint.mappedFloats(info.name), let pointer = floats.baseAddress {
        try checkFinite(pointer, info.count, info.name)
        return WeightArray.Floats(inPlace: pointer, owner: checkpoint as AnyObject)
      }
      let buffer = try copy(info)
      if let scales { try dequantize(buffer, info, scales) }
      try checkFinite(UnsafePointer(buffer.pointer), buffer.count, info.name)
      return WeightArray.Floats(buffer)
    case .weightNorm(let g, let v): return WeightArray.Floats(try folded(g, v))
    }
  }

  /// Gives back the memory that holds the values in a mapped file, for who has copied them.
  func discard() {
    switch stored {
    case .tensor(let info): checkpoint.discard(info.name)
    case .weightNorm(_, let v): checkpoint.discard(v.name)
    }
  }

  private func copy(_ info: TensorInfo) throws -> FloatBuffer {
    let buffer = FloatBuffer(uninitialized: info.count)
    try checkpoint.copyFloats(info.name, to: buffer.pointer)
    checkpoint.discard(info.name)
    return buffer
  }

  private func dequantize(_ buffer: FloatBuffer, _ info: TensorInfo, _ scales: TensorInfo) throws {
    let axis = scales.shape.firstIndex { $0 != 1 } ?? 0
    ChannelQuantization.expand(
      buffer.pointer, outer: info.shape.prefix(axis).reduce(1, *), channels: scales.count,
      inner: info.shape.dropFirst(axis + 1).reduce(1, *), scales: try checkpoint.floats(scales.name)
    )
  }

  private func folded(_ g: TensorInfo, _ v: TensorInfo) throws -> FloatBuffer {
    let magnitudes = try checkpoint.floats(g.name)
    let buffer = try copy(v)
    let rowLength = magnitudes.isEmpty ? 0 : v.count / magnitudes.count
    for (row, magnitude) in magnitudes.enumerated() {
      let values = buffer.pointer + row * rowLength
      let norm = Self.sumOfSquares(values, rowLength).squareRoot()
      Elementwise.scale(values, by: Float(Double(magnitude) / norm), values, rowLength)
    }
    try checkFinite(UnsafePointer(buffer.pointer), buffer.count, v.name)
    return buffer
  }

  /// In double precision: a row has up to a few thousand squares to add.
  ///
  /// Four sums side by side, so that an addition need not wait for the one before.
  private static func sumOfSquares(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    var i = 0
    while i + 4 <= count {
      a += Double(values[i]) * Double(values[i])
      b += Double(values[i + 1]) * Double(values[i + 1])
      c += Double(values[i + 2]) * Double(values[i + 2])
      d += Double(values[i + 3]) * Double(values[i + 3])
      i += 4
    }
    while i < count {
      a += Double(values[i]) * Double(values[i])
      i += 1
    }
    return (a + b) + (c + d)
  }

  private func checkFinite(
    _ values: UnsafePointer<Float>, _ count: Int, _ name: String
  ) throws {
    if let index = Elementwise.firstNotFinite(values, count) {
      throw CheckpointError.notFinite(name: name, index: index)
    }
  }
}
