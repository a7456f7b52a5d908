import HablaKernels
import TestSupport
import Testing

@Suite struct StoredPanelsTests {
  private static let sizes = [(16, 1, 1), (16, 17, 3), (48, 5, 1), (96, 40, 7)]

  private func packed(_ panels: StoredPanels, _ weights: [Float], _ inputs: Int, _ taps: Int)
    -> [Float]
  {
    let buffer = FloatBuffer(count: panels.count)
    panels.pack(
      StoredWeights(FloatBuffer(weights), inputs: inputs, taps: taps), into: buffer.pointer)
    return buffer.array
  }

  @Test func onlyWholePanels() {
    for outputs in [0, 1, 15, 17, 33] {
      #expect(StoredPanels(outputs: outputs, inputs: 4, taps: 1) == nil)
    }
  }

  /// Every weight has its place and comes back.
  @Test(arguments: sizes) func packsAndUnpacks(_ outputs: Int, _ inputs: Int, _ taps: Int) throws {
    let panels = try #require(StoredPanels(outputs: outputs, inputs: inputs, taps: taps))
    #expect(panels.count == outputs * inputs * taps)
    let weights = testValues(panels.count, seed: 3)
    let packed = packed(panels, weights, inputs, taps)
    for o in 0..<outputs {
      for i in 0..<inputs {
        for t in 0..<taps {
          let place = ((o / 16 * taps + t) * inputs + i) * 16 + o % 16
          #expect(packed[place] == weights[(o * inputs + i) * taps + t])
        }
      }
    }
    let unpacked = FloatBuffer(count: panels.count)
    panels.unpack(packed, into: unpacked.pointer)
    #expect(unpacked.array == weights)
  }

  /// Where products read this order, it is theirs.
  @Test(.enabled(if: StoredPanels.isProductOrder), arguments: sizes)
  func isTheProductsOrder(_ outputs: Int, _ inputs: Int, _ taps: Int) throws {
    let panels = try #require(StoredPanels(outputs: outputs, inputs: inputs, taps: taps))
    let weights = testValues(panels.count, seed: 4)
    let product = FloatBuffer(
      count: PanelProduct.count(outputs: outputs, inputs: inputs, taps: taps))
    PanelProduct.pack(
      StoredWeights(FloatBuffer(weights), inputs: inputs, taps: taps), outputs: outputs,
      inputs: inputs, taps: taps, into: product.pointer)
    #expect(packed(panels, weights, inputs, taps) == product.array)
  }

  /// 8 bits are within half a step of each output's own scale; zeros stay zeros.
  @Test(arguments: sizes) func quantizes(_ outputs: Int, _ inputs: Int, _ taps: Int) throws {
    let panels = try #require(StoredPanels(outputs: outputs, inputs: inputs, taps: taps))
    var weights = testValues(panels.count, seed: 5)
    for index in 0..<inputs * taps { weights[index] = 0 }
    let packed = packed(panels, weights, inputs, taps)
    var values = [Int8](repeating: 1, count: panels.count)
    var scales = [Float](repeating: -1, count: outputs)
    panels.quantize(packed, into: &values, scales: &scales)
    let expanded = FloatBuffer(count: panels.count)
    for panel in 0..<panels.panelCount {
      panels.expand(panel, values, scales: scales, into: expanded.pointer)
    }
    for o in 0..<outputs {
      let row = weights[o * inputs * taps..<(o + 1) * inputs * taps]
      #expect(scales[o] == (row.map(abs).max() ?? 0) / 127)
    }
    for (index, value) in packed.enumerated() {
      let output = index / (taps * inputs * 16) * 16 + index % 16
      #expect(abs(expanded.pointer[index] - value) <= scales[output] * 0.5001)
    }
  }

  #if !(os(macOS) && arch(x86_64))
  /// Every finite 16-bit float is widened exactly, signed zeros and subnormal values included.
  @Test func widensHalves() throws {
    let panels = try #require(StoredPanels(outputs: 2048, inputs: 31, taps: 1))
    let finite = (0...UInt16.max).filter { $0 & 0x7C00 != 0x7C00 }
    #expect(finite.count == panels.count)
    #expect(StoredPanels.firstNotFinite(finite, finite.count) == nil)
    let expanded = FloatBuffer(count: panels.count)
    for panel in 0..<panels.panelCount {
      panels.expand(panel, finite, into: expanded.pointer)
    }
    for (half, value) in zip(finite, expanded.array) {
      #expect(value.bitPattern == Float(Float16(bitPattern: half)).bitPattern)
    }
  }
  #endif

  @Test func findsHalvesThatAreNotFinite() {
    for place in [0, 1, 7, 8, 100, 999] {
      for bits: UInt16 in [0x7C00, 0xFC00, 0x7E00, 0x7C01] {
        var halves = [UInt16](repeating: 0x7BFF, count: 1000)
        halves[place] = bits
        #expect(StoredPanels.firstNotFinite(halves, halves.count) == place)
      }
    }
  }
}
