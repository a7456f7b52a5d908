import Habla
import HablaKernels
import HablaNetwork

/// The decoder alone: latent frames in, samples out.
struct DecoderBenchmark {
  private let options: Options

  init(_ options: Options) { self.options = options }

  func run() throws {
    var voice: Voice?
    let load = try seconds { voice = try Voice(path: options.voice) }
    guard let voice else { return }
    let decoder = voice.model.decoder
    let channels = decoder.configuration.inputChannels
    let latent =
      options.string("latent").map(readFloats)
      ?? noise(options.integer("frames", 200) * channels)
    let frames = latent.count / channels
    let speaker = options.string("speaker").map(readFloats)
    let threads = options.integer("threads", 2)
    let pushed = options.integer("chunk", 0)
    let chunk = pushed > 0 ? pushed : max(frames, 1)
    let stream = HiFiGANStream(decoder, pool: ThreadPool(threadCount: threads))

    var samples: [Float] = []
    var times: [Double] = []
    var first = 0.0
    var processor = Double.infinity
    for _ in 0...options.integer("repeat", 5) {
      samples.removeAll(keepingCapacity: true)
      let start = now()
      let startProcessor = processorTime()
      stream.begin(speakerVector: speaker)
      latent.withUnsafeBufferPointer { rows in
        guard let base = rows.baseAddress else { return }
        for from in stride(from: 0, to: frames, by: chunk) {
          let count = min(chunk, frames - from)
          stream.push(base + from * channels, frames: count, isLast: from + count == frames) {
            if samples.isEmpty { first = now() - start }
            samples.append(contentsOf: $0)
          }
        }
      }
      times.append(now() - start)
      processor = min(processor, processorTime() - startProcessor)
    }
    print(
      "{\"times\": \(Array(times.dropFirst())), \"processor\": \(processor), "
        + "\"first_run\": \(times[0]), \"first_audio\": \(first), \"frames\": \(frames), "
        + "\"samples\": \(samples.count), \"load\": \(load), \"peak_mib\": \(peakMemory())}")
    if let path = options.string("samples") { writeFloats(samples, path) }
  }
}
