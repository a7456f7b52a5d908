import HablaCheckpoints
import HablaNetwork

/// How weights are stored in a voice file; computation is in 32-bit floats in any case.
public enum WeightStorage: String, Sendable, CaseIterable {
  /// 32-bit floats: equal to the source, used in place.
  case float32 = "fp32"
  /// 16-bit floats: half the size.
  case float16 = "fp16"
  /// 8-bit integers with a scale per output channel for the flow and the decoder, which are nearly
  /// all of a voice; 16-bit floats for the rest, so that durations stay what they are. About a third
  /// of the size.
  case int8
}

extension Voice {
  /// Writes Habla's own voice file.
  ///
  /// The file appears under its name when it is complete. With `.float32` the voice read back
  /// gives the same samples as this one.
  ///
  /// - Throws: `HablaError` when the file cannot be written.
  public func write(to path: String, storage: WeightStorage = .float32) throws {
    do {
      let log = WeightLog()
      let weights = parts.weights.logged(in: log)
      _ = try VITSModel(parts.network, weights: weights)
      let metadata = [
        "habla.version": VoiceFile.version,
        "habla.family": family,
        "habla.network": try ConfigurationJSON.encode(parts.network),
        "habla.files": try ConfigurationJSON.encode(parts.files),
        "habla.storage": storage.rawValue,
      ]
      try VoiceFileWriter(weights: weights, storage: storage)
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

  func write(
    path: String, metadata: [String: String], entries: [(name: String, shape: [Int])]
  ) throws {
    var tensors: [TensorInfo] = []
    for (name, shape) in try entries.filter({ try !isUnusedProjection($0.name, $0.shape) }) {
      let count = shape.reduce(1, *)
      let type = type(name, shape, count)
      tensors.append(TensorInfo(name: name, type: type, shape: shape, count: count))
      if type == .int8 {
        let scale = scaleShape(name, shape)
        tensors.append(
          TensorInfo(
            name: name + ".scale", type: .float32, shape: scale, count: scale.reduce(1, *)))
      }
    }
    let shapes = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.shape) })
    try SafetensorsWriter.write(path: path, metadata: metadata, tensors: tensors) { info, sink in
      if info.name.hasSuffix(".scale") {
        let name = String(info.name.dropLast(".scale".count))
        try emit(try quantized(name, shapes[name] ?? []).scales, sink)
      } else {
        switch info.type {
        case .int8: try emit(try quantized(info.name, info.shape).values, sink)
        case .float16:
          try emit(
            try weights.array(info.name, shape: info.shape).array.map(HalfPrecision.half), sink)
        default: try emit(try weights.array(info.name, shape: info.shape).array, sink)
        }
      }
    }
  }

  private func type(_ name: String, _ shape: [Int], _ count: Int) -> ElementType {
    if count < Self.smallTensor { return .float32 }
    switch storage {
    case .float32: return .float32
    case .float16: return .float16
    case .int8:
      // In 8 bits, the text encoder and the duration predictors would move whole frames.
      if !name.hasPrefix("dec.") && !name.hasPrefix("flow.") { return .float16 }
      // Vectors and tables of one row have no channel to scale by.
      return shape.count > 1 && scaleShape(name, shape).reduce(1, *) > 1 ? .int8 : .float32
    }
  }

  /// Prosody projections that are zero throughout: the voice was trained without the features.
  private func isUnusedProjection(_ name: String, _ shape: [Int]) throws -> Bool {
    guard let stem = ["enc_p.ja_bert_proj.", "enc_p.bert_proj."].first(where: name.hasPrefix)
    else { return false }
    for leaf in ["weight", "bias"] {
      guard let shape = weights.shape(stem + leaf) else { continue }
      if try weights.array(stem + leaf, shape: shape).array.contains(where: { $0 != 0 }) {
        return false
      }
    }
    return true
  }

  /// Ones but for the axis of the output channel: the second of a transposed convolution.
  private func scaleShape(_ name: String, _ shape: [Int]) -> [Int] {
    let axis = name.hasPrefix("dec.ups.") ? 1 : 0
    return shape.indices.map { $0 == axis ? shape[$0] : 1 }
  }

  private func quantized(
    _ name: String, _ shape: [Int]
  ) throws -> (values: [Int8], scales: [Float]) {
    let values = try weights.array(name, shape: shape).array
    let scaleShape = scaleShape(name, shape)
    let axis = scaleShape.firstIndex { $0 != 1 } ?? 0
    let inner = shape.dropFirst(axis + 1).reduce(1, *)
    var scales = [Float](repeating: 0, count: shape[axis])
    for (index, value) in values.enumerated() {
      let channel = index / inner % scales.count
      scales[channel] = max(scales[channel], abs(value))
    }
    for channel in scales.indices { scales[channel] /= 127 }
    let bytes = values.enumerated().map { index, value in
      let scale = scales[index / inner % scales.count]
      return Int8(scale == 0 ? 0 : (value / scale).rounded())
    }
    return (bytes, scales)
  }

  private func emit<T: BitwiseCopyable>(_ values: [T], _ sink: SafetensorsWriter.Sink) throws {
    // Little-endian machines only, as everything that Swift runs on is.
    try values.withUnsafeBytes(sink)
  }
}
