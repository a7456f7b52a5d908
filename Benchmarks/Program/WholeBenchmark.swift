import Habla
import HablaKernels
import HablaNetwork

/// The whole model: tokens in, samples out, in the chunks that a synthesizer gives by default.
struct WholeBenchmark: Workload {
  private let voice: Voice
  private let tokens: TokenSequence
  private let scales: SynthesisScales
  private let speaker: Int?
  private let chunks = ChunkSchedule()
  private let state: RunState
  private let stream: HiFiGANStream

  init(_ options: Options, _ voice: Voice) {
    self.voice = voice
    let ids = options.string("ids").map(readFloats) ?? []
    tokens = TokenSequence(ids: ids.map { Int($0) })
    scales = SynthesisScales(
      noiseScale: 0.667, noiseScaleW: 0,
      lengthScale: options.string("length-scale").flatMap { Float($0) } ?? 1, sdpRatio: 0)
    speaker = voice.model.configuration.speakerCount > 0 ? 0 : nil
    let pool = ThreadPool(threadCount: options.integer("threads", 2))
    state = RunState(pool: pool)
    stream = HiFiGANStream(voice.model.decoder, pool: pool)
  }

  /// Everything before the decoder; the frames are valid until the next turn.
  @discardableResult func prepare() throws -> LatentFrames {
    state.workspace.reset(to: .start)
    return try voice.model.latentFrames(
      tokens, speaker: speaker, scales: scales, noise: .seed(1), state)
  }

  func run(_ emit: (UnsafeBufferPointer<Float>) -> Void) throws {
    let latent = try prepare()
    stream.begin(speakerVector: try voice.model.speakerVector(speaker))
    var first = 0
    var size = chunks.first
    while first < latent.frames {
      let count = min(size, latent.frames - first)
      stream.push(
        latent.values + first * voice.model.configuration.interChannels, frames: count,
        isLast: first + count == latent.frames, emit: emit)
      first += count
      size = min(2 * size, chunks.largest)
    }
  }
}
