import Habla
import TestSupport
import Testing

/// The entry point that takes token ids.
@Suite struct TokenInputTests {
  private static let voice = Result { try Voice(path: Fixtures.path("melo-tiny")) }

  private func synthesizer(_ threads: Int) throws -> Synthesizer {
    try Synthesizer(voice: Self.voice.get(), threads: threads)
  }

  private func input(tokens: Int = 60) -> TokenInput {
    var input = TokenInput(ids: (0..<tokens).map { $0 % 2 == 0 ? 0 : 1 + $0 % 200 })
    input.tones = [Int](repeating: 12, count: tokens)
    input.languages = [Int](repeating: 5, count: tokens)
    return input
  }

  @Test func goldenThroughThePublicCall() throws {
    let test = try #require(MeloTTSCase.all.first { $0.name == "t41-default" })
    let golden = try GoldenFile("\(test.folder)/goldens/\(test.file)")
    let inputs = try GoldenFile("\(test.folder)/goldens/\(test.inputs)")
    var tokens = TokenInput(ids: try inputs.integers("ids"))
    tokens.tones = try inputs.integers("tone")
    tokens.languages = try inputs.integers("lang")
    tokens.prosody = try inputs.tensor("ja_bert").timeMajor()
    tokens.noise = TokenInput.Noise(
      durations: try golden.tensor("noise_dp").values,
      latents: try golden.tensor("noise_z").timeMajor())
    var options = SynthesisOptions()
    options.speaker = .id(test.speakerId)
    options.noiseScale = test.noiseScale
    options.noiseScaleW = test.noiseScaleW
    options.sdpRatio = test.sdpRatio
    options.speed = 1 / Double(test.lengthScale)
    let speech = try synthesizer(2).synthesize(tokens: tokens, options: options)
    #expect(speech.frames == (try golden.tensor("w_ceil").values.map { Int($0) }))
    #expect(relativeDifference(speech.samples, try golden.tensor("audio").values) <= 1e-4)
  }

  @Test(arguments: [1, 7, 60, 200])
  func sameSeedSameSamplesForAnyThreadCount(_ tokens: Int) throws {
    var options = SynthesisOptions()
    options.seed = 42
    let reference = try synthesizer(1).synthesize(tokens: input(tokens: tokens), options: options)
    #expect(reference.samples.allSatisfy { $0.isFinite })
    for threads in [1, 2, 3] {
      let speech = try synthesizer(threads)
        .synthesize(tokens: input(tokens: tokens), options: options)
      #expect(speech == reference, "\(threads) threads")
    }
    options.seed = 43
    let other = try synthesizer(2).synthesize(tokens: input(tokens: tokens), options: options)
    #expect(other != reference)
  }

  @Test func speedScalesDurations() throws {
    var frames: [Double: Int] = [:]
    for speed in [0.5, 1, 2] {
      var options = SynthesisOptions()
      options.speed = speed
      options.noiseScaleW = 0
      frames[speed] = try synthesizer(1).synthesize(tokens: input(), options: options).frames
        .reduce(0, +)
    }
    let normal = try #require(frames[1])
    // Rounding up to whole frames makes slow speech a little faster and fast speech slower.
    #expect(abs(Double(frames[0.5] ?? 0) / Double(normal) - 2) < 0.5)
    #expect((frames[2] ?? 0) < normal)
  }

  @Test func badInputIsRefused() throws {
    let synthesizer = try synthesizer(1)
    func kind(_ change: (inout TokenInput) -> Void) -> HablaError.Kind? {
      var tokens = input()
      change(&tokens)
      do {
        _ = try synthesizer.synthesize(tokens: tokens)
        return nil
      } catch { return (error as? HablaError)?.kind }
    }
    #expect(kind { _ in } == nil)
    #expect(kind { $0.ids[3] = 219 } == .argument)
    #expect(kind { $0.ids[3] = -1 } == .argument)
    #expect(kind { $0.ids[3] = .max } == .argument)
    #expect(kind { $0.tones[0] = 16 } == .argument)
    #expect(kind { $0.tones.removeLast() } == .argument)
    #expect(kind { $0.languages[0] = 8 } == .argument)
    #expect(kind { $0.prosody = [1, 2, 3] } == .argument)
    #expect(kind { $0.secondProsody = [] } == .argument)
    #expect(kind { $0.noise = .init(durations: [], latents: []) } == .argument)
    #expect(kind { $0 = TokenInput(ids: []) } == .text)
  }

  @Test func tokensEndAStream() throws {
    let synthesizer = try synthesizer(1)
    let symbols = synthesizer.voice.symbols.filter { $0.count == 1 }.prefix(40).joined()
    let stream = try synthesizer.start(symbols, kind: .phonemes)
    _ = try stream.next()
    _ = try synthesizer.synthesize(tokens: input())
    // The stream's frames are gone: it must not go on with others.
    let error = #expect(throws: HablaError.self) { _ = try stream.next() }
    #expect(error?.kind == .cancelled)
  }
}
