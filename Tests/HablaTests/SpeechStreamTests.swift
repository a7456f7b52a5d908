import Habla
import TestSupport
import Testing

/// Streams of the built-in voice: chunks, marks, silences, cancellation.
@Suite struct SpeechStreamTests {
  /// Without its cache, or texts spoken twice would be given back rather than computed.
  private static let voice = Result {
    let voice = try Voice.builtIn()
    voice.cache.limits.bytes = 0
    return voice
  }
  private let text = "Hola, ¿qué tal? Hoy es lunes.\n\nEste párrafo es otro."

  private func synthesizer(_ threads: Int = 2) throws -> Synthesizer {
    try Synthesizer(voice: Self.voice.get(), threads: threads)
  }

  private func chunks(
    _ text: String, _ options: SynthesisOptions = SynthesisOptions(), kind: InputKind = .text
  ) throws -> [AudioChunk] {
    let stream = try synthesizer().start(text, options: options, kind: kind)
    var result: [AudioChunk] = []
    while let chunk = try stream.next() { result.append(chunk) }
    #expect(try stream.next() == nil)
    return result
  }

  @Test func chunksFollowOneAnother() throws {
    let all = try chunks(text)
    #expect(all.first?.position == 0)
    for (a, b) in zip(all, all.dropFirst()) {
      #expect(b.position == a.position + a.samples.count)
      #expect(b.sentence == a.sentence + (a.isLastOfSentence ? 1 : 0))
    }
    #expect(all.filter(\.isLastOfSentence).count == 3)
    #expect(all.allSatisfy { !$0.samples.isEmpty })
    let bytes = Array(text.utf8)
    let sentences = all.filter(\.isLastOfSentence)
      .map { String(decoding: bytes[$0.textRange], as: UTF8.self) }
    #expect(sentences == ["Hola, ¿qué tal?", "Hoy es lunes.", "Este párrafo es otro."])
  }

  @Test func marksPointAtTextAndSound() throws {
    let speech = try synthesizer().synthesize(text)
    let bytes = Array(text.utf8)
    let words = speech.marks.filter { $0.kind == .word }
    let spoken = words.compactMap {
      $0.textRange.map { String(decoding: bytes[$0], as: UTF8.self) }
    }
    #expect(
      spoken == ["Hola", "qué", "tal", "Hoy", "es", "lunes", "Este", "párrafo", "es", "otro"])
    for (a, b) in zip(words, words.dropFirst()) {
      #expect(a.sampleRange.upperBound <= b.sampleRange.lowerBound)
    }
    for mark in speech.marks {
      #expect(mark.sampleRange.lowerBound >= 0)
      #expect(mark.sampleRange.upperBound <= speech.samples.count)
      #expect(!mark.sampleRange.isEmpty)
    }
    let starts = speech.marks.map(\.sampleRange.lowerBound)
    #expect(starts == starts.sorted())
    #expect(speech.marks.filter { $0.kind == .sentence }.count == 3)
    #expect(speech.marks.filter { $0.kind == .phoneme }.count > 30)
  }

  @Test(arguments: [1, 2, 3, 7, 16, 64, 4096])
  func chunkSizesGiveTheSameSound(_ size: Int) throws {
    var options = SynthesisOptions()
    options.chunks = ChunkSchedule(first: 4096, largest: 4096)
    let whole = try synthesizer().synthesize("Buenos días a todos.", options: options)
    options.chunks = ChunkSchedule(first: size, largest: size)
    let pieces = try synthesizer().synthesize("Buenos días a todos.", options: options)
    #expect(pieces.marks == whole.marks)
    #expect(pieces.samples.count == whole.samples.count)
    let difference = zip(pieces.samples, whole.samples).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(difference <= 1e-5)
  }

  @Test func silencesStandBetweenSentencesOnly() throws {
    var options = SynthesisOptions()
    options.sentenceSilence = 0
    options.paragraphSilence = 0
    let none = try synthesizer().synthesize(text, options: options).samples.count
    options.sentenceSilence = 0.1
    let sentences = try synthesizer().synthesize(text, options: options).samples.count
    #expect(sentences == none + 2205)
    options.paragraphSilence = 0.2
    let both = try synthesizer().synthesize(text, options: options).samples.count
    #expect(both == sentences + 4410)
    options.speed = 2
    options.sentenceSilence = 0
    options.paragraphSilence = 0
    let fast = try synthesizer().synthesize(text, options: options).samples.count
    options.paragraphSilence = 0.2
    #expect(try synthesizer().synthesize(text, options: options).samples.count == fast + 2205)
  }

  @Test func volumeScales() throws {
    var options = SynthesisOptions()
    let normal = try synthesizer().synthesize("Hola.", options: options).samples
    options.volume = 0.5
    #expect(
      try synthesizer().synthesize("Hola.", options: options).samples == normal.map { $0 / 2 })
  }

  @Test func cancelEndsTheStream() throws {
    let synthesizer = try synthesizer()
    let stream = try synthesizer.start(String(repeating: "Una frase larga, y otra. ", count: 50))
    _ = try stream.next()
    synthesizer.cancel()
    for _ in 0..<2 {
      let error = #expect(throws: HablaError.self) { _ = try stream.next() }
      #expect(error?.kind == .cancelled)
    }
    #expect(try synthesizer.synthesize("Hola.").samples.isEmpty == false)
  }

  @Test func aNewTextEndsTheOneBefore() throws {
    let synthesizer = try synthesizer()
    let first = try synthesizer.start(text)
    _ = try first.next()
    let second = try synthesizer.start("Hola.")
    #expect(throws: HablaError.self) { _ = try first.next() }
    #expect(try second.next() != nil)
  }

  @Test func asynchronousSequence() async throws {
    let synthesizer = try synthesizer()
    var samples: [Float] = []
    for try await chunk in try synthesizer.stream(text) { samples += chunk.samples }
    #expect(samples == (try synthesizer.synthesize(text).samples))
  }

  @Test func cancellingTheTaskEndsTheSequence() async throws {
    let synthesizer = try synthesizer()
    let long = String(repeating: "Una frase larga, y otra. ", count: 2000)
    let task = Task {
      var count = 0
      for try await _ in try synthesizer.stream(long) {
        count += 1
        if count == 2 { withUnsafeCurrentTask { $0?.cancel() } }
      }
      return count
    }
    let error = await #expect(throws: HablaError.self) { _ = try await task.value }
    #expect(error?.kind == .cancelled)
  }

  @Test func manySynthesizersShareOneVoice() async throws {
    let voice = try Self.voice.get()
    let texts = (0..<4).map { "Frase número \($0)." }
    let expected = try texts.map {
      try Synthesizer(voice: voice, threads: 1).synthesize($0).samples
    }
    try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
      for index in 0..<8 {
        group.addTask {
          let synthesizer = try Synthesizer(voice: voice, threads: 1 + index % 3)
          return (index % 4, try synthesizer.synthesize(texts[index % 4]).samples)
        }
      }
      for try await (index, samples) in group { #expect(samples == expected[index]) }
    }
  }

  @Test func phonemesAsInput() throws {
    let speech = try synthesizer().synthesize("ˈola kˈomo estˈas?", kind: .phonemes)
    #expect(speech.samples.count > 10_000)
    #expect(speech.unknownSymbols.isEmpty)
    #expect(speech.marks.filter { $0.kind == .word }.count == 3)
    #expect(try synthesizer().synthesize("§", kind: .phonemes).samples.isEmpty)
  }
}

/// Text that nobody should send, and somebody will.
@Suite struct OddTextTests {
  private static let voice = Result { try Voice.builtIn() }

  private func speak(_ text: String) throws -> Speech {
    try Synthesizer(voice: Self.voice.get(), threads: 2).synthesize(text)
  }

  @Test(arguments: ["", " ", "\n\n\n", "\u{0}", "\t\r\n", "...", "¿?", "—", "\u{FEFF}"])
  func nothingToSpeakIsSilence(_ text: String) throws {
    let speech = try speak(text)
    #expect(speech.samples.isEmpty)
    #expect(speech.marks.isEmpty)
  }

  @Test(arguments: [
    "Hola \u{0} mundo", "Hola 👋🏽 mundo", "a\u{301}\u{301}\u{301}rbol", "Hola\u{1}\u{2}\u{7F}",
    "12345678901234567890123456789012345678901234567890", "日本 y 中文", "\u{202E}Hola",
    "HOLA HOLA HOLA", "a", "¡¡¡Hola!!!", "(hola) [mundo] {adiós}", "x²+y²=z²", "\u{FFFD}hola",
  ])
  func oddTextIsSpoken(_ text: String) throws {
    let speech = try speak(text)
    #expect(speech.samples.allSatisfy { $0.isFinite })
    #expect(speech.samples.count > 1000)
  }

  @Test func aWordOfTenThousandLettersIsSpokenInPieces() throws {
    let speech = try speak(String(repeating: "palabra", count: 1429))
    #expect(speech.marks.filter { $0.kind == .sentence }.count > 10)
    #expect(speech.samples.count > 1_000_000)
  }
}
