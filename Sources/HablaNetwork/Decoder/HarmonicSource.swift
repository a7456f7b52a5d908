import HablaKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The decoder's oscillator: a sound with the pitch that latent frames name, and noise.
///
/// Convolutions alone have no memory for a phase: from frames that do not change they can only make
/// a sound that repeats itself every frame. Four signals, at every sample: a pulse at the start of
/// each period, the cosine and the sine of the period, and noise; where there is no voice, all but
/// the noise are zero. F0 and voicing are lines between frame centres, which are `hopLength` / 2
/// samples behind the frame's first. The noise is the same sequence for every utterance. Source:
/// Wang, Takaki and Yamagishi, "Neural source-filter waveform models" (2019).
///
/// One running utterance: frames come in, rows of signals are kept until they are discarded.
/// Threads: one caller at a time.
package final class HarmonicSource {
  /// Height of the pulses; their standard deviation is one sample.
  private static let pulseHeight: Float = 4
  /// Beyond so many samples a pulse is zero, which its value there rounds to.
  private static let pulseReach: Float = 6
  /// Hz; latent frames may be anything.
  private static let pitchRange: ClosedRange<Float> = 20...2000
  private static let channels = HarmonicSourceConfiguration.channels

  private let configuration: HarmonicSourceConfiguration
  private let inputChannels: Int
  private let hopLength: Int
  /// Zero rows before the first sample and after the last.
  private let padding: Int
  private var rows: FloatBuffer
  /// Number of the first sample that is kept, and of the one after the last.
  private var kept = 0
  private var end = 0
  /// Turns since the start of a period, -0.5...0.5, at the last sample.
  private var turns = 0.0
  private var previous: Frame?
  private let line: FloatBuffer

  /// What a latent frame says of the pitch.
  private struct Frame {
    var hertz: Double
    var voice: Float
  }

  /// A source for a decoder; `padding` is how many rows are read before and after the samples.
  package init(_ source: HarmonicSourceConfiguration, _ decoder: HiFiGANConfiguration, padding: Int)
  {
    configuration = source
    inputChannels = decoder.inputChannels
    hopLength = decoder.hopLength
    self.padding = padding
    let blocks = 2 * HiFiGANStream.blockFrames
    rows = FloatBuffer(uninitialized: (blocks * hopLength + 2 * padding) * Self.channels)
    line = FloatBuffer(uninitialized: 3 * hopLength)
    reset()
  }

  /// Forgets the utterance.
  package func reset() {
    (kept, end) = (-padding, 0)
    turns = 0
    previous = nil
    rows.pointer.update(repeating: 0, count: padding * Self.channels)
  }

  /// Rows from sample `first` on, `channels` floats each; valid until the next call of `push`.
  package func pointer(from first: Int) -> UnsafePointer<Float> {
    precondition(first >= kept, "discarded rows of the source")
    return UnsafePointer(rows.pointer + (first - kept) * Self.channels)
  }

  /// Takes `frames` latent frames, and the end of the utterance if `isLast`; rows before sample
  /// `needed` are not needed any more.
  package func push(_ latent: UnsafePointer<Float>, frames: Int, isLast: Bool, needed: Int) {
    makeRoom(forSamples: (frames + 1) * hopLength + padding, needed: needed)
    for frame in 0..<frames {
      let values = latent + frame * inputChannels
      let next = Frame(
        hertz: hertz(values[configuration.pitchChannel]),
        voice: Self.limited((values[configuration.voicingChannel] + 1) / 2, to: 0...1))
      if let previous {
        append(from: previous, to: next, parts: 0..<hopLength)
      } else {
        append(from: next, to: next, parts: hopLength / 2..<hopLength)
      }
      previous = next
    }
    guard isLast, let last = previous else { return }
    append(from: last, to: last, parts: 0..<hopLength / 2)
    (rows.pointer + (end - kept) * Self.channels)
      .update(repeating: 0, count: padding * Self.channels)
  }

  private func hertz(_ value: Float) -> Double {
    let pitch = configuration.centerPitch * exp(value / configuration.pitchScale)
    return Double(Self.limited(pitch, to: Self.pitchRange))
  }

  /// The nearest value of a range; of a NaN its lower bound.
  private static func limited(_ value: Float, to range: ClosedRange<Float>) -> Float {
    value > range.upperBound
      ? range.upperBound : value > range.lowerBound ? value : range.lowerBound
  }

  private func makeRoom(forSamples count: Int, needed: Int) {
    let first = max(kept, min(needed, end))
    let used = (end - first) * Self.channels
    let from = rows.pointer + (first - kept) * Self.channels
    let wanted = used + count * Self.channels
    if wanted > rows.count {
      let larger = FloatBuffer(uninitialized: wanted)
      larger.pointer.update(from: from, count: used)
      rows = larger
    } else if first > kept {
      rows.pointer.update(from: from, count: used)
    }
    kept = first
  }

  /// Rows for `parts` of the way between two frame centres, in samples.
  private func append(from first: Frame, to second: Frame, parts: Range<Int>) {
    let phase = line.pointer
    let (period, voice) = (phase + hopLength, phase + 2 * hopLength)
    let rate = Double(configuration.sampleRate)
    for (i, part) in parts.enumerated() {
      let weight = Double(part) / Double(hopLength)
      let hertz = first.hertz + (second.hertz - first.hertz) * weight
      turns += hertz / rate
      turns -= turns.rounded()
      phase[i] = Float(turns)
      period[i] = Float(rate / hertz)
      voice[i] = first.voice + (second.voice - first.voice) * Float(weight)
    }
    let row = rows.pointer + (end - kept) * Self.channels
    for i in 0..<parts.count {
      let (out, turn) = (row + i * Self.channels, phase[i])
      let distance = turn * period[i]
      // Most samples are between the pulses.
      let pulse =
        abs(distance) < Self.pulseReach
        ? Self.pulseHeight * exp(-0.5 * distance * distance) : 0
      let isInside = abs(turn) <= 0.25
      out[0] = pulse * voice[i]
      out[1] = Self.sine(ofTurns: 0.25 - abs(turn)) * voice[i]
      out[2] = Self.sine(ofTurns: isInside ? turn : (turn < 0 ? -0.5 : 0.5) - turn) * voice[i]
      out[3] = Self.noise(at: end + i)
    }
    end += parts.count
  }

  /// sin(2 pi x) for x in -0.25...0.25; the first term left out is below 6e-8.
  private static func sine(ofTurns x: Float) -> Float {
    let y = 2 * Float.pi * x
    let square = y * y
    var sum: Float = -1 / 39_916_800
    sum = sum * square + 1 / 362_880
    sum = sum * square - 1 / 5040
    sum = sum * square + 1 / 120
    sum = sum * square - 1 / 6
    return y + y * square * sum
  }

  /// White noise of unit power: a hash of the sample's number, evenly spread.
  package static func noise(at sample: Int) -> Float {
    var x = UInt32(truncatingIfNeeded: sample) &* 0x9E37_79B1
    x = (x ^ (x >> 16)) &* 0x85EB_CA6B
    x = (x ^ (x >> 13)) &* 0xC2B2_AE35
    x ^= x >> 16
    return (Float(x >> 8) * 0x1p-23 - 1) * 1.732_050_8
  }
}
