import Habla
import HablaKernels
import HablaNetwork

/// The whole model: tokens in, samples out, at once and as a stream.
struct WholeBenchmark {
  private let options: Options

  init(_ options: Options) { self.options = options }

  func run() throws {
    var opened: Voice?
    let load = try seconds { opened = try Voice(path: options.voice) }
    guard let voice = opened else { return }
    let ids = options.string("ids").map(readFloats) ?? []
    let tokens = TokenSequence(ids: ids.map { Int($0) })
    let scales = SynthesisScales(
      noiseScale: 0.667, noiseScaleW: 0,
      lengthScale: options.string("length-scale").flatMap { Float($0) } ?? 1, sdpRatio: 0)
    let speaker = voice.model.configuration.speakerCount > 0 ? 0 : nil
    let pool = ThreadPool(threadCount: options.integer("threads", 2))
    let run = RunState(pool: pool)
    let stream = HiFiGANStream(voice.model.decoder, pool: pool)

    var samples: [Float] = []
    var times: [Double] = []
    var processor = Double.infinity
    var firstAudio = Double.infinity
    for round in 0...2 * options.integer("repeat", 5) {
      // Odd rounds stream with a small first chunk; only their first audio counts.
      let streams = round & 1 == 1
      samples.removeAll(keepingCapacity: true)
      let (start, startProcessor) = (now(), processorTime())
      let mark = run.workspace.mark
      let latent = try voice.model.latentFrames(
        tokens, speaker: speaker, scales: scales, noise: .seed(1), run)
      stream.begin(speakerVector: try voice.model.speakerVector(speaker))
      var first = 0
      while first < latent.frames {
        let count = min(streams ? (first == 0 ? 16 : 8) : latent.frames, latent.frames - first)
        stream.push(
          latent.values + first * voice.model.configuration.interChannels, frames: count,
          isLast: first + count == latent.frames
        ) { samples.append(contentsOf: $0) }
        first += count
        if streams && !samples.isEmpty {
          firstAudio = min(firstAudio, now() - start)
          break
        }
      }
      run.workspace.reset(to: mark)
      if !streams {
        times.append(now() - start)
        if round > 0 { processor = min(processor, processorTime() - startProcessor) }
      }
    }
    print(
      "{\"times\": \(Array(times.dropFirst())), \"processor\": \(processor), "
        + "\"first_run\": \(times[0]), \"first_audio\": \(firstAudio), "
        + "\"samples\": \(samples.count), \"load\": \(load), \"peak_mib\": \(peakMemory())}")
    if let path = options.string("samples") { writeFloats(samples, path) }
  }
}
