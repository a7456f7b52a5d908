import Habla
import TestSupport
import Testing

/// Preloading changes how soon speech comes, and nothing else.
@Suite struct PreloadTests {
  @Test(arguments: [1, 2]) func samplesStayTheSame(_ threads: Int) throws {
    var options = SynthesisOptions()
    options.speaker = .named("F")
    options.seed = 3
    let text = "Hola, ¿qué tal? Son las tres."
    let expected = try Synthesizer(voice: Voice.builtIn(), threads: threads)
      .synthesize(text, options: options)
    let voice = try Voice.builtIn()
    try voice.preload(threads: threads)
    let synthesizer = try Synthesizer(voice: voice, threads: threads)
    try synthesizer.preload()
    try synthesizer.preload()
    #expect(voice.cache.statistics == SpeechCache.Statistics())
    #expect(try synthesizer.synthesize(text, options: options) == expected)
  }

  /// Voices of every family, some of which read no text that Habla can read.
  @Test(arguments: [
    "melo-tiny", "melo-resblock2-residualflow", "piper-tiny/single", "piper-tiny/multi",
    "hf-vits-tiny/single", "hf-vits-tiny/multi",
  ])
  func everyFamily(_ name: String) throws {
    let voice = try Voice(path: Fixtures.path(name))
    voice.cache.limits.bytes = 0
    let synthesizer = try Synthesizer(voice: voice, threads: 2)
    let tokens = TokenInput(ids: [1, 0, 5, 0, 2, 0, 3])
    let expected = try synthesizer.synthesize(tokens: tokens)
    try synthesizer.preload()
    #expect(try synthesizer.synthesize(tokens: tokens) == expected)
  }

  @Test func endsWhatWasSpoken() throws {
    let synthesizer = try Synthesizer(voice: Voice.builtIn(), threads: 1)
    let stream = try synthesizer.start("Una frase bastante larga, para que haya varios trozos.")
    _ = try stream.next()
    try synthesizer.preload()
    let error = #expect(throws: HablaError.self) { _ = try stream.next() }
    #expect(error?.kind == .cancelled)
  }
}
