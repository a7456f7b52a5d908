import HablaCheckpoints
import HablaKernels

/// The weights of a layer, ready for products.
///
/// From Habla's own files they are used in place: floats as they are, and in a file with 8-bit
/// weights these and its 16-bit floats expanded each time the layer runs, so that they are in memory
/// once, as bytes that all processes share. Other files' weights are arranged once, and 16-bit files'
/// are expanded once, which is faster. Threads: immutable.
struct PanelWeights: Sendable {
  private enum Storage: Sendable {
    case product(Deferred<PanelConvolution>)
    case halves(Deferred<InPlace<UInt16>>, StoredPanels)
    case integers(InPlace<Int8>, StoredPanels, scales: WeightArray)
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
    } else if reader.has8BitWeights, StoredPanels.isProductOrder, let halves = loader.halves() {
      storage = .halves(
        try reader.later(cost: panels.count / 2) { try loader.checked(halves) }, panels)
    } else {
      storage = .product(
        try reader.later(cost: panels.count) { try loader.product(shape, panels) })
    }
  }

  /// The layer's product; its memory is the run's where the weights have to be expanded.
  func product(_ run: RunState) -> PanelConvolution {
    switch storage {
    case .product(let product): return product.value
    case .halves(let halves, let panels):
      let values = halves.value.values
      return expanded(panels, run) { panels.expand($0, values, into: $1) }
    case .integers(let integers, let panels, let scales):
      let (values, factors) = (integers.values, scales.pointer)
      return expanded(panels, run) { panels.expand($0, values, scales: factors, into: $1) }
    }
  }

  /// The product with panels that `expand` writes one by one into the run's memory.
  private func expanded(
    _ panels: StoredPanels, _ run: RunState,
    _ expand: (_ panel: Int, UnsafeMutablePointer<Float>) -> Void
  ) -> PanelConvolution {
    let buffer = run.workspace.take(panels.count)
    run.pool.run(panels.panelCount) { (panel: Int) in expand(panel, buffer) }
    return PanelConvolution(shape, panels: buffer, owner: run.workspace)
  }
}

/// Values in place in a mapped file; `owner` keeps them there.
private struct InPlace<Element: Sendable>: @unchecked Sendable {
  let values: UnsafePointer<Element>
  private let owner: AnyObject

  init(_ bytes: UnsafeRawPointer, owner: AnyObject) {
    (values, self.owner) = (bytes.assumingMemoryBound(to: Element.self), owner)
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
  fileprivate func integers() throws -> (InPlace<Int8>, scales: WeightLoader)? {
    guard let scales, case .tensor(let info) = stored,
      let bytes = checkpoint.mappedBytes(info.name)?.baseAddress
    else { return nil }
    return (
      InPlace(bytes, owner: checkpoint as AnyObject),
      try WeightLoader(checkpoint, .tensor(scales), scales.shape)
    )
  }

  /// 16-bit floats in place; nil for other types.
  fileprivate func halves() -> InPlace<UInt16>? {
    guard case .tensor(let info) = stored, info.type == .float16,
      let bytes = checkpoint.mappedBytes(info.name)?.baseAddress,
      UInt(bitPattern: bytes) % UInt(MemoryLayout<UInt16>.alignment) == 0
    else { return nil }
    return InPlace(bytes, owner: checkpoint as AnyObject)
  }

  /// The same when all are finite.
  ///
  /// - Throws: `CheckpointError.notFinite`.
  fileprivate func checked(_ halves: InPlace<UInt16>) throws -> InPlace<UInt16> {
    guard case .tensor(let info) = stored else { return halves }
    if let index = StoredPanels.firstNotFinite(halves.values, info.count) {
      throw CheckpointError.notFinite(name: info.name, index: index)
    }
    return halves
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
