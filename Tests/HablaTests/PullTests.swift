import Habla
import HablaKernels
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a stream does between and after pulls, by counting: never by the clock.
@Suite struct PullTests {
  /// Without its cache, or texts spoken twice would be given back rather than computed.
  private static let voice = Result {
    let voice = try Voice.builtIn()
    voice.cache.limits.bytes = 0
    return voice
  }
  private let long = String(repeating: "Una frase corta. ", count: 200)

  private func synthesizer(_ threads: Int) throws -> Synthesizer {
    try Synthesizer(voice: Self.voice.get(), threads: threads)
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
    var now: Int { value.load(ordering: .acquiring) }
    func increase() { value.add(1, ordering: .acquiringAndReleasing) }
  }

  /// Sentences whose network has run; call before the synthesizer works.
  private func begun(_ synthesizer: Synthesizer) -> Counter {
    let counter = Counter()
    synthesizer.engine.run.trace = { name, _, _, _ in if name == "z" { counter.increase() } }
    return counter
  }

  /// The chunk that is being computed may still come; the next pull throws.
  @Test(arguments: [1, 2, 3], [1, 2, 5])
  func cancelFromAnotherThreadEndsWithinOneChunk(threads: Int, pulls: Int) throws {
    let synthesizer = try synthesizer(threads)
    var options = SynthesisOptions()
    options.chunks = ChunkSchedule(first: 2, largest: 2)
    let stream = try synthesizer.start(long, options: options)
    let chunks = Counter()
    let atCancel = Counter()
    let ended = Mutex<HablaError?>(nil)
    // Threads of their own: the tests share the two or so that tasks have.
    ThreadPool(threadCount: 2).run(2) { (part: Int) in
      if part == 0 {
        do {
          while try stream.next() != nil { chunks.increase() }
        } catch {
          ended.withLock { $0 = error as? HablaError }
        }
      } else {
        while chunks.now < pulls { sched_yield() }
        synthesizer.cancel()
        atCancel.value.store(chunks.now, ordering: .releasing)
      }
    }
    #expect(ended.withLock { $0 }?.kind == .cancelled)
    #expect(chunks.now <= atCancel.now + 1)
  }

  @Test func cancelWhileASentenceIsPreparedGivesNoChunk() throws {
    let synthesizer = try synthesizer(2)
    let stream = try synthesizer.start(long)
    synthesizer.engine.run.trace = { name, _, _, _ in if name == "x" { synthesizer.cancel() } }
    let error = #expect(throws: HablaError.self) { _ = try stream.next() }
    #expect(error?.kind == .cancelled)
    synthesizer.engine.run.trace = nil
    let alone = try self.synthesizer(2).synthesize("Hola.").samples
    #expect(try synthesizer.synthesize("Hola.").samples == alone)
  }

  @Test func nothingIsComputedAheadOfThePulls() throws {
    let synthesizer = try synthesizer(2)
    let begun = begun(synthesizer)
    let stream = try synthesizer.start(long)
    #expect(begun.now == 0)
    for sentence in 0..<5 {
      var isLast = false
      while !isLast {
        let chunk = try #require(try stream.next())
        #expect(chunk.sentence == sentence)
        // Not even the next sentence is begun before it is asked for.
        #expect(begun.now == sentence + 1)
        isLast = chunk.isLastOfSentence
      }
    }
  }

  @Test func anAsynchronousSequenceWaitsForItsConsumer() async throws {
    let synthesizer = try synthesizer(2)
    let begun = begun(synthesizer)
    var chunks = 0
    for try await chunk in try synthesizer.stream(long) {
      // Other work gets every chance to run ahead.
      for _ in 0..<100 { await Task.yield() }
      #expect(begun.now == chunk.sentence + 1)
      chunks += 1
      if chunks == 12 { break }
    }
  }

  @Test(arguments: [2, 3, 8]) func samplesDoNotDependOnTheThreadCount(threads: Int) throws {
    let text = "Hola, ¿qué tal? Hoy es lunes, y mañana martes."
    let one = try synthesizer(1).synthesize(text)
    let many = try synthesizer(threads).synthesize(text)
    #expect(many.samples == one.samples)
    #expect(many.marks == one.marks)
  }

  @Test func workingMemoryIsReused() throws {
    let synthesizer = try synthesizer(2)
    let first = try synthesizer.synthesize("Una frase para empezar.").samples
    let capacity = synthesizer.engine.run.workspace.capacity
    for _ in 0..<3 {
      #expect(try synthesizer.synthesize("Una frase para empezar.").samples == first)
    }
    #expect(synthesizer.engine.run.workspace.capacity == capacity)
  }
}
