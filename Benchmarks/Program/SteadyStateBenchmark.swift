import Habla
import HablaKernels
import HablaNetwork

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What a warm synthesizer costs: allocations per utterance, and processor time while nothing runs.
///
/// Allocations are counted by `allocations.c` when it is loaded before the program (LD_PRELOAD);
/// without it their number is -1.
struct SteadyStateBenchmark {
  private let options: Options
  private let voice: Voice

  init(_ options: Options, _ voice: Voice) {
    self.options = options
    self.voice = voice
  }

  func run() throws {
    let whole = WholeBenchmark(options, voice)
    let decoder = DecoderBenchmark(options, voice)
    for _ in 0..<2 {
      try whole.run { _ in }
      decoder.run { _ in }
    }
    let wholeCalls = try allocations { try whole.run { _ in } }
    let latentCalls = try allocations { try whole.prepare() }
    let decoderCalls = allocations { decoder.run { _ in } }
    let seconds = options.integer("idle", 3)
    let start = processorTime()
    sleep(UInt32(seconds))
    say(
      "{\"allocations_whole\": \(wholeCalls), \"allocations_latent\": \(latentCalls), "
        + "\"allocations_decoder\": \(decoderCalls), \"idle_seconds\": \(seconds), "
        + "\"idle_processor\": \(processorTime() - start)}")
  }

  /// Calls of malloc and its relatives during `body`.
  private func allocations(_ body: () throws -> Void) rethrows -> Int {
    guard let symbol = dlsym(nil, "habla_benchmark_allocations") else {
      try body()
      return -1
    }
    let count = unsafeBitCast(symbol, to: (@convention(c) () -> Int).self)
    let before = count()
    try body()
    return count() - before
  }
}
