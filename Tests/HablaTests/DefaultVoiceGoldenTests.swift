import Habla
import HablaKernels
import HablaNetwork
import TestSupport
import Testing

/// One example of the default voice's goldens: noise scales and sdp ratio 0, length scale 1.
struct DefaultVoiceCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let language: String
  let speaker: Int
  let ids: [Int]
  let samples: Int

  var testDescription: String { name }

  static let all: [DefaultVoiceCase] = {
    struct File: Decodable { let cases: [DefaultVoiceCase] }
    return (try? decodeFixture(File.self, "default-voice/goldens.json"))?.cases ?? []
  }()
}

@Suite struct DefaultVoiceGoldenTests {
  private static let quiet: SynthesisOptions = {
    var options = SynthesisOptions()
    options.noiseScale = 0
    options.noiseScaleW = 0
    options.sdpRatio = 0
    // The voice's rules leave numbers to espeak-ng.
    options.normalizesText = false
    return options
  }()

  @Test func casesAreThere() { #expect(DefaultVoiceCase.all.count == 12) }

  /// The source checkpoint gives the reference's durations and audio from the reference's tokens.
  @Test func sourceVoiceMeetsTheGoldens() throws {
    let voice = try Voice(path: Fixtures.repository + "/Voices/default")
    let golden = try GoldenFile("default-voice/goldens.safetensors")
    var worst = 0.0
    for test in DefaultVoiceCase.all {
      let state = RunState(pool: ThreadPool(threadCount: 2))
      let language = test.language == "ES" ? 5 : 2
      let frames = try voice.model.latentFrames(
        TokenSequence(
          ids: test.ids, languages: [Int](repeating: language, count: test.ids.count)),
        speaker: test.speaker,
        scales: SynthesisScales(noiseScale: 0, noiseScaleW: 0, lengthScale: 1, sdpRatio: 0),
        noise: .seed(0), state)
      #expect(frames.durations == (try golden.integers(test.name + ".w_ceil")))
      let audio = try voice.model.audio(frames, speaker: test.speaker, state)
      #expect(audio.count == test.samples)
      let expected = try golden.tensor(test.name + ".audio").values
      worst = max(worst, relativeDifference(audio, expected))
    }
    print("default voice: largest difference \(worst)")
    #expect(worst <= 1e-4)
  }

  /// The text rules and the built-in 8-bit file: same tokens, durations and nearly the same audio.
  @Test(arguments: DefaultVoiceCase.all)
  func builtInVoiceSpeaksTheExamples(_ test: DefaultVoiceCase) throws {
    var options = Self.quiet
    options.language = test.language
    options.speaker = .id(test.speaker)
    let speech = try Synthesizer(voice: .builtIn(), threads: 2)
      .synthesize(test.text, options: options)
    let golden = try GoldenFile("default-voice/goldens.safetensors")
    let expected = try golden.tensor(test.name + ".audio").values
    #expect(speech.samples.count == test.samples)
    #expect(speech.unknownSymbols.isEmpty)
    // Rounding the flow and the decoder to 8 bits moves the audio by up to 2e-2 of its peak, which
    // is a mel-cepstral distance of 0.2 dB: an eighth of what a 4 % change of speed makes.
    #expect(relativeDifference(speech.samples, expected) <= 4e-2)
  }
}
