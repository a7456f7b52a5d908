import Habla
import TestSupport
import Testing

/// Where sentences, parts of sentences and silences meet.
@Suite struct JoinTests {
  /// Without its cache, or texts spoken twice would be given back rather than computed.
  private static let voice = Result {
    let voice = try Voice.builtIn()
    voice.cache.limits.bytes = 0
    return voice
  }
  private let sentences = "Son las tres y cuarto. Hoy hace sol. ¡Qué bien!\n\nHasta mañana."
  /// One sentence that is cut in parts.
  private let long =
    "Cuando llegamos a la estación, que estaba llena de gente, vimos que el tren ya se había ido, "
    + "así que buscamos un sitio tranquilo, pedimos algo de beber, y esperamos sin prisa al "
    + "siguiente, que salió con dos horas de retraso porque había llovido toda la noche."

  private func chunks(_ text: String, _ options: SynthesisOptions) throws -> [AudioChunk] {
    let stream = try Synthesizer(voice: Self.voice.get(), threads: 2).start(text, options: options)
    var result: [AudioChunk] = []
    while let chunk = try stream.next() { result.append(chunk) }
    return result
  }

  /// The largest step from one sample to the next within 2 ms of a position.
  private func step(_ samples: [Float], around position: Int, rate: Int) -> Float {
    let reach = rate / 500
    return steps(samples[max(position - reach, 0)..<min(position + reach, samples.count)]).max()
      ?? 0
  }

  private func steps(_ samples: ArraySlice<Float>) -> [Float] {
    zip(samples, samples.dropFirst()).map { abs($1 - $0) }
  }

  /// Positions at which one sentence or part follows another, silence included.
  private func ends(_ chunks: [AudioChunk]) -> [Int] {
    chunks.filter(\.isLastOfSentence).dropLast().map { $0.position + $0.samples.count }
  }

  @Test(arguments: [nil, 8000, 48000], [1, 1.3, 1.5, 2])
  func silencesJoinWithoutAStep(_ rate: Int?, _ speed: Double) throws {
    if rate != nil && !Resampler.isAvailable { return }
    var options = SynthesisOptions()
    options.speed = speed
    options.outputRate = rate
    let all = try chunks(sentences, options)
    let samples = all.flatMap(\.samples)
    let largest = try #require(steps(samples[...]).max())
    let speech = all.flatMap(\.marks).filter { $0.kind == .sentence }.map(\.sampleRange)
    #expect(speech.count == 4)
    for (a, b) in zip(speech, speech.dropFirst()) {
      #expect(samples[a.upperBound..<b.lowerBound].allSatisfy { $0 == 0 })
      // The samples beside the silence are the first of a fade over tens of samples.
      #expect(abs(samples[a.upperBound - 1]) < 0.02 * largest)
      #expect(abs(samples[b.lowerBound]) < 0.02 * largest)
      #expect(step(samples, around: a.upperBound, rate: options.outputRate ?? 22050) <= largest / 4)
      #expect(step(samples, around: b.lowerBound, rate: options.outputRate ?? 22050) <= largest / 4)
    }
  }

  /// Only the 3 ms beside a silence differ from speech without silences.
  @Test func fadesTouchNothingElse() throws {
    var options = SynthesisOptions()
    options.sentenceSilence = 0
    options.paragraphSilence = 0
    let plain = try chunks(sentences, options)
    options.sentenceSilence = 0.2
    options.paragraphSilence = 0.2
    let silent = try chunks(sentences, options)
    func speech(_ chunks: [AudioChunk]) -> [ArraySlice<Float>] {
      let samples = chunks.flatMap(\.samples)
      return chunks.flatMap(\.marks).filter { $0.kind == .sentence }.map { samples[$0.sampleRange] }
    }
    let fade = 66
    let pairs = zip(speech(plain), speech(silent)).enumerated()
    var differing = 0
    for (number, (a, b)) in pairs {
      #expect(a.count == b.count)
      #expect(a.dropFirst(fade).dropLast(fade).elementsEqual(b.dropFirst(fade).dropLast(fade)))
      // Nothing stands before the first sentence and after the last.
      if number == 0 { #expect(a.prefix(fade).elementsEqual(b.prefix(fade))) }
      if number == 3 { #expect(a.suffix(fade).elementsEqual(b.suffix(fade))) }
      if a != b.map({ $0 })[...] { differing += 1 }
    }
    #expect(differing == 4)
  }

  @Test(arguments: [1, 1.3, 2]) func partsOfASentenceFollowWithoutSilenceOrClick(
    _ speed: Double
  ) throws {
    var options = SynthesisOptions()
    options.speed = speed
    let all = try chunks(long, options)
    let parts = ends(all)
    #expect(parts.count >= 1)
    let samples = all.flatMap(\.samples)
    let largest = try #require(steps(samples[...]).max())
    for part in parts {
      let found = step(samples, around: part, rate: 22050)
      print("speed \(speed): step at a join of parts \(found), largest in speech \(largest)")
      #expect(found <= largest / 4)
    }
    // Silences would make it longer.
    options.sentenceSilence = 1
    #expect(try chunks(long, options).flatMap(\.samples).count == samples.count)
  }

  /// Frames are whole and rounded up, token by token, as in the reference.
  @Test(arguments: [0.25, 0.7, 1, 1.3, 1.5, 2, 3.1, 4]) func durationsAreRoundedUp(
    _ speed: Double
  ) throws {
    let tokens = TokenInput(ids: (0..<60).map { 1 + ($0 * 7) % 30 })
    let synthesizer = try Synthesizer(voice: Self.voice.get(), threads: 1)
    func frames(_ speed: Double) throws -> [Int] {
      var options = SynthesisOptions()
      options.speed = speed
      options.noiseScaleW = 0
      return try synthesizer.synthesize(tokens: tokens, options: options).frames
    }
    // 0.25 gives the durations to a quarter of a frame.
    let slowest = try frames(0.25)
    for (fine, found) in zip(slowest, try frames(speed)) {
      // ceil(d * 4) = fine, so d is in (fine - 1, fine] / 4, and found is ceil(d / speed).
      #expect(found >= Int((Double(fine - 1) / 4 / speed).rounded(.up)))
      #expect(found <= Int((Double(fine) / 4 / speed).rounded(.up)))
    }
  }
}
