/// Something that is measured turn by turn.
protocol Workload {
  /// One turn; gives its samples as they come.
  mutating func run(_ emit: (UnsafeBufferPointer<Float>) -> Void) throws
}

/// Runs turns of a workload and writes a JSON object for each.
///
/// With `--serve` a turn for every line that is read, so that several programs can take turns; else
/// one turn to warm up and `--repeat` more. The first object has the seconds that loading took, the
/// last one totals.
struct Turns {
  private let options: Options
  private let load: Double
  private var samples: [Float] = []
  private var count = 0

  init(_ options: Options, load: Double) {
    self.options = options
    self.load = load
  }

  mutating func run(_ workload: inout some Workload) throws {
    say("{\"load\": \(load)}")
    if options.string("serve") != nil {
      while readLine() != nil { try turn(&workload) }
    } else {
      for _ in 0...options.integer("repeat", 5) { try turn(&workload) }
    }
    say("{\"samples\": \(count), \"peak_mib\": \(peakMemory())}")
    if let path = options.string("samples") { writeFloats(samples, path) }
  }

  private mutating func turn(_ workload: inout some Workload) throws {
    let keeps = options.string("samples") != nil
    samples.removeAll(keepingCapacity: true)
    count = 0
    var first = 0.0
    let (start, startProcessor) = (now(), processorTime())
    try workload.run {
      if count == 0 { first = now() - start }
      count += $0.count
      if keeps { samples.append(contentsOf: $0) }
    }
    let (end, endProcessor) = (now(), processorTime())
    say(
      "{\"seconds\": \(end - start), \"processor\": \(endProcessor - startProcessor), "
        + "\"first_audio\": \(first)}")
  }
}
