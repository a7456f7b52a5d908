import HablaCheckpoints

extension Voice {
  /// A hash of everything in the voice that shapes its speech.
  ///
  /// Family, network, configuration files (pronouncing dictionaries among them), every weight as it
  /// is stored, the pronunciation model, and the prosody model; of that model's weights, which are published and hundreds of
  /// megabytes, a sample of every MiB. A converted voice is therefore another voice than its source.
  /// Opening a voice does not compute it; the first pack does. That reads all weights once: about
  /// 50 ms for the 200 MB of a full-size MeloTTS voice, 3 ms for the voice inside the library.
  ///
  /// - Throws: `HablaError` when a file of the prosody model cannot be read any more.
  package func identity() throws -> UInt64 {
    try knownIdentity.withLock { known in
      if let known { return known }
      let identity = try computedIdentity()
      known = identity
      return identity
    }
  }

  private func computedIdentity() throws -> UInt64 {
    var writer = ByteWriter()
    writer.append(text: family)
    writer.append(text: try ConfigurationJSON.encode(parts.network))
    for (name, text) in parts.files.sorted(by: { $0.key < $1.key }) {
      writer.append(text: name)
      writer.append(text: text)
    }
    do {
      var hash = try parts.weights.contentHash(seed: ContentHash.hash(writer.bytes))
      if let pronunciation { hash = pronunciation.contentHash(seed: hash) }
      return try prosodyPath.map { try ProsodyEncoder.identity(path: $0, seed: hash) } ?? hash
    } catch {
      throw HablaError(wrapping: error)
    }
  }
}

extension ProsodyEncoder {
  /// A hash of the files of a folder that the encoder reads.
  fileprivate static func identity(path: String, seed: UInt64) throws -> UInt64 {
    var hash = seed
    for name in ["config.json", "vocab.txt", "tokenizer_config.json"] {
      let text = try ConfigurationFiles.text(path + "/" + name) ?? ""
      hash = ContentHash.hash(Array((name + "\0" + text).utf8), seed: hash)
    }
    let weights = ["model.safetensors", "pytorch_model.bin"]
    guard let file = ConfigurationFiles.firstExisting(weights, in: path) else {
      throw HablaError(.io, "\(path): neither model.safetensors nor pytorch_model.bin")
    }
    let mapped = try FileBytes(mapping: file)
    return withExtendedLifetime(mapped) { ContentHash.sampledHash(mapped.bytes, seed: hash) }
  }
}
