import ArgumentParser
import FoundationEssentials
import Habla

/// `habla bench`: what a voice assistant would wait for.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a voice as a Spanish voice assistant would use it.",
    discussion: """
      Every figure comes from processes of their own: cold ones speak one sentence each, a warm one \
      speaks short and long sentences again and again. Files are in the system's page cache. Times \
      are the median and the 95th percentile; memory is the most that a process held.
      """)

  @OptionGroup var voice: VoiceOptions
  @OptionGroup var speech: BenchSpeech

  @Option(help: "Thread counts, as in 1,2; without it 1 to one per processor, at most four.")
  var threads: String?

  @Option(help: "How often each kind of text is spoken.")
  var runs: Int = 20

  @Option(help: "How many fresh processes are started for each cold figure.")
  var coldRuns: Int = 5

  @Option(help: "A file for everything that was measured, as JSON.")
  var json: String?

  func validate() throws {
    if !(1...10_000).contains(runs) || !(1...1000).contains(coldRuns) {
      throw ValidationError("--runs is 1 to 10000 and --cold-runs 1 to 1000")
    }
  }

  func run() throws {
    try reportingErrors {
      var report = BenchReport(voice: voice.voice ?? "built-in", speech: speech)
      // The first process finds the program's and the voice's files cold.
      _ = try measure(.cold, threads: 1, first: 0)
      for count in try threadCounts() {
        var result = BenchResult(threads: count)
        for number in 0..<coldRuns {
          result.cold.append(try measure(.cold, threads: count, first: number))
          result.preloaded.append(try measure(.preloaded, threads: count, first: number))
        }
        result.warm = try measure(.warm, threads: count, first: 0)
        report.results.append(result)
      }
      print(report.markdown())
      if let json { try write(report, to: json) }
    }
  }

  private func threadCounts() throws -> [Int] {
    guard let threads else {
      return Array(1...min(Machine.processors(), 4))
    }
    return try threads.split(separator: ",").map {
      guard let count = Int($0), (1...64).contains(count) else {
        throw HablaError(.argument, "thread count '\($0)' is not in 1...64")
      }
      return count
    }
  }

  private func measure(
    _ situation: BenchSituation, threads: Int, first: Int
  ) throws -> BenchMeasurement {
    var arguments = ["bench-child", "--situation", situation.rawValue, "--threads", "\(threads)"]
    arguments += ["--runs", "\(runs)", "--first", "\(first)"]
    if let path = voice.voice { arguments += ["--voice", path] }
    if let prosody = voice.prosody { arguments += ["--prosody", prosody] }
    arguments += speech.arguments
    arguments += ["--started", "\(monotonicNanoseconds())"]
    let bytes = try ChildProcess.output(of: arguments)
    do {
      return try JSONDecoder().decode(BenchMeasurement.self, from: Data(bytes))
    } catch {
      throw HablaError(.internal, "a measuring process wrote something else than its figures")
    }
  }

  private func write(_ report: BenchReport, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do {
      try encoder.encode(report).write(to: URL(filePath: path))
    } catch {
      throw HablaError(.io, "\(path): \(error)")
    }
  }
}

/// How the texts of a benchmark are spoken.
struct BenchSpeech: ParsableArguments {
  @Option(name: .shortAndLong, help: "Language code; without it the voice's default.")
  var language: String?

  @Option(help: "Settings: default, or assistant (speed 1.3, short silences).")
  var preset: Preset = .default

  @Option(help: "Samples per second; without it the voice's own.")
  var rate: Int?

  var arguments: [String] {
    var arguments = ["--preset", preset.rawValue]
    if let language { arguments += ["--language", language] }
    if let rate { arguments += ["--rate", "\(rate)"] }
    return arguments
  }

  /// The library's options.
  func options() -> SynthesisOptions {
    var options = preset.options
    options.language = language
    options.outputRate = rate
    return options
  }
}
