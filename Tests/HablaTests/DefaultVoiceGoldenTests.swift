import Habla
import HablaKernels
import HablaNetwork
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One example of the default voice's goldens: noise scales and sdp ratio 0, length scale 1.
struct DefaultVoiceCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let language: String
  let speaker: Int
  let ids: [Int]
  let tones: [Int]
  let samples: Int

  var testDescription: String { name }

  static let all: [DefaultVoiceCase] = {
    struct File: Decodable { let cases: [DefaultVoiceCase] }
    return (try? decodeFixture(File.self, "default-voice/goldens.json"))?.cases ?? []
  }()

  /// What a voice's network makes of the example's tokens, without noise.
  func latentFrames(_ voice: Voice, _ run: RunState) throws -> LatentFrames {
    let languages = [Int](repeating: language == "ES" ? 5 : 2, count: ids.count)
    return try voice.model.latentFrames(
      TokenSequence(ids: ids, tones: tones, languages: languages), speaker: speaker,
      scales: SynthesisScales(noiseScale: 0, noiseScaleW: 0, lengthScale: 1, sdpRatio: 0),
      noise: .seed(0), run)
  }
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
      let frames = try test.latentFrames(voice, state)
      #expect(frames.durations == (try golden.integers(test.name + ".w_ceil")))
      let audio = try voice.model.audio(frames, speaker: test.speaker, state)
      #expect(audio.count == test.samples)
      let expected = try golden.tensor(test.name + ".audio").values
      worst = max(worst, relativeDifference(audio, expected))
    }
    print("default voice: largest difference \(worst)")
    // The oscillator sums up F0, and with it what was rounded: 1.5e-4 after three seconds.
    #expect(worst <= 1e-3)
  }

  /// F0 in Hz of the voiced frames of an example, as the oscillator hears it.
  private func pitch(_ test: DefaultVoiceCase, _ voice: Voice) throws -> [Float] {
    let source = try #require(voice.model.configuration.decoder.source)
    let state = RunState(pool: ThreadPool(threadCount: 1))
    let latent = try test.latentFrames(voice, state)
    let width = voice.model.configuration.interChannels
    return (0..<latent.frames).compactMap { frame in
      let values = latent.values + frame * width
      if values[source.voicingChannel] < 0 { return nil }
      return source.centerPitch * exp(values[source.pitchChannel] / source.pitchScale)
    }
  }

  /// Statements fall by a quarter and more; what asks ends higher than what states.
  @Test func pitchMovesWithTheText() throws {
    let voice = try Voice.builtIn()
    for speaker in 0...1 {
      func contour(_ text: String) throws -> [Float] {
        try pitch(
          try #require(DefaultVoiceCase.all.first { $0.text == text && $0.speaker == speaker }),
          voice)
      }
      let statement = try contour("The judge isn't here")
      #expect(try #require(statement.last) < 0.75 * (try #require(statement.max())))
      let question = try contour("Hola, ¿cómo estás?")
      #expect(try #require(question.last) > 1.2 * (try #require(statement.last)))
    }
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
    // Rounding the flow to 8 bits moves the pitch a little, and with it the place of every later
    // period: samples differ, what is heard hardly does (0.4 to 1.3 dB; a 4 % change of speed makes 2).
    let distance = SpectralDistance(sampleRate: speech.sampleRate)
      .decibels(speech.samples, expected)
    #expect(distance <= 1.8)
  }
}
