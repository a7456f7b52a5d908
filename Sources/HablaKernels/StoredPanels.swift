import HablaKernelsWide

/// The order in which Habla's own files keep the weights of layers: panels of 16 outputs.
///
/// Panel p holds outputs [16 p, 16 p + 16) as [taps, inputs, 16]. That is the order of
/// `PanelProduct` with wide kernels, which multiply by the weights in place. Layers whose outputs
/// are no multiple of 16 have no such form.
package struct StoredPanels: Sendable {
  /// Outputs of a panel.
  package static let width = PanelKernel.width

  /// Whether products read this order as it is.
  package static var isProductOrder: Bool { PanelProduct.width == width }

  /// Number of panels.
  package let panelCount: Int
  private let inputs: Int
  private let taps: Int

  /// Describes the weights of a layer; nil when they have no such form.
  package init?(outputs: Int, inputs: Int, taps: Int) {
    guard outputs > 0, outputs % Self.width == 0 else { return nil }
    panelCount = outputs / Self.width
    (self.inputs, self.taps) = (inputs, taps)
  }

  /// Number of weights.
  package var count: Int { panelCount * panelSize }

  /// Weights of one panel.
  private var panelSize: Int { taps * inputs * Self.width }

  /// Puts weights in panels.
  package func pack(_ weights: StoredWeights, into panels: UnsafeMutablePointer<Float>) {
    PanelProduct.pack(
      weights, outputs: panelCount * Self.width, inputs: inputs, taps: taps, width: Self.width,
      into: panels)
  }

  /// Makes [outputs, inputs, taps] of panels.
  package func unpack(
    _ panels: UnsafePointer<Float>, into weights: UnsafeMutablePointer<Float>
  ) {
    var from = panels
    for panel in 0..<panelCount {
      for tap in 0..<taps {
        for input in 0..<inputs {
          for j in 0..<Self.width {
            weights[((panel * Self.width + j) * inputs + input) * taps + tap] = from[j]
          }
          from += Self.width
        }
      }
    }
  }

  /// Multiplies the 8-bit values of panel `panel` by the scales of their outputs.
  package func expand(
    _ panel: Int, _ values: UnsafePointer<Int8>, scales: UnsafePointer<Float>,
    into panels: UnsafeMutablePointer<Float>
  ) {
    let factors = scales + panel * Self.width
    var (from, to) = (values + panel * panelSize, panels + panel * panelSize)
    for _ in 0..<taps * inputs {
      for j in 0..<Self.width { to[j] = Float(from[j]) * factors[j] }
      from += Self.width
      to += Self.width
    }
  }

  /// Widens the 16-bit floats (IEEE 754 binary16, finite) of panel `panel`; exact.
  package func expand(
    _ panel: Int, _ values: UnsafePointer<UInt16>, into panels: UnsafeMutablePointer<Float>
  ) {
    PanelKernel.widen(
      values + panel * panelSize, panelSize, into: panels + panel * panelSize)
  }

  /// Index of the first 16-bit float that is infinite or NaN; nil when all are finite.
  package static func firstNotFinite(_ values: UnsafePointer<UInt16>, _ count: Int) -> Int? {
    let exponent: UInt16 = 0x7C00
    // Without decisions the loop vectorises; only a bad file is searched one by one.
    var found: UInt32 = 0
    for i in 0..<count { found |= values[i] & exponent == exponent ? 1 : 0 }
    return found == 0 ? nil : (0..<count).first { values[$0] & exponent == exponent }
  }

  /// Rounds panels to 8 bits, with a scale per output.
  package func quantize(
    _ panels: UnsafePointer<Float>, into values: UnsafeMutablePointer<Int8>,
    scales: UnsafeMutablePointer<Float>
  ) {
    for panel in 0..<panelCount {
      ChannelQuantization.quantize(
        panels + panel * panelSize, outer: taps * inputs, channels: Self.width, inner: 1,
        into: values + panel * panelSize, scales: scales + panel * Self.width)
    }
  }
}
