import HablaCheckpoints
import HablaDefaultVoice

extension Voice {
  /// The voice inside the library: Spanish and English, a male and a female speaker, 22.05 kHz.
  ///
  /// Its weights were trained from scratch on speech that espeak-ng synthesized, and it sounds like
  /// it. Nothing is read from disk. Every call makes a voice of its own; share one.
  public static func builtIn() throws -> Voice {
    // The bytes are part of the program's image and stay in place for its life.
    let bytes = UnsafeRawBufferPointer(
      start: habla_default_voice_bytes(), count: habla_default_voice_size())
    do {
      let checkpoint = try Checkpoints.open(
        FileBytes(bytes, owner: nil, name: "the built-in voice"))
      guard let (family, parts) = try VoiceFile.read(checkpoint) else {
        throw HablaError(.internal, "the built-in voice is not a Habla voice file")
      }
      return try Voice(family: family, parts: parts)
    } catch {
      throw HablaError(wrapping: error)
    }
  }
}
