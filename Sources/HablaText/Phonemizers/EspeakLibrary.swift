#if EspeakNG
import CEspeakNG
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The one instance of libespeak-ng in this process.
///
/// The library keeps its voice, dictionary and buffers in global variables, so every call happens
/// inside one lock and makes sure of its voice first. It is started by the first call and never stopped:
/// stopping it for one user would stop it for all. A failed start is tried again by the next call.
/// A program that also calls libespeak-ng itself must not do so at the same time.
enum EspeakLibrary {
  private struct State {
    var isStarted = false
    /// Where its data is, once started.
    var dataPath = ""
    /// The voice set last, and what the library then called it.
    var voice: (name: String, identifier: String)?
  }

  private static let state = Mutex(State())

  /// IPA of each text as the voice speaks it, pieces separated by spaces.
  ///
  /// Never prints or exits.
  ///
  /// - Parameters:
  ///   - texts: Texts; control characters count as spaces, and what `EspeakScripts` does not
  ///     allow is left out.
  ///   - voice: An espeak-ng voice name such as "es" or "en-us".
  ///   - dataPath: The folder espeak-ng-data or the one that holds it; nil for the library's own
  ///     search, which starts with the environment variable ESPEAK_DATA_PATH.
  /// - Returns: As many strings as texts.
  /// - Throws: `TextError` when the data or the voice is missing.
  static func phonemes(
    of texts: [String], voice: String, dataPath: String?
  ) throws(TextError) -> [String] {
    let result = state.withLock { state -> Result<[String], TextError> in
      do throws(TextError) {
        try start(&state, dataPath: dataPath)
        try setVoice(&state, voice)
        let extra = EspeakScripts.extraRanges(for: voice)
        return .success(texts.map { translate($0, extra: extra) })
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func start(_ state: inout State, dataPath: String?) throws(TextError) {
    if state.isStarted {
      guard let dataPath, !isSameFolder(dataPath, state.dataPath) else { return }
      throw .phonemizerDataInUse(requested: dataPath, current: state.dataPath)
    }
    if let dataPath, folder(of: dataPath) == nil {
      throw .phonemizerDataMissing(path: dataPath, reason: "no file 'phontab' there")
    }
    espeak_ng_InitializePath(dataPath.flatMap(folder) ?? dataPath)
    // This call, unlike espeak_Initialize, neither prints nor exits.
    var context: espeak_ng_ERROR_CONTEXT?
    let status = espeak_ng_Initialize(&context)
    espeak_ng_ClearErrorContext(&context)
    var found: UnsafePointer<CChar>?
    _ = espeak_Info(&found)
    let foundPath = found.map { String(cString: $0) } ?? ""
    guard status == ENS_OK else {
      throw .phonemizerDataMissing(
        path: dataPath ?? (foundPath.isEmpty ? nil : foundPath), reason: message(status))
    }
    state.isStarted = true
    state.dataPath = foundPath
  }

  /// Makes the library speak with a voice, unless it already does.
  ///
  /// Version 1.51 does not give back 1,344 bytes with every change.
  private static func setVoice(_ state: inout State, _ voice: String) throws(TextError) {
    if let known = state.voice, known.name == voice, known.identifier == currentVoice() { return }
    state.voice = nil
    let status = espeak_ng_SetVoiceByName(voice)
    guard status == ENS_OK else {
      throw .phonemizerVoiceMissing(voice, reason: message(status))
    }
    state.voice = (voice, currentVoice())
  }

  private static func currentVoice() -> String {
    guard let identifier = espeak_GetCurrentVoice()?.pointee.identifier else { return "" }
    return String(cString: identifier)
  }

  /// The folder that holds phontab: `path` itself or espeak-ng-data in it.
  private static func folder(of path: String) -> String? {
    [path, path + "/espeak-ng-data"].first { access($0 + "/phontab", R_OK) == 0 }
  }

  private static func isSameFolder(_ path: String, _ other: String) -> Bool {
    guard let folder = folder(of: path) else { return false }
    var first = stat()
    var second = stat()
    return stat(folder, &first) == 0 && stat(other, &second) == 0
      && first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  private static func message(_ status: espeak_ng_STATUS) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      buffer.initialize(repeating: 0)
      guard let base = buffer.baseAddress else { return "" }
      espeak_ng_GetStatusCodeMessage(status, base, buffer.count)
      return String(cString: base)
    }
  }

  /// One text through espeak_TextToPhonemes, which takes it clause by clause.
  private static func translate(_ text: String, extra: [ClosedRange<UInt32>]) -> String {
    // U+0001 would start a command to espeak-ng, U+0000 end the text.
    var bytes = [UInt8]()
    bytes.reserveCapacity(text.utf8.count + 1)
    for scalar in text.unicodeScalars {
      if scalar.isSpace {
        bytes.append(0x20)
      } else if EspeakScripts.allows(scalar, extra: extra) {
        bytes += UTF8.encode(scalar) ?? .init()
      }
    }
    bytes.append(0)
    var pieces: [String] = []
    bytes.withUnsafeBytes { buffer in
      var next = buffer.baseAddress
      while next != nil {
        let before = next
        if let piece = espeak_TextToPhonemes(&next, Int32(espeakCHARS_UTF8), ipaMode) {
          pieces.append(String(cString: piece))
        }
        // It always advances; a version that did not must not hang the caller.
        if next == before { break }
      }
    }
    return pieces.joined(separator: " ")
  }

  /// International Phonetic Alphabet, no separators between phonemes.
  private static let ipaMode: Int32 = 0x02
}
#else
/// Stands in for libespeak-ng in a build without it.
enum EspeakLibrary {
  /// Always throws.
  static func phonemes(
    of texts: [String], voice: String, dataPath: String?
  ) throws(TextError) -> [String] {
    throw .phonemizerNotBuilt
  }
}
#endif
