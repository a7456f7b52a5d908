#if LibSampleRate
import CSampleRate
#endif

/// Samples at one rate as samples at another: how positions and lengths translate.
package struct SampleRates: Sendable, Hashable {
  /// Of the voice, in samples per second.
  package let input: Int
  /// Of what is heard, in samples per second.
  package let output: Int

  /// Names the rates; see `check`.
  package init(input: Int, output: Int) {
    self.input = input
    self.output = output
  }

  /// The position at the output rate, rounded to the nearest sample, halves upwards.
  package func position(_ inputPosition: Int) -> Int {
    if input == output { return inputPosition }
    // In whole and rest, so that hours of speech do not overflow.
    let (seconds, rest) = inputPosition.quotientAndRemainder(dividingBy: input)
    return seconds * output + (2 * rest * output + input) / (2 * input)
  }

  /// Refuses rates that cannot be had.
  ///
  /// Voices have 1,000 to 384,000 samples per second, so all others are within libsamplerate's factor
  /// of 256.
  ///
  /// - Throws: `HablaError`: `.argument` out of range, `.unsupported` in a build without it.
  package func check() throws {
    if input == output { return }
    if !SynthesisOptions.outputRates.contains(output) {
      let range = SynthesisOptions.outputRates
      throw HablaError(
        .argument,
        "output rate is \(output), expected \(range.lowerBound)...\(range.upperBound)",
        hint: "the voice's own rate is \(input)")
    }
    if !Resampler.isAvailable {
      throw HablaError(
        .unsupported,
        "this build of Habla cannot change the voice's \(input) samples per second to \(output)",
        hint: "ask for the voice's own rate, or build with the package trait LibSampleRate")
    }
  }
}

/// Changes the sample rate of one stretch of sound after another.
///
/// Goals in order: the same samples however the input is cut; no sound beyond half of either rate;
/// the output aligned with the input; little delay. A stretch is silence before and after itself.
///
/// Measured, relative to half the lower rate: flat within 0.1 dB up to 0.86, -3 dB at 0.90, what lies
/// beyond 1 down by more than 100 dB. The delay is 6 ms from 22,050 to 8,000 samples per second.
/// libsamplerate's best filter reaches 0.95 at four times the work and three times the delay.
///
/// Source: J. O. Smith, Digital Audio Resampling (band-limited interpolation), as implemented by
/// libsamplerate. Threads: one at a time.
package final class Resampler {
  private let rates: SampleRates
  /// Input samples of this stretch so far.
  private var taken = 0
  /// Output samples of this stretch so far.
  private var given = 0
  /// Where libsamplerate writes.
  private var block = [Float](repeating: 0, count: 2048)

  #if LibSampleRate
  package static let isAvailable = true

  private let state: OpaquePointer

  /// Makes a resampler between rates that were checked.
  ///
  /// - Throws: `HablaError` of kind `.memory`.
  package init(_ rates: SampleRates) throws {
    var code: Int32 = 0
    guard let state = src_new(Int32(SRC_SINC_MEDIUM_QUALITY), 1, &code) else {
      throw HablaError(.memory, "libsamplerate: \(Self.reason(code))")
    }
    self.rates = rates
    self.state = state
  }

  deinit { src_delete(state) }

  /// Begins a new stretch.
  package func begin() {
    src_reset(state)
    taken = 0
    given = 0
  }

  /// Takes the next samples of a stretch and appends to `output` what they complete.
  ///
  /// After the last ones, `output` has had exactly `rates.position` of the input's length.
  package func push(_ input: [Float], isLast: Bool, to output: inout [Float]) throws {
    taken += input.count
    try feed(input, limit: .max, to: &output)
    if !isLast { return }
    let length = rates.position(taken)
    let silence = [Float](repeating: 0, count: 512)
    while given < length { try feed(silence, limit: length - given, to: &output) }
  }

  /// Gives `input` to libsamplerate, and up to `limit` samples of what comes out to `output`.
  private func feed(_ input: [Float], limit: Int, to output: inout [Float]) throws {
    var used = 0
    var produced = 0
    try input.withUnsafeBufferPointer { input in
      try block.withUnsafeMutableBufferPointer { block in
        var isFull = false
        while (used < input.count || isFull) && produced < limit {
          var data = SRC_DATA()
          data.data_in = input.baseAddress.map { $0 + used }
          data.input_frames = input.count - used
          data.data_out = block.baseAddress
          data.output_frames = min(block.count, limit - produced)
          data.src_ratio = Double(rates.output) / Double(rates.input)
          let code = src_process(state, &data)
          if code != 0 { throw HablaError(.internal, "libsamplerate: \(Self.reason(code))") }
          used += data.input_frames_used
          produced += data.output_frames_gen
          output += block[..<data.output_frames_gen]
          isFull = data.output_frames_gen == block.count
        }
      }
    }
    given += produced
  }

  private static func reason(_ code: Int32) -> String {
    src_strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
  #else
  package static let isAvailable = false

  package init(_ rates: SampleRates) throws {
    try rates.check()
    self.rates = rates
  }

  package func begin() {}

  package func push(_ input: [Float], isLast: Bool, to output: inout [Float]) throws {
    try rates.check()
    output += input
  }
  #endif
}
