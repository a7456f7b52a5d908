import Habla
import TestSupport
import Testing

/// Speech of a text that comes in pieces is that of the whole text.
@Suite struct IncrementalStreamTests {
  private static let voice = Result {
    let voice = try Voice.builtIn()
    voice.cache.limits.bytes = 0
    return voice
  }

  private func synthesizer() throws -> Synthesizer {
    try Synthesizer(voice: Self.voice.get(), threads: 1)
  }

  private func pull(_ stream: IncrementalStream, into chunks: inout [AudioChunk]) throws -> Bool {
    while true {
      switch try stream.next() {
      case .chunk(let chunk): chunks.append(chunk)
      case .needsText: return true
      case .end: return false
      }
    }
  }

  private func speak(
    _ pieces: [String], _ options: SynthesisOptions = SynthesisOptions()
  ) throws -> [AudioChunk] {
    let text = IncrementalText()
    let stream = try synthesizer().start(text, options: options)
    var chunks: [AudioChunk] = []
    for piece in pieces {
      try text.append(piece)
      #expect(try pull(stream, into: &chunks))
    }
    try text.finish()
    #expect(try !pull(stream, into: &chunks))
    #expect(try stream.next() == .end)
    return chunks
  }

  private func expect(_ chunks: [AudioChunk], equal speech: Speech) {
    #expect(chunks.flatMap(\.samples) == speech.samples)
    #expect(chunks.flatMap(\.marks) == speech.marks)
    var position = 0
    for (chunk, next) in zip(chunks, chunks.dropFirst()) {
      #expect(chunk.position == position && !chunk.samples.isEmpty)
      position += chunk.samples.count
      #expect(next.sentence == chunk.sentence + (chunk.isLastOfSentence ? 1 : 0))
    }
    #expect(chunks.last?.isLastOfSentence ?? true)
  }

  private func pieces(_ text: String, of size: Int) -> [String] {
    let scalars = Array(text.unicodeScalars)
    return stride(from: 0, to: scalars.count, by: size).map { start in
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars[start..<min(start + size, scalars.count)])
      return String(view)
    }
  }

  @Test(arguments: [1, 2, 5, 13, 1000]) func samplesAndMarksAreThoseOfTheWhole(_ size: Int) throws {
    var options = SynthesisOptions()
    options.speed = 2
    options.volume = 0.7
    let text =
      "¡Sí! Cuesta 3.14, Sr. López.\n\nCafe\u{301}... 👨‍👩‍👧 Otro párrafo, con más. ¿Y bien?\n\n\nFin.\n"
    let speech = try synthesizer().synthesize(text, options: options)
    let chunks = try speak(pieces(text, of: size), options)
    expect(chunks, equal: speech)
    #expect(chunks.filter(\.isLastOfSentence).count > 4)
  }

  @Test(arguments: ["", " ", "...", "¿?\n\n¡!", "Sí", "Sí.\n\n", "\n\nSí.\n\n...\n\n¿?"])
  func littleText(_ text: String) throws {
    expect(try speak(pieces(text, of: 1)), equal: try synthesizer().synthesize(text))
    expect(try speak([text]), equal: try synthesizer().synthesize(text))
    expect(try speak([text, "", ""]), equal: try synthesizer().synthesize(text))
  }

  /// A paragraph that is complete is spoken although nothing follows it yet.
  @Test func aPauseOfTheWriter() throws {
    let text = IncrementalText()
    let stream = try synthesizer().start(text)
    var chunks: [AudioChunk] = []
    try text.append("Voy a mirarlo.\n\n")
    #expect(try pull(stream, into: &chunks))
    let whole = try synthesizer().synthesize("Voy a mirarlo.")
    let given = chunks.reduce(0) { $0 + $1.samples.count }
    // All but the few milliseconds in which it will be known whether a silence follows.
    #expect(given > whole.samples.count - 100 && given < whole.samples.count)
    #expect(try stream.next() == .needsText)
    try text.append("Son las tres.")
    try text.finish()
    #expect(try !pull(stream, into: &chunks))
    expect(chunks, equal: try synthesizer().synthesize("Voy a mirarlo.\n\nSon las tres."))
  }

  @Test func bytesMayEndInsideCharacters() throws {
    let text = IncrementalText()
    for byte in "ñ👍é".utf8 { try text.append(utf8: [byte]) }
    #expect(text.take().text == "ñ👍é")
    for bytes: [UInt8] in [
      [0xFF], [0x61, 0xC3, 0x28], [0x80], [0xED, 0xA0, 0x80], [0xE6, 0x97, 0x7A],
    ] {
      let error = #expect(throws: HablaError.self) { try text.append(utf8: bytes) }
      #expect(error?.kind == .text)
    }
    #expect(text.take().text == "")
    try text.append(utf8: [0xF0, 0x9F])
    let wrong = #expect(throws: HablaError.self) { try text.append(utf8: [0x41]) }
    #expect(wrong?.message.contains("byte 8") == true)
    try text.append(utf8: [0x91, 0x8D, 0xC3])
    #expect(text.take().text == "👍")
    let cut = #expect(throws: HablaError.self) { try text.finish() }
    #expect(cut?.kind == .text && text.isFinished)
    try text.finish()
    let late = #expect(throws: HablaError.self) { try text.append("más") }
    #expect(late?.kind == .argument)
  }

  @Test func cancelling() throws {
    let synthesizer = try synthesizer()
    let text = IncrementalText()
    let stream = try synthesizer.start(text)
    try text.append("Una frase. Y otra. Y otra más.")
    guard case .chunk = try stream.next() else {
      Issue.record("no chunk")
      return
    }
    synthesizer.cancel()
    for _ in 0..<2 {
      let error = #expect(throws: HablaError.self) { _ = try stream.next() }
      #expect(error?.kind == .cancelled)
    }
    let error = #expect(throws: HablaError.self) { try text.append("más") }
    #expect(error?.kind == .cancelled)
    #expect(throws: HablaError.self) {
      var options = SynthesisOptions()
      options.speed = 9
      _ = try synthesizer.start(IncrementalText(), options: options)
    }
  }

  @Test func anAsynchronousSequenceOfPieces() async throws {
    let synthesizer = try synthesizer()
    let text = "Hola, ¿qué tal? Son las 3.15, Sr. Ruiz. Adiós."
    let speech = try synthesizer.synthesize(text)
    let (tokens, writer) = AsyncStream.makeStream(of: String.self)
    let writing = Task {
      for piece in pieces(text, of: 3) {
        writer.yield(piece)
        await Task.yield()
      }
      writer.finish()
    }
    var chunks: [AudioChunk] = []
    for try await chunk in try synthesizer.stream(tokens) { chunks.append(chunk) }
    await writing.value
    expect(chunks, equal: speech)

    struct Failure: Error {}
    let failing = AsyncThrowingStream<String, any Error> { source in
      source.yield("Hola. ¿Qué tal estás? ")
      source.finish(throwing: Failure())
    }
    await #expect(throws: Failure.self) {
      for try await _ in try synthesizer.stream(failing) {}
    }
  }

  @Test func aShortAnswerThatIsCompleteComesFromTheCache() throws {
    let voice = try Voice.builtIn()
    let synthesizer = try Synthesizer(voice: voice, threads: 1)
    let speech = try synthesizer.synthesize("Son las tres.")
    for pulls in [false, true] {
      let text = IncrementalText()
      let stream = try synthesizer.start(text)
      var chunks: [AudioChunk] = []
      for piece in ["Son ", "las ", "tr", "es."] {
        try text.append(piece)
        if pulls { #expect(try pull(stream, into: &chunks)) }
      }
      try text.finish()
      #expect(try !pull(stream, into: &chunks))
      expect(chunks, equal: speech)
    }
    #expect(voice.cache.statistics.hits == 2 && voice.cache.statistics.misses == 1)
  }
}
