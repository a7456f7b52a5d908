import HablaCheckpoints
import HablaText

/// Everything beside the voice that decides what a synthesis gives.
///
/// Two requests with one key give the same chunks, sample for sample and mark for mark. Names are
/// resolved first: the default speaker and the same speaker by name have one key, and so have a
/// scale left out and the voice's own. The number of threads is not part of it, as it changes no
/// sample. Text is taken as written, because marks point into it. The bytes are also what a phrase
/// pack is searched for: a change of their order or meaning is a change of `PhrasePackFormat`.
package struct SpeechKey: Hashable, Sendable {
  /// The canonical form: fixed fields, then language and text.
  package let bytes: [UInt8]

  /// For the index of a pack; keys with one digest are told apart by their bytes.
  package var digest: UInt64 { ContentHash.hash(bytes) }

  /// The key of a request.
  package init(_ request: SynthesisRequest) {
    let options = request.options
    var writer = ByteWriter()
    writer.append(UInt8(request.kind == .text ? 0 : 1))
    writer.append(UInt8(options.normalizesText ? 1 : 0))
    writer.append(Int64(request.speaker ?? -1))
    writer.append(options.speed)
    writer.append(request.scales.noiseScale)
    writer.append(request.scales.noiseScaleW)
    writer.append(request.scales.lengthScale)
    writer.append(request.scales.sdpRatio)
    writer.append(options.seed)
    writer.append(options.volume)
    writer.append(options.sentenceSilence)
    writer.append(options.paragraphSilence)
    writer.append(UInt32(clamping: request.rates.output))
    writer.append(options.lexicon?.digest ?? 0)
    // The schedule moves chunk boundaries and the samples' rounding.
    writer.append(UInt32(clamping: options.chunks.first))
    writer.append(UInt32(clamping: options.chunks.largest))
    writer.append(text: request.language)
    writer.append(text: request.input)
    bytes = writer.bytes
  }
}
