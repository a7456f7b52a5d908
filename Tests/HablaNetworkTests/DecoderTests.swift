import HablaCheckpoints
import HablaKernels
import HablaNetwork
import TestSupport
import Testing

/// Configuration of the decoder in a MeloTTS `config.json`.
private func decoderConfiguration(_ folder: String) throws -> HiFiGANConfiguration {
  let bytes = try FileBytes(mapping: Fixtures.path(folder + "/config.json"))
  let model = try #require(try JSONValue(parsing: bytes.bytes).object?["model"]?.object)
  func list(_ key: String) -> [Int] { model[key]?.array?.compactMap(\.integer) ?? [] }
  return HiFiGANConfiguration(
    inputChannels: model["inter_channels"]?.integer ?? 0,
    initialChannels: model["upsample_initial_channel"]?.integer ?? 0,
    upsampleRates: list("upsample_rates"), upsampleKernelSizes: list("upsample_kernel_sizes"),
    residualBlock: try #require(ResidualBlockKind(rawValue: model["resblock"]?.string ?? "")),
    residualKernelSizes: list("resblock_kernel_sizes"),
    residualDilations: model["resblock_dilation_sizes"]?.array?.map {
      $0.array?.compactMap(\.integer) ?? []
    } ?? [],
    speakerChannels: model["gin_channels"]?.integer ?? 0)
}

/// A decoder of the unit goldens.
private func configuration(_ unit: UnitCase) throws -> HiFiGANConfiguration {
  let first = unit.shape("w.conv_pre.weight")
  let kind = try #require(ResidualBlockKind(rawValue: unit.hyper["kind"]?.string ?? ""))
  return HiFiGANConfiguration(
    inputChannels: first[1], initialChannels: first[0],
    upsampleRates: unit.integers("upsample_rates"),
    upsampleKernelSizes: unit.integers("upsample_kernel_sizes"), residualBlock: kind,
    residualKernelSizes: unit.integers("resblock_kernel_sizes"),
    residualDilations: unit.hyper["resblock_dilation_sizes"]?.array?.map {
      $0.array?.compactMap(\.integer) ?? []
    } ?? [],
    speakerChannels: unit.shape("w.cond.weight").dropFirst().first ?? 0)
}

private func weights(_ unit: UnitCase) -> WeightReader {
  let name = unit.name
  return WeightReader(unit.file) { name + "/w." + $0 }
}

/// The samples of an utterance whose frames come `chunk` at a time.
func streamed(
  _ latent: [Float], channels: Int, chunk: Int, speaker: [Float]?, _ stream: HiFiGANStream
) -> [Float] {
  stream.begin(speakerVector: speaker)
  let frames = latent.count / channels
  var samples: [Float] = []
  var first = 0
  repeat {
    let count = min(chunk, frames - first)
    latent.withUnsafeBufferPointer { rows in
      guard let base = rows.baseAddress else { return }
      stream.push(base + first * channels, frames: count, isLast: first + count == frames) {
        samples.append(contentsOf: $0)
      }
    }
    first += count
  } while first < frames
  return samples
}

@Suite struct DecoderTests {
  @Test func generatorMeetsUnitGoldens() throws {
    let pool = ThreadPool(threadCount: 2)
    let cases = try UnitCase.all("generator")
    #expect(cases.count >= 4)
    for unit in cases {
      let sizes = try configuration(unit)
      let frames = unit.shape("in.z")[2]
      let latent = transposed(try unit.values("in.z"), rows: frames)
      let speaker = unit.shape("in.g").isEmpty ? nil : try unit.values("in.g")
      let expected = try unit.values("out.audio")
      #expect(expected.count == sizes.sampleCount(frames: frames))
      let reference = try HiFiGANReference(sizes, weights: weights(unit))
      #expect(
        largestDifference(reference.forward(latent, speaker: speaker), expected) < 2e-5,
        "reference, \(unit.name)")
      let decoder = try HiFiGAN(sizes, weights: weights(unit))
      let samples = decoder.forward(
        latent, frames: frames, speakerVector: speaker, pool: pool)
      #expect(largestDifference(samples, expected) < 2e-5, "\(unit.name)")
    }
  }

  @Test func residualBlocksMeetUnitGoldens() throws {
    let pool = ThreadPool(threadCount: 1)
    let cases = try UnitCase.all("resblock")
    #expect(cases.count >= 4)
    for unit in cases {
      let shape = unit.shape("in.x")
      let (channels, rows) = (shape[1], shape[2])
      let kind = try #require(ResidualBlockKind(rawValue: unit.hyper["kind"]?.string ?? ""))
      let (dilations, kernel) = (unit.integers("dilations"), unit.integer("kernel"))
      let slope = try #require(unit.hyper["slope"]?.number)
      let reader = weights(unit)
      let layers = try dilations.enumerated().flatMap { m, dilation in
        let names = kind == .one ? ["convs1.\(m)", "convs2.\(m)"] : ["convs.\(m)"]
        return try zip(names, [dilation, 1]).map { name, dilation in
          try DecoderConvolution(
            reader, name,
            ConvolutionShape(
              inputs: channels, outputs: channels, kernel: kernel, dilation: dilation))
        }
      }
      // LeakyReLU(x) - LeakyReLU(-x) is (1 + slope) x: an upsampling layer that changes nothing.
      var identity = [Float](repeating: 0, count: 2 * channels * channels)
      for c in 0..<channels {
        identity[c * channels + c] = Float(1 / (1 + slope))
        identity[(channels + c) * channels + c] = Float(-1 / (1 + slope))
      }
      let stage = HiFiGAN.Stage(
        channels: channels,
        upsampling: TransposedConvolution(
          inputs: 2 * channels, outputs: channels, kernel: 1, rate: 1, weight: identity),
        upsamplingBias: nil, blocks: [layers])
      let stream = HiFiGANStageStream(
        stage, kind: kind, slope: Float(slope), passRows: rows, room: (0, 0), threads: 1)
      let x = transposed(try unit.values("in.x"), rows: rows)
      let input = RowBuffer(
        channels: 2 * channels, headroom: stream.room.head, rows: rows,
        tailroom: stream.room.tail)
      for i in x.indices {
        let place = i / channels * 2 * channels + i % channels
        input.fresh[place] = x[i]
        input.fresh[place + channels] = -x[i]
      }
      let memory = FloatBuffer(uninitialized: stream.memoryCount)
      let given = stream.process(
        input.fresh, rows, isLast: true, memory: memory.pointer, pool: pool)
      #expect(given == rows)
      let y = Array(UnsafeBufferPointer(start: stream.sum.fresh, count: given * channels))
      let expected = transposed(try unit.values("out.y"), rows: rows)
      #expect(largestDifference(y, expected) < 2e-5, "\(unit.name)")
    }
  }

  @Test(arguments: ["melo-tiny", "melo-resblock2-residualflow"])
  func decoderMeetsUtteranceGoldens(folder: String) throws {
    let checkpoint = try Checkpoints.open(path: Fixtures.path(folder + "/checkpoint.pth"))
    let sizes = try decoderConfiguration(folder)
    let reader = WeightReader(checkpoint)
    let decoder = try HiFiGAN(sizes, weights: reader.scoped("dec"))
    let speakers = try checkpoint.floats("emb_g.weight")
    let pool = ThreadPool(threadCount: 2)
    let bytes = try FileBytes(mapping: Fixtures.path(folder + "/goldens/cases.json"))
    let cases = try #require(try JSONValue(parsing: bytes.bytes).array)
    for entry in cases {
      let entry = try #require(entry.object)
      let file = try #require(entry["file"]?.string)
      let golden = try Checkpoints.open(path: Fixtures.path("\(folder)/goldens/\(file)"))
      let frames = try #require(golden.info("z")).shape[2]
      let speaker = try #require(entry["speaker_id"]?.integer) * sizes.speakerChannels
      let samples = decoder.forward(
        transposed(try golden.floats("z"), rows: frames), frames: frames,
        speakerVector: Array(speakers[speaker..<speaker + sizes.speakerChannels]), pool: pool)
      #expect(largestDifference(samples, try golden.floats("audio")) < 2e-5, "\(file)")
    }
  }

  @Test func streamEqualsWholeUtteranceForEveryChunkSize() throws {
    for unit in try UnitCase.all("generator") {
      let sizes = try configuration(unit)
      let decoder = try HiFiGAN(sizes, weights: weights(unit))
      let reference = try HiFiGANReference(sizes, weights: weights(unit))
      let speaker = unit.shape("in.g").isEmpty ? nil : try unit.values("in.g")
      let stream = HiFiGANStream(decoder, pool: ThreadPool(threadCount: 2))
      for frames in [0, 1, 5, 40, 100] {
        let latent = testValues(frames * sizes.inputChannels, seed: UInt64(frames + 1))
        let expected = reference.forward(latent, speaker: speaker)
        for chunk in [1, 2, 3, 7, 16, 64, max(frames, 1)] {
          let samples = streamed(
            latent, channels: sizes.inputChannels, chunk: chunk, speaker: speaker, stream)
          #expect(
            largestDifference(samples, expected) < 1e-5,
            "\(unit.name), \(frames) frames by \(chunk)")
        }
      }
    }
  }

  @Test func samplesDoNotDependOnThreadCount() throws {
    let unit = try #require(try UnitCase.all("generator").first)
    let decoder = try HiFiGAN(try configuration(unit), weights: weights(unit))
    let latent = testValues(50 * decoder.configuration.inputChannels, seed: 3)
    let expected = decoder.forward(latent, frames: 50, pool: ThreadPool(threadCount: 1))
    for threads in [2, 3, 8] {
      let samples = decoder.forward(
        latent, frames: 50, pool: ThreadPool(threadCount: threads))
      #expect(samples == expected, "\(threads) threads")
    }
  }
}
