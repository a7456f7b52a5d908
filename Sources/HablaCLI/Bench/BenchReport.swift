/// What was measured with one number of threads.
struct BenchResult: Codable {
  var threads: Int
  var cold: [BenchMeasurement] = []
  var preloaded: [BenchMeasurement] = []
  var warm: BenchMeasurement?
}

/// Everything that `habla bench` measured.
struct BenchReport: Codable {
  var voice: String
  var preset: String
  var rate: Int?
  var processor = Machine.processor()
  var processors = Machine.processors()
  var results: [BenchResult] = []

  init(voice: String, speech: BenchSpeech) {
    self.voice = voice
    preset = speech.preset.rawValue
    rate = speech.rate
  }

  /// The tables, one for each number of threads.
  func markdown() -> String {
    var text = "## Habla, voice \(voice.split(separator: "/").last ?? "")"
    if let facts = results.first?.warm?.voice {
      text += " (\(facts.family), \(facts.sampleRate) Hz, \(millions(facts.weights)) M weights)"
    }
    text += "\n\n\(processor), \(processors) processors"
    text += ", preset \(preset)" + (rate.map { ", \($0) Hz" } ?? "") + "\n"
    for result in results { text += "\n" + table(result) }
    text +=
      "\nTimes are p50 / p95. The last column is what one assistant waited for with MeloTTS in "
    return text + "Python,\nbefore and after its own tuning."
  }

  private func table(_ result: BenchResult) -> String {
    let cold = result.cold.flatMap(\.short)
    let preloaded = result.preloaded.flatMap(\.short)
    let short = result.warm?.short ?? []
    let long = result.warm?.long ?? []
    let threads = result.threads == 1 ? "1 thread" : "\(result.threads) threads"
    var lines = [
      "| \(threads) | audio | first audio | whole | real-time factor | MeloTTS in Python |",
      "|---|---|---|---|---|---|",
    ]
    lines.append(row("first sentence, from process start", cold, "14.7 s (7.5 s)", factor: false))
    let ready = BenchTimes(result.preloaded.map(\.ready)).percentile(0.5) ?? 0
    lines.append(
      row("first sentence, preloaded in \(time(ready))", preloaded, "", factor: true))
    lines.append(row("short sentence", short, "0.6-0.7 s", factor: true))
    lines.append(row("long sentence", long, "1.0-1.2 s", factor: true))
    if let repeated = result.warm?.repeated, !repeated.isEmpty {
      lines.append(row("repeated sentence", repeated, "0 ms (cache)", factor: false))
    }
    lines.append("| all warm | | | | \(factor(short + long)) | 0.5-0.7 |")
    let peak = max(result.warm?.peakMemory ?? 0, result.cold.map(\.peakMemory).max() ?? 0)
    lines.append("| peak resident memory | | | \(peak / 1_000_000) MB | | 2.5 GB |")
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(_ name: String, _ runs: [BenchRun], _ before: String, factor: Bool) -> String {
    let audio = runs.map(\.audio).reduce(0, +) / Double(max(runs.count, 1))
    return "| \(name) | \(rounded(audio, 1)) s | \(times(runs.map(\.firstAudio))) "
      + "| \(times(runs.map(\.whole))) | \(factor ? self.factor(runs) : "") | \(before) |"
  }

  private func factor(_ runs: [BenchRun]) -> String {
    let audio = runs.map(\.audio).reduce(0, +)
    return audio > 0 ? rounded(runs.map(\.whole).reduce(0, +) / audio, 3) : ""
  }

  private func times(_ values: [Double]) -> String {
    let times = BenchTimes(values)
    guard let middle = times.percentile(0.5), let late = times.percentile(0.95) else { return "" }
    return "\(time(middle)) / \(time(late))"
  }

  private func time(_ seconds: Double) -> String {
    if seconds >= 1 { return "\(rounded(seconds, 2)) s" }
    return "\(rounded(seconds * 1000, seconds < 0.01 ? 2 : 0)) ms"
  }

  private func millions(_ count: Int) -> String { rounded(Double(count) / 1e6, 1) }

  private func rounded(_ value: Double, _ digits: Int) -> String {
    let power = (0..<digits).reduce(1.0) { power, _ in power * 10 }
    let number = (value * power).rounded() / power
    return digits == 0 ? "\(Int(number))" : "\(number)"
  }
}
