import Habla
import HablaKernels
import HablaNetwork

/// The prosody network alone: token ids in, features out.
enum BERTBenchmark {
  /// Ids count from 1 to `--tokens`: what `Benchmarks/bert.py` gives the other runtime.
  static func run(_ options: Options) throws {
    let model = try ProsodyEncoder(path: options.voice).model
    let ids = Array(1...max(options.integer("tokens", 20), 1))
    let run = RunState(pool: ThreadPool(threadCount: options.integer("threads", 2)))
    var features = [Float](repeating: 0, count: ids.count * model.configuration.channels)
    var best = Double.infinity
    for round in 0..<options.integer("repeat", 50) + 3 {
      let start = now()
      features.withUnsafeMutableBufferPointer { rows in
        if let base = rows.baseAddress { model.forward(ids, into: base, run) }
      }
      // The first ones fill caches and working memory.
      if round >= 3 { best = min(best, now() - start) }
    }
    if let path = options.string("samples") { writeFloats(features, path) }
    say("{\"seconds\": \(best)}")
  }
}
