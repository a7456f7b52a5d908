import Foundation
import Habla
import TestSupport
import Testing

/// The resampler alone: lengths, alignment, pass band, stop band.
@Suite(.enabled(if: Resampler.isAvailable)) struct ResamplerTests {
  static let rates = [
    SampleRates(input: 22050, output: 8000), SampleRates(input: 44100, output: 8000),
    SampleRates(input: 44100, output: 16000), SampleRates(input: 44100, output: 22050),
    SampleRates(input: 44100, output: 48000), SampleRates(input: 22050, output: 48000),
    SampleRates(input: 16000, output: 24000), SampleRates(input: 22050, output: 192_000),
  ]

  private func resampled(
    _ samples: [Float], _ rates: SampleRates, piece: Int = .max, _ resampler: Resampler? = nil
  ) throws -> [Float] {
    let resampler = try resampler ?? Resampler(rates)
    resampler.begin()
    var output: [Float] = []
    var start = 0
    repeat {
      let count = min(piece, samples.count - start)
      try resampler.push(
        Array(samples[start..<start + count]), isLast: start + count == samples.count, to: &output)
      start += count
    } while start < samples.count
    return output
  }

  private func noise(_ count: Int) -> [Float] {
    var state: UInt64 = 7
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
    }
  }

  @Test(arguments: rates) func anyCutGivesTheSameSamples(_ rates: SampleRates) throws {
    let resampler = try Resampler(rates)
    for count in [0, 1, 2, 15, 400, 5003] {
      let samples = noise(count)
      let whole = try resampled(samples, rates)
      #expect(whole.count == rates.position(count))
      for piece in [1, 2, 7, 64, 1000] {
        // One resampler for all: what it did before does not matter.
        #expect(try resampled(samples, rates, piece: piece, resampler) == whole)
      }
    }
  }

  @Test func aDroppedStretchLeavesNothing() throws {
    let rates = Self.rates[0]
    let resampler = try Resampler(rates)
    let expected = try resampled(noise(3000), rates)
    var dropped: [Float] = []
    try resampler.push(noise(2000), isLast: false, to: &dropped)
    #expect(try resampled(noise(3000), rates, resampler) == expected)
  }

  @Test func positionsAreRounded() {
    for rates in Self.rates {
      for position in [0, 1, 2, 3, 100, 22049, 22050, 44101, 1_000_003, 1 << 45] {
        let exact =
          Double(position % rates.input) * Double(rates.output) / Double(rates.input)
        let whole = position / rates.input * rates.output
        #expect(rates.position(position) == whole + Int((exact).rounded()))
      }
    }
    #expect(SampleRates(input: 3, output: 3).position(17) == 17)
  }

  /// A tone's amplitude and delay in samples after resampling, and what else there is, in dB.
  private func measure(
    _ frequency: Double, _ rates: SampleRates
  ) throws -> (gain: Double, delay: Double, rest: Double) {
    let count = rates.input / 4
    let tone = (0..<count).map {
      Float(sin(2 * .pi * frequency * Double($0) / Double(rates.input)))
    }
    let output = try resampled(tone, rates)
    let step = 2 * .pi * frequency / Double(rates.output)
    let middle = output.indices[(output.count / 5)..<(output.count * 4 / 5)]
    // Least squares fit of a sine and a cosine.
    var (ss, cc, sc, ys, yc) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for i in middle {
      let (s, c, y) = (sin(step * Double(i)), cos(step * Double(i)), Double(output[i]))
      (ss, cc, sc, ys, yc) = (ss + s * s, cc + c * c, sc + s * c, ys + y * s, yc + y * c)
    }
    let determinant = ss * cc - sc * sc
    let (a, b) = ((ys * cc - yc * sc) / determinant, (yc * ss - ys * sc) / determinant)
    var (rest, whole) = (0.0, 0.0)
    for i in middle {
      let y = Double(output[i])
      let error = y - a * sin(step * Double(i)) - b * cos(step * Double(i))
      (rest, whole) = (rest + error * error, whole + y * y)
    }
    // A tone beyond half the output rate must not be heard at all.
    let isBeyond = 2 * frequency > Double(rates.output)
    let power = 2 * (isBeyond ? whole : rest) / Double(middle.count)
    return (20 * log10(hypot(a, b)), -atan2(b, a) / step, 10 * log10(power + 1e-30))
  }

  @Test(arguments: rates) func passesSpeechAndNothingElse(_ rates: SampleRates) throws {
    let half = Double(min(rates.input, rates.output)) / 2
    var (ripple, delay, rest, alias) = (0.0, 0.0, -200.0, -200.0)
    for share in [0.01, 0.05, 0.11, 0.23, 0.4, 0.57, 0.7, 0.79, 0.83, 0.85] {
      let found = try measure(share * half, rates)
      ripple = max(ripple, abs(found.gain))
      delay = max(delay, abs(found.delay))
      rest = max(rest, found.rest)
    }
    for share in [1.003, 1.05, 1.13, 1.3, 1.7, 2.4, 3.9, 5.2]
    where share * half < Double(rates.input) / 2 {
      alias = max(alias, try measure(share * half, rates).rest)
    }
    print(
      "\(rates.input) to \(rates.output): ripple \(ripple) dB, delay \(delay) samples, "
        + "distortion \(rest) dB, aliases \(alias) dB")
    #expect(ripple < 0.1)
    #expect(delay < 1e-4)
    #expect(rest < -100)
    #expect(alias < -100)
  }
}
