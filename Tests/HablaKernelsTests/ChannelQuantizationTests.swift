import HablaKernels
import TestSupport
import Testing

@Suite struct ChannelQuantizationTests {
  /// 8 bits are within half a step of each channel's own scale; zeros stay zeros.
  @Test(arguments: [(1, 1, 1), (1, 33, 17), (5, 3, 4), (16, 8, 1)])
  func roundsToTheNearestStep(_ outer: Int, _ channels: Int, _ inner: Int) {
    let quiet = channels / 2
    let x = testValues(outer * channels * inner, seed: 5).enumerated().map { index, value in
      channels > 1 && index / inner % channels == quiet ? 0 : value
    }
    var values = [Int8](repeating: 1, count: x.count)
    var scales = [Float](repeating: -1, count: channels)
    ChannelQuantization.quantize(
      x, outer: outer, channels: channels, inner: inner, into: &values, scales: &scales)
    for channel in 0..<channels {
      let largest = x.indices.filter { $0 / inner % channels == channel }.map { abs(x[$0]) }.max()
      #expect(scales[channel] == (largest ?? 0) / 127)
    }
    var expanded = values.map { Float($0) }
    ChannelQuantization.expand(
      &expanded, outer: outer, channels: channels, inner: inner, scales: scales)
    for (index, value) in x.enumerated() {
      let scale = scales[index / inner % channels]
      #expect(abs(expanded[index] - value) <= scale * 0.5001)
    }
  }

  /// Near the smallest numbers a scale is not what it should be: nothing overflows.
  @Test func tinyValuesStayInRange() {
    for factor in [1, 60, 100, 200] {
      let tiny = [Float](repeating: .leastNonzeroMagnitude * Float(factor), count: 4)
      var values = [Int8](repeating: 0, count: 4)
      var scale: Float = 0
      ChannelQuantization.quantize(
        tiny, outer: 1, channels: 1, inner: 4, into: &values, scales: &scale)
      #expect(values.allSatisfy { $0 >= 0 })
    }
  }

  @Test func findsWhatIsNotFinite() {
    for count in [0, 1, 7, 8, 9, 4095, 4096, 4097, 10_000] {
      var x = testValues(count, seed: 6)
      #expect(Elementwise.firstNotFinite(x, count) == nil)
      for place in Set([0, count / 2, count - 1]) where count > 0 {
        for bad in [Float.nan, .infinity, -.infinity] {
          let kept = x[place]
          x[place] = bad
          #expect(Elementwise.firstNotFinite(x, count) == place)
          x[place] = kept
        }
      }
    }
  }
}
