import Habla
import TestSupport
import Testing

/// Speech at other rates than the voice's.
@Suite(.enabled(if: Resampler.isAvailable)) struct OutputRateTests {
  /// Without its cache, or texts spoken twice would be given back rather than computed.
  private static let voice = Result {
    let voice = try Voice.builtIn()
    voice.cache.limits.bytes = 0
    return voice
  }
  private let text = "Hola, ¿qué tal? Hoy es lunes.\n\nEste párrafo es otro."

  private func chunks(
    _ text: String, _ options: SynthesisOptions, _ synthesizer: Synthesizer? = nil
  ) throws -> [AudioChunk] {
    let synthesizer = try synthesizer ?? Synthesizer(voice: Self.voice.get(), threads: 2)
    let stream = try synthesizer.start(text, options: options)
    var result: [AudioChunk] = []
    while let chunk = try stream.next() { result.append(chunk) }
    return result
  }

  private func options(
    _ rate: Int?, _ change: (inout SynthesisOptions) -> Void = { _ in }
  ) -> SynthesisOptions {
    var options = SynthesisOptions()
    options.outputRate = rate
    change(&options)
    return options
  }

  @Test(arguments: [8000, 11_025, 16000, 24000, 44100, 48000, 192_000])
  func lengthsAndMarksAreThoseOfTheVoice(_ rate: Int) throws {
    let plain = try chunks(text, options(nil))
    let changed = try chunks(text, options(rate))
    let rates = SampleRates(input: 22050, output: rate)
    #expect(changed.allSatisfy { $0.sampleRate == rate && !$0.samples.isEmpty })
    for (a, b) in zip(changed, changed.dropFirst()) {
      #expect(b.position == a.position + a.samples.count)
    }
    let marks = plain.flatMap(\.marks)
    let changedMarks = changed.flatMap(\.marks)
    #expect(changedMarks.count == marks.count)
    #expect(changedMarks.map(\.label) == marks.map(\.label))
    var (start, changedStart) = (0, 0)
    // A sentence and its silence are each rounded once, at either rate.
    let rounding = 2 + Int((Double(rate) / 22050).rounded(.up))
    var sentences = 0
    for (a, b) in zip(marks, changedMarks) {
      if a.kind == .sentence {
        (start, changedStart) = (a.sampleRange.lowerBound, b.sampleRange.lowerBound)
        #expect(abs(rates.position(start) - changedStart) <= sentences * rounding)
        sentences += 1
      }
      #expect(
        b.sampleRange.lowerBound - changedStart
          == rates.position(a.sampleRange.lowerBound - start))
      #expect(
        b.sampleRange.upperBound - changedStart
          == rates.position(a.sampleRange.upperBound - start))
    }
    // A mark is in the chunk in which it begins.
    for chunk in changed {
      let range = chunk.position..<chunk.position + chunk.samples.count
      #expect(chunk.marks.allSatisfy { range.contains($0.sampleRange.lowerBound) })
    }
  }

  @Test(arguments: [8000, 44100, 48000]) func chunkSizesGiveTheSameSound(_ rate: Int) throws {
    let whole = try chunks(
      text, options(rate) { $0.chunks = ChunkSchedule(first: 4096, largest: 4096) })
    let samples = whole.flatMap(\.samples)
    for size in [1, 2, 3, 7, 64] {
      let pieces = try chunks(
        text, options(rate) { $0.chunks = ChunkSchedule(first: size, largest: size) })
      #expect(pieces.count > whole.count)
      #expect(pieces.flatMap(\.marks) == whole.flatMap(\.marks))
      let found = pieces.flatMap(\.samples)
      #expect(found.count == samples.count)
      #expect(zip(found, samples).allSatisfy { abs($0 - $1) <= 1e-5 })
    }
  }

  @Test func theVoicesOwnRateChangesNothing() throws {
    #expect(try chunks(text, options(22050)) == chunks(text, options(nil)))
  }

  @Test(arguments: [nil, 8000, 16000, 24000, 44100, 48000], [0.25, 1, 1.3, 1.5, 2, 4])
  func silencesAreExact(_ rate: Int?, _ speed: Double) throws {
    func length(_ sentence: Double, _ paragraph: Double) throws -> Int {
      try chunks(
        "Sí. No.\n\nYa.",
        options(rate) {
          $0.speed = speed
          $0.sentenceSilence = sentence
          $0.paragraphSilence = paragraph
        }
      ).reduce(0) { $0 + $1.samples.count }
    }
    let samples = Double(rate ?? 22050)
    let none = try length(0, 0)
    #expect(try length(0.123, 0) - none == Int((0.123 / speed * samples).rounded()))
    #expect(try length(0, 0.457) - none == Int((0.457 / speed * samples).rounded()))
  }

  @Test func cancellingLeavesNothingBehind() throws {
    let synthesizer = try Synthesizer(voice: Self.voice.get(), threads: 2)
    let expected = try chunks(text, options(8000), synthesizer)
    for pulls in [0, 1, 2] {
      let stream = try synthesizer.start(text, options: options(8000))
      for _ in 0..<pulls { _ = try stream.next() }
      synthesizer.cancel()
      #expect(throws: HablaError.self) { _ = try stream.next() }
      #expect(try chunks(text, options(8000), synthesizer) == expected)
    }
  }

  @Test func ratesOutOfRangeAreRefused() throws {
    let synthesizer = try Synthesizer(voice: Self.voice.get(), threads: 1)
    for rate in [.min, -1, 0, 1, 7999, 192_001, .max] {
      let error = #expect(throws: HablaError.self) {
        _ = try synthesizer.start("Hola.", options: options(rate))
      }
      #expect(error?.kind == .argument)
      #expect(error?.message.contains("\(rate)") == true)
    }
  }
}

/// A build without libsamplerate.
@Suite(.enabled(if: !Resampler.isAvailable)) struct FixedRateTests {
  @Test func otherRatesAreRefused() throws {
    let synthesizer = try Synthesizer(voice: Voice.builtIn(), threads: 1)
    var options = SynthesisOptions()
    options.outputRate = 22050
    _ = try synthesizer.start("a", options: options, kind: .phonemes)
    options.outputRate = 8000
    let error = #expect(throws: HablaError.self) {
      _ = try synthesizer.start("a", options: options, kind: .phonemes)
    }
    #expect(error?.kind == .unsupported)
    #expect(error?.hint.contains("LibSampleRate") == true)
  }
}
