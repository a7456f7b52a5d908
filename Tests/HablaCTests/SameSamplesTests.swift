import CHabla
import Habla
import HablaC
import TestSupport
import Testing

/// What C programs hear and read is what Swift programs hear and read.
@Suite struct SameSamplesTests {
  private let text = "Hola, ¿qué tal? Son las 3:15 y hay 1.234,5 km."

  private func withSession(_ body: (OpaquePointer?) throws -> Void) rethrows {
    let voice = habla_voice_open_builtin(nil, nil)
    let session = habla_session_create(voice, nil, nil)
    defer {
      habla_session_free(session)
      habla_voice_release(voice)
    }
    #expect(session != nil)
    try body(session)
  }

  @Test func defaultsAreThoseOfSwift() throws {
    let speech = try Synthesizer(voice: Voice.builtIn()).synthesize(text)
    withSession { session in
      var chunk: UnsafePointer<habla_chunk>?
      #expect(habla_session_synthesize(session, text, nil, &chunk) == HABLA_OK)
      expect(chunk, equals: speech)
    }
  }

  @Test func optionsAreThoseOfSwift() throws {
    var options = SynthesisOptions()
    options.speaker = .named("F")
    options.language = "ES"
    options.speed = 1.3
    options.noiseScale = 0.5
    options.noiseScaleW = 0.7
    options.sdpRatio = 0.2
    options.seed = 0x1234_5678_9ABC_DEF0
    options.volume = 0.8
    options.normalizesText = false
    options.sentenceSilence = 0
    options.paragraphSilence = 0.1
    options.chunks = ChunkSchedule(first: 5, largest: 20)
    options.outputRate = 22050
    let speech = try Synthesizer(voice: Voice.builtIn(), threads: 1)
      .synthesize(text, options: options)

    var same = habla_options()
    #expect(habla_options_init(&same, MemoryLayout<habla_options>.size) == HABLA_OK)
    same.speed = 1.3
    same.noise_scale = 0.5
    same.noise_scale_w = 0.7
    same.sdp_ratio = 0.2
    same.seed = 0x1234_5678_9ABC_DEF0
    same.volume = 0.8
    same.flags = HABLA_OPTION_VERBATIM
    same.sentence_silence = 0
    same.paragraph_silence = 0.1
    same.first_chunk_frames = 5
    same.largest_chunk_frames = 20
    same.output_rate = 22050
    "F".withCString { speaker in
      "es".withCString { language in
        same.speaker = speaker
        same.language = language
        withSession { session in
          var chunk: UnsafePointer<habla_chunk>?
          #expect(habla_session_synthesize(session, text, &same, &chunk) == HABLA_OK)
          expect(chunk, equals: speech)
        }
      }
    }
  }

  @Test(.enabled(if: Resampler.isAvailable)) func telephonyIsThatOfSwift() throws {
    var options = SynthesisOptions.assistant
    options.outputRate = 8000
    let speech = try Synthesizer(voice: Voice.builtIn()).synthesize(text, options: options)
    withSession { session in
      var same = habla_options()
      let size = MemoryLayout<habla_options>.size
      #expect(habla_options_init_preset(&same, size, HABLA_PRESET_ASSISTANT) == HABLA_OK)
      same.output_rate = 8000
      var chunk: UnsafePointer<habla_chunk>?
      #expect(habla_session_synthesize(session, text, &same, &chunk) == HABLA_OK)
      expect(chunk, equals: speech)
      var pcm = [Int16](repeating: 0, count: speech.samples.count)
      var clipped = -1
      #expect(
        habla_pcm16(chunk?.pointee.samples, pcm.count, &pcm, &clipped) == HABLA_OK)
      #expect(pcm == speech.pcm16.samples && clipped == speech.pcm16.clipped)
    }
  }

  @Test func chunksAreThoseOfSwift() throws {
    let stream = try Synthesizer(voice: Voice.builtIn()).start(text)
    try withSession { session in
      #expect(habla_session_start(session, text, nil) == HABLA_OK)
      var chunk: UnsafePointer<habla_chunk>?
      var lastSentence = -1
      while let expected = try stream.next() {
        #expect(habla_session_next(session, &chunk) == HABLA_CHUNK)
        let found = try #require(chunk).pointee
        #expect(
          Array(UnsafeBufferPointer(start: found.samples, count: found.sample_count))
            == expected.samples)
        #expect(found.sample_position == expected.position)
        #expect(
          found.text_begin..<found.text_end == Int64(
            expected.textRange.lowerBound)..<Int64(expected.textRange.upperBound))
        #expect(found.sentence == expected.sentence && found.sample_rate == expected.sampleRate)
        #expect((found.flags & HABLA_CHUNK_SENTENCE_END != 0) == expected.isLastOfSentence)
        #expect(
          (found.flags & HABLA_CHUNK_SENTENCE_BEGIN != 0) == (expected.sentence != lastSentence))
        #expect(found.mark_count == expected.marks.count)
        lastSentence = expected.sentence
      }
      #expect(habla_session_next(session, &chunk) == HABLA_END)
      #expect(chunk == nil)
    }
  }

  @Test func fixtureVoiceSpeaksPhonemes() throws {
    let path = Fixtures.path("melo-tiny")
    let symbols = try Voice(path: path).symbols.filter { $0.count == 1 }.prefix(6).joined()
    let speech = try Synthesizer(voice: Voice(path: path)).synthesize(symbols, kind: .phonemes)
    let voice = habla_voice_open(path, nil, nil)
    let session = habla_session_create(voice, nil, nil)
    defer { habla_session_free(session) }
    habla_voice_release(voice)
    var options = habla_options()
    _ = habla_options_init(&options, MemoryLayout<habla_options>.size)
    options.input = HABLA_INPUT_PHONEMES
    var chunk: UnsafePointer<habla_chunk>?
    #expect(habla_session_synthesize(session, symbols, &options, &chunk) == HABLA_OK)
    expect(chunk, equals: speech)
  }

  private func expect(_ chunk: UnsafePointer<habla_chunk>?, equals speech: Speech) {
    #expect(!speech.samples.isEmpty)
    guard let chunk = chunk?.pointee else {
      Issue.record("no speech")
      return
    }
    #expect(
      Array(UnsafeBufferPointer(start: chunk.samples, count: chunk.sample_count))
        == speech.samples)
    #expect(Int(chunk.sample_rate) == speech.sampleRate)
    let marks = UnsafeBufferPointer(start: chunk.marks, count: chunk.mark_count).map(Mark.init)
    #expect(marks == speech.marks)
    #expect(chunk.skipped_count == speech.unknownSymbols.count)
  }
}

extension Mark {
  /// A mark as C gives it, in Swift's form.
  fileprivate init(_ mark: habla_mark) {
    self.init(
      kind: mark.kind == HABLA_MARK_SENTENCE
        ? .sentence : mark.kind == HABLA_MARK_WORD ? .word : .phoneme,
      textRange: mark.text_begin < 0 ? nil : Int(mark.text_begin)..<Int(mark.text_end),
      sampleRange: Int(mark.sample_begin)..<Int(mark.sample_end),
      label: mark.label.map { String(cString: $0) } ?? "?")
  }
}
