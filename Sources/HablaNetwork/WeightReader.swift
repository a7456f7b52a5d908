import HablaCheckpoints
import HablaKernels
import Synchronization

/// Gives a network its weights by canonical name, with weight norm folded and shapes checked.
///
/// Canonical names are those of the original VITS code (`enc_p.encoder.attn_layers.0.conv_q.weight`,
/// `dec.ups.1.weight`, ...); a model family supplies the mapping from them to its file's names.
/// Weight norm is recognised in both spellings (`weight_g` / `weight_v` and
/// `parametrizations.weight.original0` / `original1`). Values are checked to be finite as they are
/// read: at once, or when the preparation runs that the work is put off to. Threads: immutable.
package struct WeightReader: Sendable {
  /// The order of the weights of layers in a file; their shape is [out, in, tap] in any case.
  package enum Layout: Sendable {
    /// As in the original code.
    case published
    /// As `StoredPanels` has them, where they have that form; not those of the decoder.
    case panels
  }

  let layout: Layout
  /// Whether the file has 8-bit weights: whoever chose that wants little memory before speed.
  let has8BitWeights: Bool
  private let checkpoint: any Checkpoint
  private let fileName: @Sendable (String) -> String
  private var prefix = ""
  private var log: WeightLog?
  private var preparation: WeightPreparation?

  /// Reads from `checkpoint`; `fileName` maps a canonical name to the file's (default: the same).
  package init(
    _ checkpoint: any Checkpoint, layout: Layout = .published,
    fileName: @escaping @Sendable (String) -> String = { $0 }
  ) {
    self.checkpoint = checkpoint
    self.layout = layout
    has8BitWeights = checkpoint.tensors.contains { $0.type == .int8 }
    self.fileName = fileName
  }

  /// The same weights seen from below `name` ("dec" makes "conv_pre.weight" mean "dec.conv_pre.weight").
  package func scoped(_ name: String) -> WeightReader {
    var reader = self
    reader.prefix += name + "."
    return reader
  }

  /// The same weights; every tensor that is read is noted in `log`.
  package func logged(in log: WeightLog) -> WeightReader {
    var reader = self
    reader.log = log
    return reader
  }

  /// The same weights, read when `preparation` runs; names and shapes are still checked at once.
  package func deferred(to preparation: WeightPreparation) -> WeightReader {
    var reader = self
    reader.preparation = preparation
    return reader
  }

  /// The canonical name of what this reader calls `name`.
  package func fullName(_ name: String) -> String { prefix + name }

  /// Whether there is a tensor (or its weight-norm pair) of that name.
  package func contains(_ name: String) -> Bool { shape(name) != nil }

  /// Number of elements of all tensors in the file.
  package var elementCount: Int { checkpoint.tensors.reduce(0) { $0 + $1.count } }

  /// Hash of the whole file's tensors, all of which it reads.
  package func contentHash(seed: UInt64) throws -> UInt64 {
    try checkpoint.contentHash(seed: seed)
  }

  /// Bytes of all tensors in the file.
  package var byteCount: Int { checkpoint.tensors.reduce(0) { $0 + $1.count * $1.type.size } }

  /// The types that weights are stored as, the one with most bytes first.
  package var storedTypes: [ElementType] {
    var bytes: [ElementType: Int] = [:]
    for tensor in checkpoint.tensors {
      bytes[tensor.type, default: 0] += tensor.count * tensor.type.size
    }
    return bytes.keys.sorted { (bytes[$1] ?? 0, $0.rawValue) < (bytes[$0] ?? 0, $1.rawValue) }
  }

  /// Shape of a tensor, for a weight-norm pair that of the folded weight; nil when absent.
  package func shape(_ name: String) -> [Int]? { stored(name)?.shape }

  /// How many consecutive indices exist: pattern("3") must give the name for index 3.
  package func count(from start: Int = 0, step: Int = 1, _ pattern: (Int) -> String) -> Int {
    var found = 0
    while contains(pattern(start + found * step)) { found += 1 }
    return found
  }

  /// A tensor row-major as in the original code, in place where the file allows it.
  ///
  /// - Throws: `CheckpointError` when it is missing, has another shape, or (unless put off) holds
  ///   NaN.
  package func array(_ name: String, shape expected: [Int]) throws -> WeightArray {
    let count = expected.reduce(1, *)
    let loader = try loader(name, expected, .array)
    return WeightArray(count: count, try later(cost: count) { try loader.floats() })
  }

  /// A convolution's weight as stored: [out, in, tap], or [out, in] for a Linear with `kernel` 1.
  package func convolution(
    _ name: String, outputs: Int, inputs: Int, kernel: Int
  ) throws -> WeightArray {
    let count = outputs * inputs * kernel
    let loader = try convolutionLoader(name, outputs, inputs, kernel, .convolution)
    return WeightArray(count: count, try later(cost: count) { try loader.floats() })
  }

  /// What a layer makes of a convolution's weight times `scale`: at once, or when the preparation
  /// runs.
  func convolution<Value: Sendable>(
    _ name: String, _ shape: ConvolutionShape, _ kind: WeightLog.Kind = .convolution,
    scale: Float = 1, _ make: @escaping @Sendable (StoredWeights) -> Value
  ) throws -> Deferred<Value> {
    let loader = try convolutionLoader(
      name, shape.outputs, shape.inputs, shape.kernel, kind)
    return try later(cost: shape.outputs * shape.inputs * shape.kernel) {
      let floats = try loader.floats()
      let value = make(
        StoredWeights(
          floats.pointer, owner: floats.owner, inputs: shape.inputs, taps: shape.kernel,
          scale: scale))
      loader.discard()
      return value
    }
  }

  func convolutionLoader(
    _ name: String, _ outputs: Int, _ inputs: Int, _ kernel: Int, _ kind: WeightLog.Kind
  ) throws -> WeightLoader {
    let isLinear = kernel == 1 && shape(name)?.count == 2
    return try loader(name, isLinear ? [outputs, inputs] : [outputs, inputs, kernel], kind)
  }

  /// Something made of weights: at once, or when the preparation runs.
  ///
  /// `cost` says about how many numbers `make` goes through.
  package func later<Value: Sendable>(
    cost: Int, _ make: @escaping @Sendable () throws -> Value
  ) throws -> Deferred<Value> {
    guard let preparation else { return Deferred(try make()) }
    let deferred = Deferred(cost: cost, make)
    preparation.add(deferred)
    return deferred
  }

  /// Finds a tensor and checks its shape.
  func loader(_ name: String, _ expected: [Int], _ kind: WeightLog.Kind) throws -> WeightLoader {
    let full = prefix + name
    log?.note(full, expected, kind)
    guard let found = stored(name) else {
      throw CheckpointError.missingTensor(name: fileName(full))
    }
    return try WeightLoader(checkpoint, found, expected)
  }

  /// Where the values of a tensor come from.
  private func stored(_ name: String) -> WeightLoader.Stored? {
    let full = prefix + name
    if let info = checkpoint.info(fileName(full)) { return .tensor(info) }
    guard name.hasSuffix("weight") else { return nil }
    let stem = full.dropLast("weight".count)
    for (g, v) in [
      (full + "_g", full + "_v"),
      (
        stem + "parametrizations.weight.original0",
        stem + "parametrizations.weight.original1"
      ),
    ] {
      if let g = checkpoint.info(fileName(g)), let v = checkpoint.info(fileName(v)) {
        return .weightNorm(g: g, v: v)
      }
    }
    return nil
  }
}

/// Names and shapes of the tensors that a network has read, in order.
package final class WeightLog: Sendable {
  /// How a tensor was asked for.
  package enum Kind: Sendable {
    /// Row-major, as it is.
    case array
    /// As the weights of a convolution of the decoder, [out, in, tap].
    case convolution
    /// As the weights of another layer, [out, in, tap] or [out, in].
    case panels
  }

  /// One tensor.
  package struct Entry: Sendable {
    package let name: String
    package let shape: [Int]
    package let kind: Kind
  }

  private let state = Mutex<[Entry]>([])

  /// Makes an empty log.
  package init() {}

  /// Canonical names, each once, with the shapes that the network asked for.
  package var entries: [Entry] { state.withLock { $0 } }

  fileprivate func note(_ name: String, _ shape: [Int], _ kind: Kind) {
    state.withLock { entries in
      if !entries.contains(where: { $0.name == name }) {
        entries.append(Entry(name: name, shape: shape, kind: kind))
      }
    }
  }
}
