import HablaCheckpoints
import HablaKernels
import HablaNetwork

/// How weights are stored in a voice file; computation is in 32-bit floats in any case.
public enum WeightStorage: String, Sendable, CaseIterable {
  /// 32-bit floats: equal to the source, used in place.
  case float32 = "fp32"
  /// 16-bit floats: half the size; expanded in memory when the voice is first used.
  case float16 = "fp16"
  /// 8-bit integers with a scale per output channel for the flow and the decoder, which are nearly
  /// all of a voice; 16-bit floats for the rest, so that durations stay what they are. Less than a
  /// third of the size. The flow's stay 8-bit in memory and are expanded as its layers run; the
  /// decoder's are expanded when the voice is first used.
  case int8
}

extension Voice {
  /// Writes Habla's own voice file.
  ///
  /// The file appears under its name when it is complete. With `.float32` the voice read back
  /// gives the same samples as this one.
  ///
  /// - Throws: `HablaError` when the file cannot be written or a weight is not a finite number.
  public func write(to path: String, storage: WeightStorage = .float32) throws {
    do {
      let log = WeightLog()
      // Finding its weights notes them; none is read.
      _ = try VITSModel(parts.network, weights: parts.weights.logged(in: log))
      let metadata = [
        "habla.version": VoiceFile.version(of: parts.network),
        "habla.family": family,
        "habla.network": try ConfigurationJSON.encode(parts.network),
        "habla.files": try ConfigurationJSON.encode(parts.files),
        "habla.storage": storage.rawValue,
      ]
      try VoiceFileWriter(weights: parts.weights, storage: storage)
        .write(path: path, metadata: metadata, entries: log.entries)
    } catch {
      throw HablaError(wrapping: error, context: path)
    }
  }
}

/// Stores the tensors that a network reads.
struct VoiceFileWriter {
  let weights: WeightReader
  let storage: WeightStorage

  /// Tensors below this many values stay 32-bit: they are a fraction of a percent of a voice.
  private static let smallTensor = 1024

  private static let scaleSuffix = ".scale"

  func write(
    path: String, metadata: [String: String], entries: [WeightLog.Entry]
  ) throws {
    var tensors: [TensorInfo] = []
    for entry in try entries.filter({ try !isUnusedProjection($0) }) {
      let count = entry.shape.reduce(1, *)
      let type = type(entry, count)
      tensors.append(TensorInfo(name: entry.name, type: type, shape: entry.shape, count: count))
      if type == .int8 {
        let axis = Self.outputAxis(entry)
        tensors.append(
          TensorInfo(
            name: entry.name + Self.scaleSuffix, type: .float32,
            shape: entry.shape.indices.map { $0 == axis ? entry.shape[$0] : 1 },
            count: entry.shape[axis]))
      }
    }
    let byName = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
    try SafetensorsWriter.write(path: path, metadata: metadata, tensors: tensors) { info, sink in
      if let entry = byName[info.name] {
        try writeValues(entry, info.type, sink)
      } else if let entry = byName[String(info.name.dropLast(Self.scaleSuffix.count))] {
        try emit(try quantized(entry).scales, sink)
      }
    }
  }

  private func writeValues(
    _ entry: WeightLog.Entry, _ type: ElementType, _ sink: SafetensorsWriter.Sink
  ) throws {
    switch type {
    case .int8: try emit(try quantized(entry).values, sink)
    case .float16:
      let values = try values(entry).array.map(HalfPrecision.half)
      if let index = values.firstIndex(where: { $0 & 0x7FFF == 0x7C00 }) {
        throw HablaError(
          .unsupported,
          "tensor '\(entry.name)' has the value \(try self.values(entry)[index]) at element "
            + "\(index), too large for 16 bits",
          hint: "store the voice as fp32")
      }
      try emit(values, sink)
    default:
      let values = try values(entry)
      try sink(UnsafeRawBufferPointer(start: values.pointer, count: values.count * 4))
    }
  }

  /// What the file holds of a tensor, as floats.
  private func values(_ entry: WeightLog.Entry) throws -> WeightArray {
    if entry.kind == .panels,
      let panels = try weights.storedPanels(entry.name, shape: entry.shape)
    {
      return panels
    }
    return try weights.array(entry.name, shape: entry.shape)
  }

  private func type(_ entry: WeightLog.Entry, _ count: Int) -> ElementType {
    if count < Self.smallTensor { return .float32 }
    switch storage {
    case .float32: return .float32
    case .float16: return .float16
    case .int8:
      // In 8 bits, the text encoder and the duration predictors would move whole frames.
      let isExact = !entry.name.hasPrefix("dec.") && !entry.name.hasPrefix("flow.")
      // Tables and layers with one output have no channels to scale by.
      let isTable = entry.kind == .array && !Self.isTransposed(entry)
      return isExact || isTable || entry.shape[Self.outputAxis(entry)] < 2 ? .float16 : .int8
    }
  }

  /// Whether these are weights of a transposed convolution, [in, out, tap].
  private static func isTransposed(_ entry: WeightLog.Entry) -> Bool {
    entry.name.hasPrefix("dec.ups.") && entry.shape.count == 3
  }

  private static func outputAxis(_ entry: WeightLog.Entry) -> Int { isTransposed(entry) ? 1 : 0 }

  /// Prosody projections that are zero throughout: the voice was trained without the features.
  private func isUnusedProjection(_ entry: WeightLog.Entry) throws -> Bool {
    guard
      let stem = ["enc_p.ja_bert_proj.", "enc_p.bert_proj."].first(where: entry.name.hasPrefix)
    else { return false }
    for leaf in ["weight", "bias"] {
      guard let shape = weights.shape(stem + leaf) else { continue }
      if try weights.array(stem + leaf, shape: shape).array.contains(where: { $0 != 0 }) {
        return false
      }
    }
    return true
  }

  private func quantized(_ entry: WeightLog.Entry) throws -> (values: [Int8], scales: [Float]) {
    let (shape, values) = (entry.shape, try values(entry))
    let axis = Self.outputAxis(entry)
    let outputs = shape[axis]
    var scales = [Float](repeating: 0, count: outputs)
    let bytes = [Int8](unsafeUninitializedCapacity: values.count) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      scales.withUnsafeMutableBufferPointer { scales in
        guard let factors = scales.baseAddress else { return }
        if entry.kind == .panels,
          let panels = StoredPanels(
            outputs: shape[0], inputs: shape[1], taps: shape.count > 2 ? shape[2] : 1)
        {
          return panels.quantize(values.pointer, into: base, scales: factors)
        }
        ChannelQuantization.quantize(
          values.pointer, outer: shape.prefix(axis).reduce(1, *), channels: outputs,
          inner: shape.dropFirst(axis + 1).reduce(1, *), into: base, scales: factors)
      }
      initialized = values.count
    }
    return (bytes, scales)
  }

  private func emit<T: BitwiseCopyable>(_ values: [T], _ sink: SafetensorsWriter.Sink) throws {
    // Little-endian machines only, as everything that Swift runs on is.
    try values.withUnsafeBytes(sink)
  }
}
