import HablaCheckpoints
import HablaKernels
import HablaNetwork
import TestSupport
import Testing

/// A small decoder with a source, and what PyTorch makes of some frames (Fixtures/decoder-source).
private struct SourceCase {
  static let sizes = HiFiGANConfiguration(
    inputChannels: 6, initialChannels: 32, upsampleRates: [2, 4, 8, 4],
    upsampleKernelSizes: [4, 8, 16, 8], residualBlock: .two, residualKernelSizes: [3],
    residualDilations: [[1, 2]], speakerChannels: 3,
    source: HarmonicSourceConfiguration(
      sampleRate: 22_050, pitchChannel: 1, voicingChannel: 4, centerPitch: 140, pitchScale: 4))

  let golden: GoldenFile

  init() throws { golden = try GoldenFile("decoder-source/decoder.safetensors") }

  var weights: WeightReader { WeightReader(golden.source) { "w." + $0 } }

  func latent() throws -> [Float] { try golden.tensor("in.z").timeMajor() }

  func speaker() throws -> [Float] { try golden.tensor("in.g").values }
}

@Suite struct SourceTests {
  private let unit: SourceCase

  init() throws { unit = try SourceCase() }

  @Test func decoderWithSourceMeetsGoldens() throws {
    let (latent, speaker) = (try unit.latent(), try unit.speaker())
    let expected = try unit.golden.tensor("out.audio").values
    let reference = try HiFiGANReference(SourceCase.sizes, weights: unit.weights)
    #expect(largestDifference(reference.forward(latent, speaker: speaker), expected) < 2e-5)
    let decoder = try HiFiGAN(SourceCase.sizes, weights: unit.weights)
    let samples = decoder.forward(
      latent, frames: latent.count / 6, speakerVector: speaker, pool: ThreadPool(threadCount: 2))
    #expect(largestDifference(samples, expected) < 2e-5)
  }

  @Test func sourceMeetsGoldens() throws {
    let latent = try unit.latent()
    let frames = latent.count / 6
    let expected = try unit.golden.tensor("out.source").timeMajor()
    let source = HarmonicSource(
      try #require(SourceCase.sizes.source), SourceCase.sizes, padding: 128)
    for chunk in [1, 5, frames] {
      source.reset()
      var found: [Float] = []
      for first in stride(from: 0, to: frames, by: chunk) {
        let count = min(chunk, frames - first)
        let isLast = first + count == frames
        let known = found.count / 4
        latent.withUnsafeBufferPointer { rows in
          guard let base = rows.baseAddress else { return }
          source.push(base + first * 6, frames: count, isLast: isLast, needed: known)
        }
        // A frame's second half waits for the next frame.
        let end = (first + count) * 256 - (isLast ? 0 : 128)
        found += UnsafeBufferPointer(start: source.pointer(from: known), count: (end - known) * 4)
      }
      #expect(largestDifference(found, expected) < 1e-4, "\(chunk) frames at once")
    }
  }

  @Test func streamEqualsWholeUtteranceForEveryChunkSizeAndThreadCount() throws {
    let decoder = try HiFiGAN(SourceCase.sizes, weights: unit.weights)
    let reference = try HiFiGANReference(SourceCase.sizes, weights: unit.weights)
    let speaker = try unit.speaker()
    for threads in [1, 3] {
      let stream = HiFiGANStream(decoder, pool: ThreadPool(threadCount: threads))
      for frames in [0, 1, 2, 9, 150] {
        let latent = testValues(frames * 6, seed: UInt64(frames + 1))
        let expected = reference.forward(latent, speaker: speaker)
        for chunk in [1, 3, 64, max(frames, 1)] {
          let samples = streamed(latent, channels: 6, chunk: chunk, speaker: speaker, stream)
          #expect(
            largestDifference(samples, expected) < 2e-5,
            "\(frames) frames by \(chunk), \(threads) threads")
        }
      }
    }
  }

  @Test func framesThatAreNoNumbersGiveSignalsThatAre() throws {
    let source = HarmonicSource(
      try #require(SourceCase.sizes.source), SourceCase.sizes, padding: 4)
    for value in [Float.nan, .infinity, -.infinity, 1e30] {
      source.reset()
      source.push([Float](repeating: value, count: 18), frames: 3, isLast: true, needed: 0)
      let signals = UnsafeBufferPointer(start: source.pointer(from: 0), count: 768 * 4)
      #expect(signals.allSatisfy { $0.isFinite && abs($0) <= 4 }, "\(value)")
    }
  }

  @Test func impossibleSourcesAreRefused() throws {
    func refused(_ change: (inout HarmonicSourceConfiguration) -> Void) throws {
      var sizes = SourceCase.sizes
      var source = try #require(sizes.source)
      change(&source)
      sizes.source = source
      #expect(throws: CheckpointError.self, "\(source)") { try sizes.check() }
    }
    try SourceCase.sizes.check()
    try refused { $0.pitchChannel = 6 }
    try refused { $0.pitchChannel = -1 }
    try refused { $0.voicingChannel = 6 }
    try refused { $0.sampleRate = 0 }
    try refused { $0.centerPitch = 0 }
    try refused { $0.centerPitch = .nan }
    try refused { $0.pitchScale = 0 }
    try refused { $0.pitchScale = .infinity }
    var odd = SourceCase.sizes
    odd.upsampleKernelSizes[1] = 9
    #expect(throws: CheckpointError.self) { try odd.check() }
    odd = SourceCase.sizes
    odd.upsampleRates = [3]
    odd.upsampleKernelSizes = [7]
    #expect(throws: CheckpointError.self) { try odd.check() }
    odd = SourceCase.sizes
    odd.upsampleRates = [64, 64, 4, 1]
    odd.upsampleKernelSizes = [128, 128, 8, 1]
    #expect(throws: CheckpointError.self) { try odd.check() }
    let missing = WeightReader(unit.golden.source) {
      "w." + ($0 == "noise_convs.2.bias" ? "other" : $0)
    }
    #expect(throws: CheckpointError.self) { try HiFiGAN(SourceCase.sizes, weights: missing) }
  }
}
