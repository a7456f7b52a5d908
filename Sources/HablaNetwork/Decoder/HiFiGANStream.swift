import HablaKernels

/// One running utterance of a HiFi-GAN generator: latent frames in, samples out.
///
/// Frames may come in pieces of any size; every layer keeps the rows it still needs, so the
/// samples equal those of the whole utterance at once up to rounding, and the memory, allocated
/// once, does not depend on the utterance's length. Samples of a frame come `lookaheadFrames`
/// frames later. Threads: one caller at a time; any number of streams share a `HiFiGAN`.
package final class HiFiGANStream {
  private let decoder: HiFiGAN
  private let pool: ThreadPool
  private let firstWindow: StreamWindow
  private let lastWindow: StreamWindow
  private let stages: [HiFiGANStageStream]
  private let source: HarmonicSource?
  private let latent: RowBuffer
  private let initial: RowBuffer
  /// What layers and stages use while they run, one after the other.
  private let memory: FloatBuffer
  private let samples: FloatBuffer
  private let firstBias: FloatBuffer

  /// Most frames that are computed at once; longer pushes are cut.
  package static let blockFrames = 64

  /// Frames after a frame that its samples depend on, rounded up.
  package var lookaheadFrames: Int {
    var rows = 0.0
    for (stage, rate) in zip(decoder.stages, decoder.configuration.upsampleRates).reversed() {
      let lag = stage.blocks.map { $0.reduce(0) { $0 + $1.padding } }.max() ?? 0
      rows = (rows + Double(lag)) / Double(rate) + Double(stage.upsampling.lookahead)
    }
    return Int((rows + 3).rounded(.up))
  }

  /// Makes the working memory of a stream that uses `pool`, ready for an utterance without speaker.
  package init(_ decoder: HiFiGAN, pool: ThreadPool) {
    self.decoder = decoder
    self.pool = pool
    let sizes = decoder.configuration
    firstWindow = StreamWindow(
      channels: sizes.inputChannels, history: decoder.first.padding,
      lookahead: decoder.first.padding)
    lastWindow = StreamWindow(
      channels: decoder.last.shape.inputs, history: decoder.last.padding,
      lookahead: decoder.last.padding)
    var room = (head: lastWindow.headroom, tail: lastWindow.tailroom)
    var reversed: [HiFiGANStageStream] = []
    for (index, stage) in decoder.stages.enumerated().reversed() {
      let made = HiFiGANStageStream(
        stage, kind: sizes.residualBlock, slope: sizes.leakyReLUSlope,
        passRows: Self.passRows(stage, isFirst: index == 0), room: room,
        threads: pool.threadCount)
      room = made.room
      reversed.append(made)
    }
    stages = reversed.reversed()
    let padding = decoder.stages.compactMap { $0.source?.padding }.max() ?? 0
    source = sizes.source.map { HarmonicSource($0, sizes, padding: padding) }
    let frames = Self.blockFrames
    latent = RowBuffer(
      channels: sizes.inputChannels, headroom: firstWindow.headroom, rows: frames,
      tailroom: firstWindow.tailroom)
    initial = RowBuffer(
      channels: sizes.initialChannels, headroom: room.head,
      rows: frames + firstWindow.headroom, tailroom: room.tail)
    let outputRows = (stages.last?.outputRows ?? 0) + lastWindow.headroom
    samples = FloatBuffer(uninitialized: outputRows)
    let threads = pool.threadCount
    memory = FloatBuffer(
      uninitialized: max(
        decoder.first.scratchCount(rows: frames + firstWindow.headroom, threads: threads),
        decoder.condition?.scratchCount(rows: 1, threads: threads) ?? 0,
        decoder.last.scratchCount(rows: outputRows, threads: threads),
        stages.map(\.memoryCount).max() ?? 0))
    firstBias = FloatBuffer(count: sizes.initialChannels)
    begin(speakerVector: nil)
  }

  /// Input rows that a stage takes at once: enough to use each weight often, few enough for its activations to
  /// stay in the last-level cache.
  private static func passRows(_ stage: HiFiGAN.Stage, isFirst: Bool) -> Int {
    if isFirst { return blockFrames + 3 }
    let target = 262_144 / (stage.channels * stage.upsampling.rate)
    return min(max(target, 8), 1024)
  }

  /// Starts an utterance, for a speaker if a vector of `speakerChannels` floats is given.
  package func begin(speakerVector: UnsafePointer<Float>?) {
    firstWindow.reset()
    lastWindow.reset()
    for stage in stages { stage.reset() }
    source?.reset()
    let channels = decoder.configuration.initialChannels
    Elementwise.fillRows(
      rows: 1, columns: channels, out: firstBias.pointer, vector: decoder.first.bias?.pointer)
    if let speakerVector, let condition = decoder.condition {
      condition.forward(
        rows: 1, speakerVector, slope: 1,
        adding: .init(bias: condition.bias?.pointer, accumulates: true),
        into: firstBias.pointer, scratch: memory.pointer, pool: pool)
    }
  }

  /// Takes `frames` more latent frames, [frames, inputChannels], and gives the samples now known.
  ///
  /// `isLast` ends the utterance and gives all the rest; `frames` may be 0. `emit` is called with
  /// consecutive samples, zero or more times; its buffer is valid during the call. After it has
  /// thrown, or after the last frame, `begin` must come before the next `push`.
  package func push<Failure: Error>(
    _ frameRows: UnsafePointer<Float>, frames: Int, isLast: Bool,
    emit: (UnsafeBufferPointer<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    let channels = decoder.configuration.inputChannels
    var first = 0
    repeat {
      let count = min(Self.blockFrames, frames - first)
      let ends = isLast && first + count == frames
      let block = frameRows + first * channels
      source?.push(
        block, frames: count, isLast: ends,
        needed: stages.compactMap(\.neededSample).min() ?? 0)
      latent.fresh.update(from: block, count: count * channels)
      let (window, rows) = firstWindow.open(latent.fresh, count, isLast: ends)
      decoder.first.forward(
        rows: rows, window, slope: 1, adding: .init(bias: UnsafePointer(firstBias.pointer)),
        into: initial.fresh, scratch: memory.pointer, pool: pool)
      firstWindow.close()
      try feed(stage: 0, initial.fresh, rows, isLast: ends, emit: emit)
      first += count
    } while first < frames
  }

  /// Gives rows to a stage, pass by pass, and each pass's result to the next stage.
  private func feed<Failure: Error>(
    stage index: Int, _ rows: UnsafeMutablePointer<Float>, _ count: Int, isLast: Bool,
    emit: (UnsafeBufferPointer<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    if count == 0 && !isLast { return }
    guard index < stages.count else {
      try finish(rows, count, isLast: isLast, emit: emit)
      return
    }
    let stage = stages[index]
    let channels = decoder.stages[index].upsampling.inputs
    var first = 0
    repeat {
      let part = min(stage.passRows, count - first)
      let ends = isLast && first + part == count
      let given = stage.process(
        rows + first * channels, part, isLast: ends, source: source, memory: memory.pointer,
        pool: pool)
      try feed(stage: index + 1, stage.sum.fresh, given, isLast: ends, emit: emit)
      first += part
    } while first < count
  }

  /// The last convolution and the hyperbolic tangent.
  private func finish<Failure: Error>(
    _ rows: UnsafeMutablePointer<Float>, _ count: Int, isLast: Bool,
    emit: (UnsafeBufferPointer<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    let (window, outputs) = lastWindow.open(rows, count, isLast: isLast)
    decoder.last.forward(
      rows: outputs, window, slope: 0.01, adding: .init(bias: decoder.last.bias?.pointer),
      into: samples.pointer, scratch: memory.pointer, pool: pool)
    lastWindow.close()
    VectorMath.tanh(samples.pointer, samples.pointer, outputs)
    if outputs > 0 {
      try emit(UnsafeBufferPointer(start: samples.pointer, count: outputs))
    }
  }
}
