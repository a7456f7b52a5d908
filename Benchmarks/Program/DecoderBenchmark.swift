import Habla
import HablaKernels
import HablaNetwork

/// The decoder alone: latent frames in, samples out.
struct DecoderBenchmark: Workload {
  let latent: [Float]
  let speaker: [Float]?
  let frames: Int
  private let channels: Int
  private let chunk: Int
  private let stream: HiFiGANStream

  /// Frames are pushed `--chunk` at a time, all at once by default.
  init(_ options: Options, _ voice: Voice) {
    let decoder = voice.model.decoder
    channels = decoder.configuration.inputChannels
    latent =
      options.string("latent").map(readFloats)
      ?? noise(options.integer("frames", 200) * channels)
    frames = latent.count / channels
    speaker = options.string("speaker").map(readFloats)
    let pushed = options.integer("chunk", 0)
    chunk = pushed > 0 ? pushed : max(frames, 1)
    stream = HiFiGANStream(
      decoder, pool: ThreadPool(threadCount: options.integer("threads", 2)))
  }

  func run(_ emit: (UnsafeBufferPointer<Float>) -> Void) {
    stream.begin(speakerVector: speaker)
    latent.withUnsafeBufferPointer { rows in
      guard let base = rows.baseAddress else { return }
      for from in stride(from: 0, to: frames, by: chunk) {
        let count = min(chunk, frames - from)
        stream.push(
          base + from * channels, frames: count, isLast: from + count == frames, emit: emit)
      }
    }
  }
}
