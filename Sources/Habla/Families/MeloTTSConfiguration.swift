import HablaNetwork

extension MeloTTS {
  /// `config.json`; keys that are not listed are ignored.
  struct Configuration: Decodable, Sendable {
    /// `habla.front_end` of voices trained on clauses of espeak-ng phonemes.
    static let clausePhonemes = "espeak-clauses"

    struct Data: Decodable, Sendable {
      let samplingRate: Int
      let addBlank: Bool?
      let disablesProsody: Bool?
      let speakerIds: [String: Int]?

      enum CodingKeys: String, CodingKey {
        case samplingRate = "sampling_rate"
        case addBlank = "add_blank"
        case disablesProsody = "disable_bert"
        case speakerIds = "spk2id"
      }
    }

    struct Model: Decodable, Sendable {
      let interChannels: Int
      let hiddenChannels: Int
      let filterChannels: Int
      let heads: Int
      let layers: Int
      let kernelSize: Int
      let flowStackLayers: Int?
      let flowLayers: Int?
      let usesTransformerFlow: Bool?
      let usesSpeakerConditionedEncoder: Bool?
      let usesVoiceConversion: Bool?
      let speakerChannels: Int?
      let residualBlock: ResidualBlockKind
      let residualKernelSizes: [Int]
      let residualDilations: [[Int]]
      let upsampleRates: [Int]
      let upsampleKernelSizes: [Int]
      let upsampleInitialChannels: Int
      let source: Source?

      enum CodingKeys: String, CodingKey {
        case interChannels = "inter_channels"
        case hiddenChannels = "hidden_channels"
        case filterChannels = "filter_channels"
        case heads = "n_heads"
        case layers = "n_layers"
        case kernelSize = "kernel_size"
        case flowStackLayers = "n_layers_trans_flow"
        case flowLayers = "n_flow_layer"
        case usesTransformerFlow = "use_transformer_flow"
        case usesSpeakerConditionedEncoder = "use_spk_conditioned_encoder"
        case usesVoiceConversion = "use_vc"
        case speakerChannels = "gin_channels"
        case residualBlock = "resblock"
        case residualKernelSizes = "resblock_kernel_sizes"
        case residualDilations = "resblock_dilation_sizes"
        case upsampleRates = "upsample_rates"
        case upsampleKernelSizes = "upsample_kernel_sizes"
        case upsampleInitialChannels = "upsample_initial_channel"
        case source
      }
    }

    /// Habla's addition to the section `model`: the decoder's oscillator.
    struct Source: Decodable, Sendable {
      let pitchChannel: Int
      let voicingChannel: Int
      let center: Float
      let scale: Float

      enum CodingKeys: String, CodingKey {
        case pitchChannel = "pitch_channel"
        case voicingChannel = "voicing_channel"
        case center, scale
      }
    }

    /// Habla's addition to the file: how the voice was trained to read text.
    struct Extension: Decodable, Sendable {
      let frontEnd: String
      /// What tones mean; nil for a voice with one tone.
      let tones: Tones?
      let languages: [String]?

      /// Meanings of tones.
      enum Tones: String, Decodable, Sendable {
        /// See `StressPlaces`.
        case stressPlaces = "stress-places"
      }

      enum CodingKeys: String, CodingKey {
        case frontEnd = "front_end"
        case tones, languages
      }
    }

    let data: Data
    let model: Model
    let symbols: [String]
    let languageCount: Int?
    let habla: Extension?

    enum CodingKeys: String, CodingKey {
      case data, model, symbols, habla
      case languageCount = "num_languages"
    }
  }
}

extension MeloTTS.Configuration {
  /// Speakers in the order of their numbers.
  var speakers: [VoiceSpeaker] {
    (data.speakerIds ?? [:]).map { VoiceSpeaker(name: $0.key, id: $0.value) }
      .sorted { ($0.id, $0.name) < ($1.id, $1.name) }
  }

  /// MeloTTS's defaults; a clause-phoneme voice speaks best with deterministic durations.
  var scales: SynthesisScales {
    habla == nil
      ? SynthesisScales(noiseScale: 0.6, noiseScaleW: 0.8, lengthScale: 1, sdpRatio: 0.2)
      : SynthesisScales(noiseScale: 0.667, noiseScaleW: 0.8, lengthScale: 1, sdpRatio: 0)
  }

  /// Languages of the voice, the default first.
  ///
  /// Published folders do not say which language they speak; their speaker names begin with it
  /// ("ES", "EN-US"). Without a hint all languages are offered, Spanish first.
  var languages: [MeloTTS.Language] {
    if let codes = habla?.languages {
      return codes.compactMap { code in MeloTTS.Language.all.first { $0.code == code } }
    }
    let named = MeloTTS.Language.all.filter { language in
      speakers.contains {
        let name = $0.name.uppercased()
        return name == language.code || name.hasPrefix(language.code + "-")
          || (language.code == "ES" && name == "SP")
      }
    }
    return (named.isEmpty ? MeloTTS.Language.all : named).filter {
      $0.id < languageCount ?? Int.max
    }
  }

  /// The network's shape, checked for values that no network can have.
  func network(_ weights: WeightReader) throws -> VITSConfiguration {
    let speakerCount = weights.shape("emb_g.weight")?.first ?? 0
    let speakerChannels = speakerCount > 0 ? model.speakerChannels ?? 0 : 0
    let couplings = model.flowLayers ?? 4
    let flowStackLayers = model.flowStackLayers ?? 3
    let conditioned =
      (model.usesSpeakerConditionedEncoder ?? true) && !(model.usesVoiceConversion ?? false)
    let network = VITSConfiguration(
      sampleRate: data.samplingRate, interChannels: model.interChannels,
      speakerChannels: speakerChannels, speakerCount: speakerCount,
      encoder: stack(model.layers, model.kernelSize, conditioned ? speakerChannels : 0),
      // In the residual variant `n_flow_layer` counts the layers inside each of four couplings.
      flow: model.usesTransformerFlow ?? true
        ? .transformer(couplings: couplings, stack: stack(flowStackLayers, 5, speakerChannels))
        : .residual(couplings: 4, layers: couplings, kernelSize: 5, dilationRate: 1),
      decoder: HiFiGANConfiguration(
        inputChannels: model.interChannels, initialChannels: model.upsampleInitialChannels,
        upsampleRates: model.upsampleRates, upsampleKernelSizes: model.upsampleKernelSizes,
        residualBlock: model.residualBlock, residualKernelSizes: model.residualKernelSizes,
        residualDilations: model.residualDilations, speakerChannels: speakerChannels,
        source: model.source.map {
          HarmonicSourceConfiguration(
            sampleRate: data.samplingRate, pitchChannel: $0.pitchChannel,
            voicingChannel: $0.voicingChannel, centerPitch: $0.center, pitchScale: $0.scale)
        }))
    try network.check()
    return network
  }

  private func stack(_ layers: Int, _ kernel: Int, _ speakerChannels: Int)
    -> TransformerConfiguration
  {
    TransformerConfiguration(
      channels: model.hiddenChannels, filterChannels: model.filterChannels, heads: model.heads,
      layers: layers, kernelSize: kernel, speakerChannels: speakerChannels)
  }
}
