import Habla
import HablaKernels
import Synchronization
import TestSupport
import Testing

/// The cache of short answers: what a hit gives, what enters, what the key holds, and its bound.
@Suite struct SpeechCacheTests {
  private let text = "¡Sí! Son las 3:15."

  private func chunks(
    _ synthesizer: Synthesizer, _ text: String, _ options: SynthesisOptions = SynthesisOptions()
  ) throws -> [AudioChunk] {
    let stream = try synthesizer.start(text, options: options)
    var chunks: [AudioChunk] = []
    while let chunk = try stream.next() { chunks.append(chunk) }
    #expect(try stream.next() == nil)
    return chunks
  }

  @Test func aHitStreamsLikeAMiss() throws {
    let voice = try Voice.builtIn()
    let synthesizer = try Synthesizer(voice: voice, threads: 2)
    let first = try chunks(synthesizer, text)
    #expect(voice.cache.statistics.misses == 1 && voice.cache.statistics.entries == 1)
    let second = try chunks(Synthesizer(voice: voice, threads: 1), text)
    #expect(second == first)
    #expect(voice.cache.statistics.hits == 1 && voice.cache.statistics.misses == 1)
    #expect(first.count > 2 && first.contains { !$0.marks.isEmpty })
    // A voice of its own has a cache of its own.
    let other = try Voice.builtIn()
    #expect(try chunks(Synthesizer(voice: other, threads: 2), text) == first)
    #expect(other.cache.statistics.hits == 0)
  }

  @Test func skippedSymbolsAreKept() throws {
    let voice = try Voice.builtIn()
    let synthesizer = try Synthesizer(voice: voice, threads: 1)
    let first = try synthesizer.synthesize("ola§", kind: .phonemes)
    let second = try synthesizer.synthesize("ola§", kind: .phonemes)
    #expect(first == second && first.unknownSymbols == ["§"])
    #expect(voice.cache.statistics.hits == 1)
  }

  @Test func whatEnters() throws {
    let voice = try Voice.builtIn()
    let synthesizer = try Synthesizer(voice: voice, threads: 1)
    var options = SynthesisOptions()
    options.speed = 4
    // 49 and 50 characters; each "é" is two bytes.
    let under = String(repeating: "é", count: 48) + "."
    _ = try synthesizer.synthesize(under, options: options)
    #expect(voice.cache.statistics.entries == 1)
    _ = try synthesizer.synthesize("é" + under, options: options)
    #expect(voice.cache.statistics.entries == 1 && voice.cache.statistics.misses == 1)

    // Cancelled, dropped and failed texts do not enter.
    let cancelled = try synthesizer.start(text)
    _ = try cancelled.next()
    synthesizer.cancel()
    #expect(throws: HablaError.self) { _ = try cancelled.next() }
    let dropped = try synthesizer.start(text)
    _ = try dropped.next()
    _ = try synthesizer.start("otro")
    #expect(throws: HablaError.self) { _ = try dropped.next() }
    #expect(voice.cache.statistics.entries == 1)

    voice.cache.limits = .init(bytes: .max, characters: .max)
    _ = try synthesizer.synthesize("é" + under, options: options)
    #expect(voice.cache.statistics.entries == 2)
    voice.cache.limits.bytes = 1000
    _ = try synthesizer.synthesize("é" + under, options: options)
    #expect(voice.cache.statistics.entries == 0)
    voice.cache.limits.bytes = 1 << 20
    _ = try synthesizer.synthesize(under, options: options)

    voice.cache.limits = .init(bytes: 1 << 20, characters: 5)
    #expect(voice.cache.statistics.entries == 1)
    _ = try synthesizer.synthesize("Vale.", options: options)
    #expect(voice.cache.statistics.entries == 1)
    _ = try synthesizer.synthesize("Vale", options: options)
    #expect(voice.cache.statistics.entries == 2)
    voice.cache.limits.bytes = 0
    #expect(voice.cache.statistics.entries == 0 && voice.cache.statistics.bytes == 0)
    let misses = voice.cache.statistics.misses
    _ = try synthesizer.synthesize("Vale", options: options)
    #expect(voice.cache.statistics.misses == misses && voice.cache.statistics.entries == 0)
    voice.cache.limits = .init(bytes: -5, characters: -5)
    #expect(voice.cache.limits == .init(bytes: 0, characters: 0))
  }

  /// Every option, changed; a new property of `SynthesisOptions` must be added here.
  private static let changes: [(name: String, change: @Sendable (inout SynthesisOptions) -> Void)] =
    [
      ("speaker", { $0.speaker = .id(1) }),
      ("language", { $0.language = "EN" }),
      ("speed", { $0.speed = 1.0000001 }),
      ("noiseScale", { $0.noiseScale = 0.1 }),
      ("noiseScaleW", { $0.noiseScaleW = 0.1 }),
      ("sdpRatio", { $0.sdpRatio = 0.1 }),
      ("seed", { $0.seed = 1 }),
      ("volume", { $0.volume = 0.5 }),
      ("sentenceSilence", { $0.sentenceSilence = 0.5 }),
      ("paragraphSilence", { $0.paragraphSilence = 0.5 }),
      ("outputRate", { $0.outputRate = 8000 }),
      ("normalizesText", { $0.normalizesText = false }),
      ("lexicon", { $0.lexicon = try? Lexicon(text: "hola = adiós") }),
      ("chunks", { $0.chunks.first = 13 }),
      ("chunks", { $0.chunks.largest = 65 }),
    ]

  @Test func theKeyHoldsEveryOption() throws {
    let voice = try Voice.builtIn()
    func key(
      _ text: String = "hola", _ kind: InputKind = .text, _ change: (inout SynthesisOptions) -> Void
    ) throws -> SpeechKey {
      var options = SynthesisOptions()
      change(&options)
      return SpeechKey(try SynthesisRequest(text, kind, options, voice))
    }
    let names = Mirror(reflecting: SynthesisOptions()).children.compactMap(\.label)
    #expect(Set(Self.changes.map(\.name)) == Set(names), "SpeechKey must hold every option")
    let plain = try key { _ in }
    var keys = try [plain, key("Hola") { _ in }, key("hola", .phonemes) { _ in }]
    keys += try Self.changes.map { change in try key { change.change(&$0) } }
    #expect(Set(keys).count == keys.count)
    #expect(Set(keys.map(\.digest)).count == keys.count)
    // What is resolved to the same is the same.
    #expect(try key { $0.speaker = .id(0) } == plain)
    #expect(try key { $0.speaker = .named("m") } == plain)
    #expect(try key { $0.language = "es-MX" } == plain)
    #expect(try key { $0.noiseScale = voice.noiseScale } == plain)
  }

  @Test func theLongestUnusedLeaves() throws {
    let voice = try Voice.builtIn()
    let synthesizer = try Synthesizer(voice: voice, threads: 1)
    for text in ["uno", "dos", "sol"] { _ = try synthesizer.synthesize(text) }
    voice.cache.limits.bytes = voice.cache.statistics.bytes
    #expect(voice.cache.statistics.entries == 3 && voice.cache.statistics.evictions == 0)
    _ = try synthesizer.synthesize("uno")
    _ = try synthesizer.synthesize("mar")
    #expect(voice.cache.statistics.evictions >= 1)
    #expect(voice.cache.statistics.bytes <= voice.cache.limits.bytes)
    let hits = voice.cache.statistics.hits
    _ = try synthesizer.synthesize("uno")
    _ = try synthesizer.synthesize("mar")
    #expect(voice.cache.statistics.hits == hits + 2)
    _ = try synthesizer.synthesize("dos")
    #expect(voice.cache.statistics.hits == hits + 2)
    voice.cache.clear()
    #expect(voice.cache.statistics.entries == 0 && voice.cache.statistics.bytes == 0)
    #expect(voice.cache.statistics.hits == hits + 2)
  }

  @Test func recencyListKeepsItsOrder() {
    var list = RecencyList<Int, Int>()
    var expected: [Int] = []
    var state: UInt64 = 1
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let key = Int(state >> 40) % 20
      if (state >> 33) % 3 == 0 {
        #expect(list.removeOldest() == (expected.isEmpty ? nil : expected.removeFirst() * 10))
      } else if let place = expected.firstIndex(of: key) {
        #expect(list.use(key) == key * 10)
        expected.append(expected.remove(at: place))
      } else {
        #expect(list.use(key) == nil)
        list.insert(key * 10, for: key)
        expected.append(key)
      }
      #expect(list.count == expected.count)
    }
  }

  /// Sixteen threads on one small cache: right answers, and never more than the bound.
  ///
  /// HABLA_CACHE_SECONDS makes it longer, for a run under the thread sanitizer.
  @Test func manyThreads() throws {
    let voice = try Voice.builtIn()
    var options = SynthesisOptions()
    options.speed = 4
    let texts = ["sí", "no", "ya", "luz", "sol", "mar"]
    let alone = try Synthesizer(voice: voice, threads: 1)
    let expected = try texts.map { try alone.synthesize($0, options: options) }
    // Room for about half of them.
    let limit = voice.cache.statistics.bytes / 2
    voice.cache.limits.bytes = limit
    let end = ContinuousClock.now + .seconds(Environment.number("HABLA_CACHE_SECONDS") ?? 0.5)
    let threads = 16
    let started = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    let tooLarge = Atomic<Int>(0)
    let problems = Mutex<[any Error]>([])

    func use(_ thread: Int) throws {
      let synthesizer = try Synthesizer(voice: voice, threads: 1)
      var round = thread
      repeat {
        // Each text twice in a row: the second time is a hit unless others were in between.
        let index = round / 2 % texts.count
        if try synthesizer.synthesize(texts[index], options: options) != expected[index] {
          wrong.add(1, ordering: .relaxed)
        }
        if voice.cache.statistics.bytes > limit { tooLarge.add(1, ordering: .relaxed) }
        if round % 50 == 49 { voice.cache.clear() }
        if round % 60 == 59 { voice.cache.limits.bytes = limit - round % 3 * limit / 4 }
        round += 1
        // Enough rounds for hits and evictions, however slow the machine is.
      } while ContinuousClock.now < end || round < thread + 2 * texts.count
    }

    // Threads, not tasks: those would share as many threads as there are processors.
    ThreadPool(threadCount: threads).run(threads) { thread, _ in
      started.add(1, ordering: .relaxed)
      while started.load(ordering: .relaxed) < threads {}  // so that each has a thread of its own
      do { try use(thread) } catch { problems.withLock { $0.append(error) } }
    }
    #expect(problems.withLock { $0.isEmpty })
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(tooLarge.load(ordering: .relaxed) == 0)
    let statistics = voice.cache.statistics
    #expect(statistics.hits > 0 && statistics.evictions > 0)
  }
}
