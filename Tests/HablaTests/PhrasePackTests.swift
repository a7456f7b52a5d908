import Habla
import HablaCheckpoints
import TestSupport
import Testing

/// Packs: what they give, whom they refuse, and that damage is never heard.
@Suite struct PhrasePackTests {
  private static func options() -> SynthesisOptions {
    var options = SynthesisOptions()
    options.speed = 2
    options.language = "ES"
    return options
  }

  private func chunks(
    _ voice: Voice, _ text: String, _ options: SynthesisOptions, kind: InputKind = .text
  ) throws -> [AudioChunk] {
    let stream = try Synthesizer(voice: voice, threads: 1).start(
      text, options: options, kind: kind)
    var chunks: [AudioChunk] = []
    while let chunk = try stream.next() { chunks.append(chunk) }
    return chunks
  }

  @Test func aPhraseFromAPackStreamsLikeOneSynthesized() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/answers.habla-pack"
    let options = Self.options()
    let maker = try Voice.builtIn()
    let phrases = [
      "Son las 3:15.", "¡Hola! ¿Qué tal?", "Un momento, por favor.", "¡Hola! ¿Qué tal?", "…",
    ]
    let report = try Synthesizer(voice: maker, threads: 2)
      .writePack(phrases, to: path, options: options)
    #expect(report.phrases == 3 && report.duration > 1)
    #expect(report.duplicates == ["¡Hola! ¿Qué tal?"] && report.silent == ["…"])
    #expect(report.bytes == TemporaryFolder.read(path).count)
    #expect(folder.names == ["answers.habla-pack"])
    #expect(maker.cache.statistics == SpeechCache.Statistics())

    let voice = try Voice.builtIn()
    voice.cache.limits.bytes = 0
    try voice.addPack(path: path)
    #expect(voice.packStatistics.packs == 1 && voice.packStatistics.phrases == 3)
    for phrase in phrases.prefix(3) {
      let expected = try chunks(maker, phrase, options)
      #expect(try chunks(voice, phrase, options) == expected && expected.count > 1)
    }
    #expect(voice.packStatistics.hits == 3 && voice.packStatistics.damaged == 0)
    // Another text, or the same with another option, is not in it.
    var faster = options
    faster.speed = 2.5
    for (text, options) in [
      (phrases[0], faster), (phrases[0] + " ", options), ("Son las 3:16.", options),
    ] {
      #expect(try chunks(voice, text, options) == chunks(maker, text, options))
    }
    #expect(voice.packStatistics.hits == 3)
  }

  @Test func packsOfOthersAreRefused() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/a.habla-pack"
    let tiny = try Voice(path: Fixtures.path("melo-tiny"))
    let symbols = tiny.symbols.filter { $0.count == 1 }.prefix(3).joined()
    try Synthesizer(voice: tiny, threads: 1).writePack([symbols], to: path, kind: .phonemes)
    let error = #expect(throws: HablaError.self) { try Voice.builtIn().addPack(path: path) }
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains("made for another voice") == true)
    #expect(error?.message.contains("melotts") == true)

    // The same network with one weight changed, or converted, is another voice.
    let converted = folder.path + "/v.habla.safetensors"
    try tiny.write(to: converted)
    let other = try Voice(path: converted)
    #expect(try other.identity() != tiny.identity())
    #expect(try Voice(path: converted).identity() == other.identity())
    var bytes = TemporaryFolder.read(converted)
    bytes[bytes.count - 2] ^= 1
    #expect(try Voice(bytes: bytes).identity() != other.identity())
    #expect(throws: HablaError.self) { try other.addPack(path: path) }
    try Voice(path: Fixtures.path("melo-tiny")).addPack(path: path)

    var pack = TemporaryFolder.read(path)
    pack[8] = 9
    #expect(try refusal(tiny, pack).kind == .unsupported)
    #expect(try refusal(tiny, pack).message.contains("format version 9"))
    pack[8] = 1
    pack[12] = 9
    seal(&pack)
    #expect(try refusal(tiny, pack).message.contains("speaks differently"))
    #expect(try refusal(tiny, Array("<html>no pack</html>".utf8)).kind == .format)
    let missing = #expect(throws: HablaError.self) { try tiny.addPack(path: "/nowhere") }
    #expect(missing?.kind == .io)
  }

  private func refusal(_ voice: Voice, _ bytes: [UInt8]) throws -> HablaError {
    do {
      try voice.addPack(FileBytes(bytes))
      throw HablaError(.internal, "the pack was taken")
    } catch {
      return HablaError(wrapping: error)
    }
  }

  /// A small pack: two phrases of a tiny voice, with marks and a skipped symbol.
  private struct SmallPack {
    let bytes: [UInt8]
    let phrases: [(key: SpeechKey, length: Int, chunks: [AudioChunk])]

    init() throws {
      let voice = try Voice(path: Fixtures.path("melo-tiny"))
      voice.cache.limits.bytes = 0
      let folder = TemporaryFolder()
      let symbols = voice.symbols.filter { $0.count == 1 }
      let texts = [symbols[3] + symbols[4] + "§", symbols[5]]
      var options = SynthesisOptions()
      options.speed = 4
      let synthesizer = try Synthesizer(voice: voice, threads: 1)
      try synthesizer.writePack(
        texts, to: folder.path + "/p", options: options, kind: .phonemes)
      bytes = TemporaryFolder.read(folder.path + "/p")
      phrases = try texts.map { text in
        let request = try SynthesisRequest(text, .phonemes, options, voice)
        let stream = try synthesizer.start(text, options: options, kind: .phonemes)
        var chunks: [AudioChunk] = []
        while let chunk = try stream.next() { chunks.append(chunk) }
        return (SpeechKey(request), text.utf8.count, chunks)
      }
    }

    /// Opens changed bytes and says "refused", or what became of each phrase.
    ///
    /// Other audio than that of the unchanged pack is a failure.
    func exercise(_ changed: [UInt8], mayDiffer: Bool = false) -> String {
      do {
        let pack = try PhrasePack(FileBytes(changed)) {
          try bytes.withUnsafeBytes { try PhrasePackFormat.header($0).voiceIdentity }
        }
        return phrases.map { phrase in
          switch pack.phrase(phrase.key, textLength: phrase.length) {
          case .missing: return "missing"
          case .damaged: return "damaged"
          case .found(let chunks):
            #expect(mayDiffer || chunks == phrase.chunks)
            return "found"
          }
        }.joined(separator: " ")
      } catch {
        #expect(error is HablaError || error is CheckpointError)
        return "refused"
      }
    }
  }

  @Test func everyByteFlipped() throws {
    let pack = try SmallPack()
    #expect(pack.phrases.allSatisfy { !$0.chunks.isEmpty })
    #expect(pack.exercise(pack.bytes) == "found found")
    var outcomes: [String: Int] = [:]
    for place in pack.bytes.indices {
      for mask in [UInt8(1) << UInt8(place % 8), 0xFF] {
        var changed = pack.bytes
        changed[place] ^= mask
        outcomes[pack.exercise(changed), default: 0] += 1
      }
    }
    // Header and index are refused, an entry is damaged; only padding leaves both as they were.
    #expect(
      Set(outcomes.keys).isSubset(of: ["refused", "damaged found", "found damaged", "found found"]))
    #expect(outcomes["found found", default: 0] <= 2 * 7 * 3)
    #expect(outcomes["damaged found", default: 0] > 1000)
  }

  @Test func everyLength() throws {
    let pack = try SmallPack()
    for length in stride(from: 0, to: pack.bytes.count, by: 7) {
      #expect(pack.exercise(Array(pack.bytes[..<length])) == "refused")
    }
    #expect(pack.exercise(pack.bytes + [0]) == "refused")
  }

  /// Damage under hashes that were made to fit: anything may come out but a trap.
  @Test func fuzz() throws {
    let pack = try SmallPack()
    var state: UInt64 = 5
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
    let count = Environment.number("HABLA_FUZZ_PACKS").map { Int($0) } ?? 20_000
    let entriesEnd = offset(pack.bytes, at: 40)
    for _ in 0..<count {
      var changed = pack.bytes
      for _ in 0...next(3) {
        // The start of entries, where the numbers are, and the header and index.
        let place =
          switch next(4) {
          case 0: next(PhrasePackFormat.headerSize)
          case 1: entriesEnd + next(changed.count - entriesEnd)
          case 2: next(changed.count)
          default: offset(pack.bytes, at: entriesEnd + 8 + 32 * next(2)) + next(400)
          }
        let interesting: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, UInt8(next(256))]
        changed[min(place, changed.count - 1)] = interesting[next(6)]
      }
      seal(&changed)
      _ = pack.exercise(changed, mayDiffer: true)
    }
  }

  @Test func damageIsSynthesizedInstead() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/p"
    let options = Self.options()
    let maker = try Voice.builtIn()
    try Synthesizer(voice: maker, threads: 1).writePack(["Sí."], to: path, options: options)
    var bytes = TemporaryFolder.read(path)
    bytes[bytes.count / 2] ^= 4
    let voice = try Voice.builtIn()
    try voice.addPack(FileBytes(bytes))
    #expect(try chunks(voice, "Sí.", options) == chunks(maker, "Sí.", options))
    #expect(voice.packStatistics.damaged == 1 && voice.packStatistics.hits == 0)
  }

  @Test func anAbandonedPackLeavesNoFile() throws {
    let folder = TemporaryFolder()
    let synthesizer = try Synthesizer(voice: Voice.builtIn(), threads: 1)
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try synthesizer.writePack(["Sí.", "No."], to: folder.path + "/p") { _ in throw Stop() }
    }
    var options = SynthesisOptions()
    options.speed = 99
    #expect(throws: HablaError.self) {
      try synthesizer.writePack(["Sí."], to: folder.path + "/p", options: options)
    }
    #expect(folder.names.isEmpty)
    #expect(throws: HablaError.self) {
      try synthesizer.writePack(["Sí."], to: folder.path + "/none/p")
    }
  }

  // MARK: bytes

  private func offset(_ bytes: [UInt8], at place: Int) -> Int {
    (0..<8).reduce(0) { $0 | Int(place + $1 < bytes.count ? bytes[place + $1] : 0) << (8 * $1) }
  }

  private func put(_ value: UInt64, _ bytes: inout [UInt8], at place: Int) {
    for i in 0..<8 where place + i < bytes.count {
      bytes[place + i] = UInt8(truncatingIfNeeded: value >> UInt64(8 * i))
    }
  }

  /// Makes all hashes right where entries, index and description lie inside the file.
  private func seal(_ bytes: inout [UInt8]) {
    let index = offset(bytes, at: 40)
    if index >= 0, index <= bytes.count {
      for record in stride(from: index, to: bytes.count - 31, by: 32) {
        let (start, size) = (offset(bytes, at: record + 8), offset(bytes, at: record + 16))
        guard start >= 0, size >= 0, start <= bytes.count, size <= bytes.count - start else {
          continue
        }
        put(ContentHash.hash(Array(bytes[start..<start + size])), &bytes, at: record + 24)
      }
      put(ContentHash.hash(Array(bytes[index...])), &bytes, at: 56)
    }
    let length = offset(bytes, at: 48)
    guard length >= 0, length <= bytes.count - 72 else { return }
    put(
      ContentHash.hash(Array(bytes[..<64]) + Array(bytes[72..<72 + length])), &bytes, at: 64)
  }
}
