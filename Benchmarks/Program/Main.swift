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
    switch options.command {
    case "decoder": try DecoderBenchmark(options).run()
    case "whole": try WholeBenchmark(options).run()
    default:
      print(
        """
        usage: HablaBenchmarks decoder VOICE [--frames 200] [--latent FILE] [--speaker FILE] [--chunk 0]
               HablaBenchmarks whole VOICE --ids FILE [--length-scale 1]
        both: [--threads 2] [--repeat 5] [--samples FILE]; files hold little-endian float32
        """)
      exit(2)
    }
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
