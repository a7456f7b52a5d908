import HablaCheckpoints

/// Where a published voice comes from.
package enum VoiceSource: String, Sendable, CaseIterable {
  case piper, melotts, mms
}

/// A voice that can be fetched.
package struct RemoteVoice: Sendable, Equatable {
  /// Where it comes from.
  package let source: VoiceSource
  /// Name within its source ("es_ES-davefx-medium", "es", "spa").
  package let name: String
  /// Language code.
  package let language: String
  /// Number of speakers; 0 when the catalogue does not say.
  package let speakers: Int
  /// Its files; empty until `VoiceRepository.files` asks for them.
  package let files: [RemoteFile]
  /// The repository on the host that holds it.
  let repository: String

  /// Source and name, as `habla voices get` takes them.
  package var identifier: String { "\(source.rawValue):\(name)" }
  /// Bytes of all files that are known.
  package var size: Int { files.reduce(0) { $0 + ($1.size ?? 0) } }
}

/// One file of a voice.
package struct RemoteFile: Sendable, Equatable {
  /// Path on the host.
  let path: String
  /// Name in the voice's folder: no separators, not hidden.
  package let name: String
  /// Size in bytes, if known.
  package let size: Int?
  /// Checksum, if known.
  let digest: Digest?

  struct Digest: Sendable, Equatable {
    let algorithm: MessageDigest.Algorithm
    let hexadecimal: String
    /// Bytes that git puts before the contents when it makes its ids.
    var prefix: [UInt8] = []
  }
}

/// The public collections of voices on one host.
package struct VoiceRepository: Sendable {
  /// The host that the collections are published on.
  package static let defaultHost = "https://huggingface.co"

  private static let piperCollection = "rhasspy/piper-voices"
  private static let mmsPrefix = "facebook/mms-tts-"
  /// MeloTTS repositories in languages that Habla speaks.
  private static let melotts: [(name: String, repository: String)] = [
    ("es", "myshell-ai/MeloTTS-Spanish"), ("en", "myshell-ai/MeloTTS-English"),
    ("en-v3", "myshell-ai/MeloTTS-English-v3"), ("fr", "myshell-ai/MeloTTS-French"),
  ]
  private static let largestCatalogue = 64 << 20

  let host: String

  /// Takes the address of the host, without a slash at the end.
  ///
  /// - Throws: `VoiceError` when it is not https (http only for this machine).
  package init(host: String = VoiceRepository.defaultHost) throws {
    guard let address = WebAddress(host), address.isPrivate else {
      throw VoiceError("'\(host)' is not an https address")
    }
    self.host = host.hasSuffix("/") ? String(host.dropLast()) : host
  }

  /// The voices of one source.
  package func voices(_ source: VoiceSource) throws -> [RemoteVoice] {
    switch source {
    case .piper: return try piperVoices()
    case .melotts:
      return Self.melotts.map {
        RemoteVoice(
          source: .melotts, name: $0.name, language: String($0.name.prefix(2)), speakers: 0,
          files: [], repository: $0.repository)
      }
    case .mms: return try mmsVoices()
    }
  }

  /// The voice of an identifier: "source:name", or a Piper name alone.
  package func voice(_ identifier: String) throws -> RemoteVoice {
    let parts = identifier.split(separator: ":", maxSplits: 1).map(String.init)
    let source = parts.count == 2 ? VoiceSource(rawValue: parts[0]) : .piper
    guard let source, let name = parts.last, SafeName.isValid(name) else {
      throw VoiceError(
        "'\(identifier)' is not the name of a voice", hint: "see habla voices list")
    }
    // Every MMS language has its repository; the long list is not needed for one.
    if source == .mms {
      return RemoteVoice(
        source: .mms, name: name, language: name, speakers: 1, files: [],
        repository: Self.mmsPrefix + name)
    }
    guard let voice = try voices(source).first(where: { $0.name == name }) else {
      throw VoiceError("there is no voice '\(identifier)'", hint: "see habla voices list")
    }
    return voice
  }

  /// The files that make up a voice, with sizes and checksums.
  package func files(of voice: RemoteVoice) throws -> [RemoteFile] {
    if !voice.files.isEmpty { return voice.files }
    let wanted: [String] =
      switch voice.source {
      case .melotts: ["config.json", "checkpoint.pth"]
      default:
        ["config.json", "vocab.json", "tokenizer_config.json", "model.safetensors", "README.md"]
      }
    let tree = try json("/api/models/\(voice.repository)/tree/main")
    let files = (tree.array ?? []).compactMap { entry -> RemoteFile? in
      guard let path = entry.object?["path"]?.string, wanted.contains(path) else { return nil }
      let size = entry.object?["size"]?.integer
      var digest: RemoteFile.Digest?
      if let large = entry.object?["lfs"]?.object?["oid"]?.string {
        digest = .init(algorithm: .sha256, hexadecimal: large)
      } else if let id = entry.object?["oid"]?.string, let size {
        digest = .init(
          algorithm: .sha1, hexadecimal: id, prefix: Array("blob \(size)".utf8) + [0])
      }
      return RemoteFile(
        path: "/\(voice.repository)/resolve/main/\(path)", name: path, size: size, digest: digest)
    }
    let needed = voice.source == .melotts ? wanted : ["config.json", "vocab.json"]
    if let missing = needed.first(where: { name in !files.contains { $0.name == name } }) {
      throw VoiceError("\(host)/\(voice.repository): has no \(missing)")
    }
    return files
  }

  /// The address of a path on the host.
  func address(_ path: String) throws -> WebAddress {
    guard let address = WebAddress(host + path) else {
      throw VoiceError("bad address \(host)\(path)")
    }
    return address
  }

  // MARK: catalogues

  private func piperVoices() throws -> [RemoteVoice] {
    let path = "/\(Self.piperCollection)/resolve/main/voices.json"
    guard let catalogue = try json(path).object else {
      throw VoiceError("\(host)\(path): expected an object")
    }
    return try catalogue.keys.map { key in
      guard SafeName.isValid(key), let entry = catalogue[key]?.object,
        let files = entry["files"]?.object
      else { throw VoiceError("\(host)\(path): voice '\(key.prefix(80))' cannot be read") }
      return RemoteVoice(
        source: .piper, name: key,
        language: entry["language"]?.object?["code"]?.string ?? "",
        speakers: entry["num_speakers"]?.integer ?? 0,
        files: try files.keys.map { try Self.piperFile($0, files[$0]?.object) },
        repository: Self.piperCollection)
    }.sorted { $0.name < $1.name }
  }

  private static func piperFile(_ path: String, _ entry: JSONObject?) throws -> RemoteFile {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let name = parts.last, parts.allSatisfy(SafeName.isValid) else {
      throw VoiceError("the catalogue names the file '\(path.prefix(200))', which is refused")
    }
    let digest = entry?["md5_digest"]?.string
    return RemoteFile(
      path: "/\(piperCollection)/resolve/main/\(path)", name: name,
      size: entry?["size_bytes"]?.integer,
      digest: digest.map { .init(algorithm: .md5, hexadecimal: $0.lowercased()) })
  }

  private func mmsVoices() throws -> [RemoteVoice] {
    let list = try json("/api/models?author=facebook&search=mms-tts-&limit=10000")
    return (list.array ?? []).compactMap { entry in
      guard let id = entry.object?["id"]?.string, id.hasPrefix(Self.mmsPrefix) else { return nil }
      let code = String(id.dropFirst(Self.mmsPrefix.count))
      guard SafeName.isValid(code) else { return nil }
      return RemoteVoice(
        source: .mms, name: code, language: code, speakers: 1, files: [], repository: id)
    }.sorted { $0.name < $1.name }
  }

  private func json(_ path: String) throws -> JSONValue {
    let address = try address(path)
    var body: [UInt8] = []
    try HTTPTransfer(address) { head in
      guard head.status == 200 else {
        throw VoiceError("\(address): the server answers \(head.status)")
      }
    } onData: { data in
      body += data
      if body.count > Self.largestCatalogue { throw VoiceError("\(address): too long an answer") }
    }.run()
    do {
      return try body.withUnsafeBytes { try JSONValue(parsing: $0, format: address.text) }
    } catch {
      throw VoiceError("\(error)")
    }
  }
}

/// Names that may become names of files.
enum SafeName {
  /// Letters, digits and "._-+", not beginning with a dot, of sensible length.
  static func isValid(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 120 && !name.hasPrefix(".")
      && name.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType != nil
          || "._-+".unicodeScalars
            .contains($0)
      }
  }
}
