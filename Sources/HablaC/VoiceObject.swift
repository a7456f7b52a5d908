import CHabla
import Habla

/// A voice and its description as C sees it.
///
/// Owns the description. Threads: immutable.
final class VoiceObject: @unchecked Sendable {
  let voice: Voice
  /// The description, at an address that stays.
  let info: UnsafePointer<habla_voice_info>
  private let memory: UnsafeMutablePointer<habla_voice_info>
  private let family: CString
  private let languages: CStringArray
  private let symbols: CStringArray
  private let names: CStringArray
  private let speakers: UnsafeMutableBufferPointer<habla_speaker>

  init(_ voice: Voice) {
    self.voice = voice
    family = CString(voice.family)
    languages = CStringArray(voice.languages)
    symbols = CStringArray(voice.symbols)
    names = CStringArray(voice.speakers.map(\.name))
    speakers = .allocate(capacity: voice.speakers.count)
    for (index, speaker) in voice.speakers.enumerated() {
      speakers.initializeElement(
        at: index,
        to: habla_speaker(name: names[index], id: Int32(clamping: speaker.id), reserved: 0))
    }
    memory = .allocate(capacity: 1)
    info = UnsafePointer(memory)
    memory.initialize(
      to: habla_voice_info(
        struct_size: UInt32(MemoryLayout<habla_voice_info>.size),
        sample_rate: Int32(clamping: voice.sampleRate),
        hop_length: Int32(clamping: voice.hopLength),
        default_speaker: Int32(clamping: voice.speakers.first?.id ?? 0),
        family: family.pointer,
        languages: languages.pointer, language_count: languages.count,
        speakers: voice.speakers.isEmpty ? nil : UnsafePointer(speakers.baseAddress),
        speaker_count: speakers.count,
        symbols: symbols.pointer, symbol_count: symbols.count,
        noise_scale: Double(voice.noiseScale), noise_scale_w: Double(voice.noiseScaleW),
        sdp_ratio: Double(voice.sdpRatio), weight_count: Int64(voice.weightCount)))
  }

  deinit {
    memory.deallocate()
    speakers.deallocate()
  }
}
