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

/// Measures Habla and writes one JSON object per line; `Benchmarks/run.py` does the rest.
@main
enum Main {
  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      print("{\"error\": \"\(error)\"}")
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    let options = Options(arguments)
    if options.voice.isEmpty { usage() }
    if options.command == "bert" { return try BERTBenchmark.run(options) }
    let start = now()
    let voice = try Voice(path: options.voice)
    try voice.model.prepare(ThreadPool(threadCount: options.integer("threads", 2)))
    var turns = Turns(options, load: now() - start)
    switch options.command {
    case "decoder":
      var decoder = DecoderBenchmark(options, voice)
      try turns.run(&decoder)
    case "whole":
      var whole = WholeBenchmark(options, voice)
      try turns.run(&whole)
    case "accuracy": try AccuracyBenchmark(options, voice).run()
    case "steady": try SteadyStateBenchmark(options, voice).run()
    default: usage()
    }
  }

  private static func usage() -> Never {
    print(
      """
      usage: HablaBenchmarks COMMAND VOICE [--threads 2] [options]; files hold little-endian float32
        decoder   latent frames to samples: [--frames 200 | --latent FILE] [--speaker FILE] [--chunk 0]
        whole     tokens to samples: --ids FILE [--length-scale 1]
        accuracy  largest difference of the decoder from the direct one: options as for decoder
        bert      prosody network of a BERT folder in place of VOICE: [--tokens 20] [--repeat 50]
        steady    allocations per utterance and processor time when idle: options of decoder and whole
      decoder and whole: [--repeat 5 | --serve] [--samples FILE]
      """)
    exit(2)
  }
}

/// Command-line arguments: a command, a voice, and `--name value` pairs.
struct Options {
  let command: String
  let voice: String
  private var values: [String: String] = [:]

  init(_ arguments: [String]) {
    var positional: [String] = []
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      if argument.hasPrefix("--") {
        let next = index + 1 < arguments.count ? arguments[index + 1] : ""
        let hasValue = !next.isEmpty && !next.hasPrefix("--")
        values[String(argument.dropFirst(2))] = hasValue ? next : "1"
        index += hasValue ? 2 : 1
      } else {
        positional.append(argument)
        index += 1
      }
    }
    command = positional.first ?? ""
    voice = positional.dropFirst().first ?? ""
  }

  func integer(_ name: String, _ fallback: Int) -> Int {
    values[name].flatMap { Int($0) } ?? fallback
  }

  func string(_ name: String) -> String? { values[name] }
}
