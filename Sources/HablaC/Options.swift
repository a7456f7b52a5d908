import CHabla
import Habla

extension habla_options {
  /// What the text is.
  ///
  /// - Throws: `HablaError` of kind `.unsupported` for kinds of input of another version.
  func inputKind() throws -> InputKind {
    switch input {
    case HABLA_INPUT_TEXT: return .text
    case HABLA_INPUT_PHONEMES: return .phonemes
    default:
      throw HablaError(
        .unsupported, "habla_options.input is \(input), expected 0 (text) or 1 (phonemes)")
    }
  }

  /// The library's options; ranges are checked when synthesis starts.
  func synthesisOptions() throws -> SynthesisOptions {
    if flags & ~HABLA_OPTION_VERBATIM != 0 {
      throw HablaError(.unsupported, "habla_options.flags is \(flags), expected 0 or 1")
    }
    var options = SynthesisOptions()
    options.normalizesText = flags & HABLA_OPTION_VERBATIM == 0
    if let name = try CallerString.optional(speaker, "habla_options.speaker") {
      options.speaker = .named(name)
    } else if speaker_id != HABLA_SPEAKER_DEFAULT {
      options.speaker = .id(Int(speaker_id))
    }
    options.language = try CallerString.optional(language, "habla_options.language")
    options.seed = seed
    options.speed = speed
    options.noiseScale = Self.scale(noise_scale)
    options.noiseScaleW = Self.scale(noise_scale_w)
    options.sdpRatio = Self.scale(sdp_ratio)
    options.volume = Float(volume)
    options.sentenceSilence = sentence_silence
    options.paragraphSilence = paragraph_silence
    options.chunks = ChunkSchedule(
      first: Int(first_chunk_frames), largest: Int(largest_chunk_frames))
    options.outputRate = output_rate == 0 ? nil : Int(output_rate)
    return options
  }

  /// Only the one number means the voice's value; other negative numbers are refused later.
  private static func scale(_ value: Double) -> Float? {
    value == HABLA_VOICE_DEFAULT ? nil : Float(value)
  }
}
