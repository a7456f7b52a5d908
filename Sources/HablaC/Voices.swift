// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CHabla
import Habla
import Synchronization

/// Most bytes that a voice in memory may have; more cannot be one.
private let largestVoice = 1 << 36

/// The handle of the library's own voice, kept to give the same one again while it is valid.
private let builtIn = Mutex<UInt>(0)

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_open(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<habla_voice_options>?,
  _ error: UnsafeMutablePointer<habla_error>?
) -> OpaquePointer? {
  creating(error) {
    let path = try CallerString.required(path, "path")
    let sources = try WordSources(options)
    return opened(
      try Voice(
        path: path, dictionary: sources.dictionary, pronunciation: sources.pronunciation),
      from: path)
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_open_bytes(
  _ bytes: UnsafeRawPointer?, _ size: Int, _ options: UnsafePointer<habla_voice_options>?,
  _ error: UnsafeMutablePointer<habla_error>?
) -> OpaquePointer? {
  creating(error) {
    guard let bytes else { throw HablaError(.argument, "bytes is NULL") }
    if size < 0 || size > largestVoice {
      throw HablaError(
        .memory, "size is \(UInt(bitPattern: size)), more than the \(largestVoice) allowed")
    }
    try WordSources(options).refuse()
    let copy = [UInt8](UnsafeRawBufferPointer(start: bytes, count: size))
    return opened(try Voice(bytes: copy), from: "\(size) bytes")
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_open_builtin(
  _ options: UnsafePointer<habla_voice_options>?, _ error: UnsafeMutablePointer<habla_error>?
) -> OpaquePointer? {
  creating(error) {
    try WordSources(options).refuse()
    return try builtIn.withLock { number in
      let known = OpaquePointer(bitPattern: number)
      if Handles.voices.retain(known) { return known }
      let handle = opened(try Voice.builtIn(), from: "the library")
      number = UInt(bitPattern: handle)
      return handle
    }
  }
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_retain(_ voice: OpaquePointer?) -> OpaquePointer? {
  Handles.voices.retain(voice) ? voice : nil
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_release(_ voice: OpaquePointer?) {
  _ = Handles.voices.release(voice)
}

/// Implements the function of habla.h.
@c @implementation
public func habla_voice_describe(_ voice: OpaquePointer?) -> UnsafePointer<habla_voice_info>? {
  Handles.voices.object(voice)?.info
}

private func opened(_ voice: Voice, from origin: String) -> OpaquePointer? {
  Log.write(
    HABLA_LOG_INFO,
    "opened a \(voice.family) voice from \(origin): \(voice.weightCount) weights, "
      + "\(voice.sampleRate) Hz")
  return Handles.voices.insert(VoiceObject(voice))
}

/// What the options say about where words come from.
private struct WordSources {
  /// Path of the English pronouncing dictionary that is named.
  let dictionary: String?
  let pronunciation: PronunciationSource

  /// Checks the options.
  init(_ options: UnsafePointer<habla_voice_options>?) throws {
    let options = try habla_voice_options.read(options)
    if options.flags != 0 {
      throw HablaError(.unsupported, "habla_voice_options.flags is \(options.flags), expected 0")
    }
    dictionary = try CallerString.optional(options.dictionary, "habla_voice_options.dictionary")
    let folder = try CallerString.optional(
      options.pronunciation, "habla_voice_options.pronunciation")
    pronunciation = folder.map { $0 == "off" ? .off : .folder($0) } ?? .automatic
  }

  /// Refuses what is named, for a voice that reads none of it.
  func refuse() throws {
    let hint = "use a lexicon, or open a MeloTTS voice by its path"
    if let dictionary {
      throw HablaError(
        .unsupported, "\(dictionary): this voice takes no pronouncing dictionary", hint: hint)
    }
    if case .folder(let path) = pronunciation {
      throw HablaError(
        .unsupported, "\(path): this voice takes no pronunciation model", hint: hint)
    }
  }
}
