import HablaCheckpoints
import HablaKernels

/// The weights of a layer, ready for products.
///
/// From Habla's own files they are used in place: floats as they are, 8-bit integers expanded each
/// time the layer runs, so that they are in memory once, as bytes that all processes share. From
/// other files they are arranged once. Threads: immutable.
struct PanelWeights: Sendable {
  private enum Storage: Sendable {
    case product(Deferred<PanelConvolution>)
    case integers(Integers, StoredPanels, scales: WeightArray)
  }

  /// Sizes of the layer.
  let shape: ConvolutionShape
  private let storage: Storage

  /// Reads `name` ([outputs, inputs, taps], or [outputs, inputs] of a linear layer).
  init(_ reader: WeightReader, _ name: String, _ shape: ConvolutionShape) throws {
    self.shape = shape
    guard reader.layout == .panels,
      let panels = StoredPanels(
        outputs: shape.outputs, inputs: shape.inputs, taps: shape.kernel)
    else {
      storage = .product(
        try reader.convolution(name, shape, .panels) { PanelConvolution(shape, weights: $0) })
      return
    }
    let loader = try reader.panelLoader(name, shape)
    if let (values, scales) = try loader.integers(), StoredPanels.isProductOrder {
      let factors = try reader.later(cost: shape.outputs) { try scales.floats() }
      storage = .integers(values, panels, scales: WeightArray(count: shape.outputs, factors))
    } else {
      storage = .product(
        try reader.later(cost: panels.count) { try loader.product(shape, panels) })
    }
  }

  /// The layer's product; its memory is the run's where the weights have to be expanded.
  func product(_ run: RunState) -> PanelConvolution {
    switch storage {
    case .product(let product): return product.value
    case .integers(let integers, let panels, let scales):
      let buffer = run.workspace.take(panels.count)
      let factors = scales.pointer
      run.pool.run(panels.panelCount) { panel in
        panels.expand(panel, integers.values, scales: factors, into: buffer)
      }
      return PanelConvolution(shape, panels: buffer, owner: run.workspace)
    }
  }
}

/// 8-bit values in place; `owner` keeps them there.
private struct Integers: @unchecked Sendable {
  let values: UnsafePointer<Int8>
  private let owner: AnyObject

  init(_ bytes: UnsafeRawPointer, owner: AnyObject) {
    (values, self.owner) = (bytes.assumingMemoryBound(to: Int8.self), owner)
  }
}

extension WeightReader {
  /// The weights of a layer in the order of `StoredPanels`; `shape` is [out, in, tap] or [out, in].
  package func storedPanels(_ name: String, shape: [Int]) throws -> WeightArray? {
    let kernel = shape.count > 2 ? shape[2] : 1
    guard let panels = StoredPanels(outputs: shape[0], inputs: shape[1], taps: kernel) else {
      return nil
    }
    let loader = try panelLoader(
      name, ConvolutionShape(inputs: shape[1], outputs: shape[0], kernel: kernel))
    if layout == .panels {
      return WeightArray(count: panels.count, Deferred(try loader.floats(in: panels)))
    }
    let floats = try loader.floats()
    let buffer = FloatBuffer(uninitialized: panels.count)
    panels.pack(
      StoredWeights(floats.pointer, owner: floats.owner, inputs: shape[1], taps: kernel),
      into: buffer.pointer)
    return WeightArray(buffer)
  }

  fileprivate func panelLoader(_ name: String, _ shape: ConvolutionShape) throws -> WeightLoader {
    let loader = try convolutionLoader(
      name, shape.outputs, shape.inputs, shape.kernel, .panels)
    if let scales = loader.scales, layout == .panels, scales.count != shape.outputs {
      throw CheckpointError.shapeMismatch(
        name: scales.name, expected: [shape.outputs, 1, 1], found: scales.shape)
    }
    return loader
  }
}

extension WeightLoader {
  /// 8-bit values in place and what reads their scales; nil for other types.
  fileprivate func integers() throws -> (Integers, scales: WeightLoader)? {
    guard let scales, case .tensor(let info) = stored,
      let bytes = checkpoint.mappedBytes(info.name)?.baseAddress
    else { return nil }
    return (
      Integers(bytes, owner: checkpoint as AnyObject),
      try WeightLoader(checkpoint, .tensor(scales), scales.shape)
    )
  }

  /// The values of a file that has them in panels.
  fileprivate func floats(in panels: StoredPanels) throws -> WeightArray.Floats {
    guard let (integers, scales) = try integers() else { return try floats() }
    let factors = try scales.floats()
    let buffer = FloatBuffer(uninitialized: panels.count)
    for panel in 0..<panels.panelCount {
      panels.expand(panel, integers.values, scales: factors.pointer, into: buffer.pointer)
    }
    return WeightArray.Floats(buffer)
  }

  /// The product of a layer whose file has its weights in panels.
  fileprivate func product(
    _ shape: ConvolutionShape, _ panels: StoredPanels
  ) throws -> PanelConvolution {
    let floats = try floats(in: panels)
    if StoredPanels.isProductOrder {
      return PanelConvolution(shape, panels: floats.pointer, owner: floats.owner)
    }
    let buffer = FloatBuffer(uninitialized: panels.count)
    panels.unpack(floats.pointer, into: buffer.pointer)
    discard()
    return PanelConvolution(
      shape, weights: StoredWeights(buffer, inputs: shape.inputs, taps: shape.kernel))
  }
}
