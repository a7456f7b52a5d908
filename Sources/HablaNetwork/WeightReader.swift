import HablaCheckpoints
import HablaKernels
import Synchronization

/// Gives a network its weights by canonical name, with weight norm folded and shapes checked.
///
/// Canonical names are those of the original VITS code (`enc_p.encoder.attn_layers.0.conv_q.weight`,
/// `dec.ups.1.weight`, ...); a model family supplies the mapping from them to its file's names.
/// Weight norm is recognised in both spellings (`weight_g` / `weight_v` and
/// `parametrizations.weight.original0` / `original1`). Values are checked to be finite as they are
/// read. Threads: immutable.
package struct WeightReader: Sendable {
  private let checkpoint: any Checkpoint
  private let fileName: @Sendable (String) -> String
  private let prefix: String
  private let log: WeightLog?

  /// Reads from `checkpoint`; `fileName` maps a canonical name to the file's (default: the same).
  package init(
    _ checkpoint: any Checkpoint,
    fileName: @escaping @Sendable (String) -> String = { $0 }
  ) {
    self.checkpoint = checkpoint
    self.fileName = fileName
    prefix = ""
    log = nil
  }

  private init(_ parent: WeightReader, prefix: String, log: WeightLog?) {
    checkpoint = parent.checkpoint
    fileName = parent.fileName
    self.prefix = prefix
    self.log = log
  }

  /// The same weights seen from below `name` ("dec" makes "conv_pre.weight" mean "dec.conv_pre.weight").
  package func scoped(_ name: String) -> WeightReader {
    WeightReader(self, prefix: prefix + name + ".", log: log)
  }

  /// The same weights; every tensor that is read is noted in `log`.
  package func logged(in log: WeightLog) -> WeightReader {
    WeightReader(self, prefix: prefix, log: log)
  }

  /// The canonical name of what this reader calls `name`.
  package func fullName(_ name: String) -> String { prefix + name }

  /// Whether there is a tensor (or its weight-norm pair) of that name.
  package func contains(_ name: String) -> Bool { shape(name) != nil }

  /// Number of elements of all tensors in the file.
  package var elementCount: Int { checkpoint.tensors.reduce(0) { $0 + $1.count } }

  /// Shape of a tensor, for a weight-norm pair that of the folded weight; nil when absent.
  package func shape(_ name: String) -> [Int]? {
    if let info = checkpoint.info(fileName(prefix + name)) { return info.shape }
    return normPair(name)?.v.shape
  }

  /// How many consecutive indices exist: pattern("3") must give the name for index 3.
  package func count(from start: Int = 0, step: Int = 1, _ pattern: (Int) -> String) -> Int {
    var found = 0
    while contains(pattern(start + found * step)) { found += 1 }
    return found
  }

  /// A tensor row-major as in the original code, in place where the file allows it.
  ///
  /// - Throws: `CheckpointError` when it is missing, has another shape, or holds NaN.
  package func array(_ name: String, shape expected: [Int]) throws -> WeightArray {
    let full = prefix + name
    let stored = fileName(full)
    log?.note(full, expected)
    guard let info = checkpoint.info(stored) else {
      if let pair = normPair(name) { return try folded(pair, expected: expected) }
      throw CheckpointError.missingTensor(name: stored)
    }
    try check(info, expected)
    if let floats = checkpoint.mappedFloats(stored) {
      let array = WeightArray(inPlace: floats, owner: checkpoint as AnyObject)
      try checkFinite(array.pointer, array.count, stored)
      return array
    }
    let buffer = FloatBuffer(count: info.count)
    try checkpoint.copyFloats(stored, to: buffer.pointer)
    if info.type == .int8 { try dequantize(buffer, info) }
    try checkFinite(UnsafePointer(buffer.pointer), buffer.count, stored)
    return WeightArray(buffer)
  }

  /// Multiplies 8-bit values by their scales, one per index of the one axis that `NAME.scale` has.
  private func dequantize(_ buffer: FloatBuffer, _ info: TensorInfo) throws {
    let name = info.name + ".scale"
    guard let scaleInfo = checkpoint.info(name) else {
      throw CheckpointError.missingTensor(name: name)
    }
    let axis = scaleInfo.shape.firstIndex { $0 != 1 } ?? 0
    var expected = info.shape.map { _ in 1 }
    if axis < expected.count { expected[axis] = info.shape[axis] }
    try check(scaleInfo, expected)
    let scales = try checkpoint.floats(name)
    let inner = info.shape.dropFirst(axis + 1).reduce(1, *)
    var row = buffer.pointer
    let end = buffer.pointer + buffer.count
    while row < end {  // no division for each element: it would take longer than reading the file
      for scale in scales {
        for index in 0..<inner { row[index] *= scale }
        row += inner
      }
    }
  }

  /// A convolution's weight as stored: [out, in, tap], or [out, in] for a Linear with `kernel` 1.
  package func convolution(
    _ name: String, outputs: Int, inputs: Int, kernel: Int
  ) throws -> WeightArray {
    let isLinear = kernel == 1 && shape(name)?.count == 2
    return try array(name, shape: isLinear ? [outputs, inputs] : [outputs, inputs, kernel])
  }

  // MARK: weight norm

  private struct NormPair {
    let g: TensorInfo
    let v: TensorInfo
  }

  private func normPair(_ name: String) -> NormPair? {
    guard name.hasSuffix("weight") else { return nil }
    let full = prefix + name
    let stem = full.dropLast("weight".count)
    for (g, v) in [
      (full + "_g", full + "_v"),
      (
        stem + "parametrizations.weight.original0",
        stem + "parametrizations.weight.original1"
      ),
    ] {
      if let gInfo = checkpoint.info(fileName(g)), let vInfo = checkpoint.info(fileName(v)) {
        return NormPair(g: gInfo, v: vInfo)
      }
    }
    return nil
  }

  /// weight[a, ...] = v[a, ...] * g[a] / |v[a, ...]|: the norm runs over all axes but the first.
  private func folded(_ pair: NormPair, expected: [Int]) throws -> WeightArray {
    try check(pair.v, expected)
    let rows = expected.first ?? 1
    guard pair.g.count == rows, pair.g.shape.first == rows else {
      throw CheckpointError.shapeMismatch(
        name: pair.g.name, expected: [rows] + expected.dropFirst().map { _ in 1 },
        found: pair.g.shape)
    }
    let g = try checkpoint.floats(pair.g.name)
    let buffer = FloatBuffer(count: pair.v.count)
    try checkpoint.copyFloats(pair.v.name, to: buffer.pointer)
    let rowLength = rows == 0 ? 0 : pair.v.count / rows
    for row in 0..<rows {
      let values = buffer.pointer + row * rowLength
      // In double precision: a row has up to a few thousand squares to add.
      var squares = 0.0
      for i in 0..<rowLength { squares += Double(values[i]) * Double(values[i]) }
      let scale = Float(Double(g[row]) / squares.squareRoot())
      for i in 0..<rowLength { values[i] *= scale }
    }
    try checkFinite(UnsafePointer(buffer.pointer), buffer.count, pair.v.name)
    return WeightArray(buffer)
  }

  // MARK: checks

  private func check(_ info: TensorInfo, _ expected: [Int]) throws {
    if info.shape != expected {
      throw CheckpointError.shapeMismatch(
        name: info.name, expected: expected, found: info.shape)
    }
  }

  private func checkFinite(
    _ values: UnsafePointer<Float>, _ count: Int, _ name: String
  ) throws {
    if let index = firstNotFinite(values, count) {
      throw CheckpointError.notFinite(name: name, index: index)
    }
  }

  /// Index of the first NaN or infinity.
  ///
  /// A sum of x * 0 stays 0 exactly when all are finite, which
  /// vectorises; only a bad block is searched one by one.
  private func firstNotFinite(_ values: UnsafePointer<Float>, _ count: Int) -> Int? {
    var start = 0
    while start < count {
      let end = min(start + 4096, count)
      var lanes = SIMD8<Float>(repeating: 0)
      var i = start
      while i + 8 <= end {
        lanes += UnsafeRawPointer(values + i).loadUnaligned(as: SIMD8<Float>.self) * 0
        i += 8
      }
      var sum = lanes.sum()
      while i < end {
        sum += values[i] * 0
        i += 1
      }
      if !(sum == 0) {
        for j in start..<end where !values[j].isFinite { return j }
      }
      start = end
    }
    return nil
  }
}

/// Names and shapes of the tensors that a network has read, in order.
package final class WeightLog: Sendable {
  private let state = Mutex<[(name: String, shape: [Int])]>([])

  /// Makes an empty log.
  package init() {}

  /// Canonical names, each once, with the shapes that the network asked for.
  package var entries: [(name: String, shape: [Int])] { state.withLock { $0 } }

  fileprivate func note(_ name: String, _ shape: [Int]) {
    state.withLock { entries in
      if !entries.contains(where: { $0.name == name }) { entries.append((name, shape)) }
    }
  }
}
