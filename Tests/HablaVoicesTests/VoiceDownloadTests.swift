import Foundation
import HablaVoices
import TestSupport
import Testing

@Suite(.serialized) struct VoiceDownloadTests {
  private static let model = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
  private static let modelPath = "/rhasspy/piper-voices/resolve/main/es/v.onnx"
  private static let jsonPath = modelPath + ".json"

  private static func digest(
    _ algorithm: MessageDigest.Algorithm, _ bytes: [UInt8], prefix: String = ""
  ) -> String {
    var sum = MessageDigest(algorithm)
    sum.update(Array(prefix.utf8))
    sum.update(bytes)
    return sum.hexadecimal()
  }

  private static func catalogue(
    files: [String] = ["es/v.onnx", "es/v.onnx.json"], md5: String? = nil, key: String = "es-v"
  ) -> [UInt8] {
    let contents = ["es/v.onnx": model, "es/v.onnx.json": Array("{}".utf8)]
    let list = files.map { path in
      let bytes = contents[path] ?? []
      return "\"\(path)\": {\"size_bytes\": \(bytes.count), \"md5_digest\": "
        + "\"\(md5 ?? digest(.md5, bytes))\"}"
    }
    return Array(
      """
      {"\(key)": {"key": "\(key)", "language": {"code": "es_ES"}, "num_speakers": 2,
       "files": {\(list.joined(separator: ","))}}}
      """.utf8)
  }

  private static let cataloguePath = "/rhasspy/piper-voices/resolve/main/voices.json"
  private static var site: [String: [UInt8]] {
    [cataloguePath: catalogue(), modelPath: model, jsonPath: Array("{}".utf8)]
  }

  /// A folder that goes with the test.
  private final class Folder {
    let path = NSTemporaryDirectory() + "habla-voices-\(UUID().uuidString)"
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private func get(_ server: LocalServer, _ name: String, into folder: Folder) throws -> String {
    let repository = try VoiceRepository(host: server.address)
    return try VoiceDownload(repository, into: folder.path).fetch(repository.voice(name))
  }

  private func names(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  @Test func listsAndFetchesPiperVoices() throws {
    let server = try LocalServer(files: Self.site)
    let voices = try VoiceRepository(host: server.address).voices(.piper)
    #expect(voices.map(\.identifier) == ["piper:es-v"])
    #expect(voices[0].language == "es_ES" && voices[0].speakers == 2)
    #expect(voices[0].size == Self.model.count + 2)
    let folder = Folder()
    let path = try get(server, "es-v", into: folder)
    #expect(path == folder.path + "/piper/es-v")
    #expect(names(path) == ["v.onnx", "v.onnx.json"])
    #expect(TemporaryFolder.read(path + "/v.onnx") == Self.model)
    // What is there and whole is not fetched again.
    let before = server.requests.count
    _ = try get(server, "piper:es-v", into: folder)
    #expect(server.requests.count == before + 1)
  }

  @Test func fetchesRepositoriesWithTheirChecksums() throws {
    let config = Array("{\"a\": 1}".utf8)
    let tree = """
      [{"type": "file", "path": "config.json", "size": \(config.count),
        "oid": "\(Self.digest(.sha1, config, prefix: "blob \(config.count)\0"))"},
       {"type": "file", "path": "vocab.json", "size": 2,
        "oid": "\(Self.digest(.sha1, Array("{}".utf8), prefix: "blob 2\0"))"},
       {"type": "file", "path": "other.bin", "size": 5},
       {"type": "file", "path": "model.safetensors", "size": \(Self.model.count),
        "lfs": {"oid": "\(Self.digest(.sha256, Self.model))"}}]
      """
    let main = "/facebook/mms-tts-spa/resolve/main/"
    let server = try LocalServer(files: [
      "/api/models/facebook/mms-tts-spa/tree/main": Array(tree.utf8),
      main + "config.json": config, main + "vocab.json": Array("{}".utf8),
      main + "model.safetensors": Self.model,
      "/api/models?author=facebook&search=mms-tts-&limit=10000":
        Array("[{\"id\": \"facebook/mms-tts-spa\"}, {\"id\": \"facebook/other\"}]".utf8),
    ])
    #expect(
      try VoiceRepository(host: server.address).voices(.mms).map(\.identifier) == ["mms:spa"])
    let folder = Folder()
    let path = try get(server, "mms:spa", into: folder)
    #expect(names(path) == ["config.json", "model.safetensors", "vocab.json"])
    #expect(throws: VoiceError.self) { try get(server, "mms:xyz", into: folder) }
    #expect(throws: VoiceError.self) { try get(server, "melotts:es", into: folder) }
  }

  /// A connection that breaks is taken up where it broke.
  @Test func resumes() throws {
    let site = Self.site
    let server = try LocalServer { request in
      var response = LocalServer.file(site[request.path], request)
      if request.path == Self.modelPath, request.rangeStart == nil { response.cut = 70_000 }
      return response
    }
    let folder = Folder()
    #expect(throws: VoiceError.self) { try get(server, "es-v", into: folder) }
    let part = folder.path + "/piper/es-v/v.onnx.part"
    let kept = TemporaryFolder.read(part).count
    #expect(kept > 0 && kept <= 70_000)
    let path = try get(server, "es-v", into: folder)
    #expect(TemporaryFolder.read(path + "/v.onnx") == Self.model)
    #expect(server.requests.contains { $0.rangeStart == kept })
    #expect(!names(path).contains("v.onnx.part"))
  }

  /// A part that is not the beginning of the file is dropped, and the file fetched from the start.
  @Test func dropsWrongParts() throws {
    let server = try LocalServer(files: Self.site)
    let folder = Folder()
    let path = folder.path + "/piper/es-v"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path + "/v.onnx.part"))
    #expect(try get(server, "es-v", into: folder) == path)
    #expect(TemporaryFolder.read(path + "/v.onnx") == Self.model)
  }

  @Test func refusesWrongContents() throws {
    let cases: [(String, @Sendable (LocalServer.Request) -> LocalServer.Response)] = [
      (
        "checksum",
        { request in
          request.path == Self.cataloguePath
            ? .init(body: Self.catalogue(md5: String(repeating: "0", count: 32)))
            : LocalServer.file(Self.site[request.path], request)
        }
      ),
      (
        "too short",
        { request in
          request.path == Self.modelPath
            ? .init(body: Array(Self.model.dropLast()))
            : LocalServer.file(Self.site[request.path], request)
        }
      ),
      (
        "too long",
        { request in
          request.path == Self.modelPath
            ? .init(body: Self.model + Self.model, hidesLength: true)
            : LocalServer.file(Self.site[request.path], request)
        }
      ),
      (
        "missing",
        { request in
          request.path == Self.modelPath
            ? .init(status: 404) : LocalServer.file(Self.site[request.path], request)
        }
      ),
      (
        "redirect loop",
        { request in
          request.path == Self.modelPath
            ? .init(status: 302, fields: ["Location": Self.modelPath])
            : LocalServer.file(Self.site[request.path], request)
        }
      ),
      (
        "redirect to another plain host",
        { request in
          request.path == Self.modelPath
            ? .init(status: 302, fields: ["Location": "http://localhost:1/v.onnx"])
            : LocalServer.file(Self.site[request.path], request)
        }
      ),
      ("no catalogue", { _ in .init(status: 500) }),
      ("catalogue is a page", { _ in .init(body: Array("<html>".utf8)) }),
      ("catalogue is cut", { _ in .init(body: Self.catalogue(), cut: 30) }),
    ]
    for (what, handler) in cases {
      let server = try LocalServer(handler)
      let folder = Folder()
      let error = #expect(throws: VoiceError.self, "\(what)") {
        try get(server, "es-v", into: folder)
      }
      #expect(error?.message.isEmpty == false)
      #expect(!names(folder.path + "/piper/es-v").contains("v.onnx"), "\(what)")
    }
  }

  @Test func followsARedirect() throws {
    let site = Self.site
    let server = try LocalServer { request in
      if request.path == Self.modelPath {
        return .init(status: 302, fields: ["Location": "/elsewhere"])
      }
      return LocalServer.file(
        site[request.path == "/elsewhere" ? Self.modelPath : request.path], request)
    }
    let folder = Folder()
    #expect(
      TemporaryFolder.read(try get(server, "es-v", into: folder) + "/v.onnx") == Self.model)
  }

  @Test func refusesPathTricks() throws {
    for files in [
      ["../../v.onnx"], ["/etc/v.onnx"], ["es/../v.onnx"], ["es/.v.onnx"], ["es/v\\\\..\\\\x"],
      ["es//v.onnx"], ["es/"], ["es/a b"], ["es/v?x=1"], ["es/%2e%2e"],
    ] {
      let server = try LocalServer(files: [Self.cataloguePath: Self.catalogue(files: files)])
      #expect(throws: VoiceError.self, "\(files)") { try get(server, "es-v", into: Folder()) }
    }
    let server = try LocalServer(files: [Self.cataloguePath: Self.catalogue(key: "../x")])
    #expect(throws: VoiceError.self) { try get(server, "es-v", into: Folder()) }
    for name in ["../x", "mms:../x", "mms:a/b", "mms:", "", ":", "x:y", "piper:.hidden"] {
      #expect(throws: VoiceError.self, "\(name)") { try get(server, name, into: Folder()) }
    }
  }

  @Test func takesOnlyEncryptedHosts() {
    for host in [
      "http://example.org", "ftp://localhost", "file:///etc", "example.org", "", "https://",
      "https:///x", "https://a b", "https://a\r\nX: y", "http://localhost@example.org",
      "http://localhost:80@example.org/", "http://localhost.example.org", "javascript:1",
      "http://127.0.0.1\\@example.org",
    ] {
      #expect(throws: VoiceError.self, "\(host)") { try VoiceRepository(host: host) }
    }
    #expect(throws: Never.self) { try VoiceRepository() }
  }

  @Test func choosesTheFolder() {
    #expect(VoiceDownload.defaultFolder { ["HABLA_VOICES": "/v"][$0] } == "/v")
    #expect(
      VoiceDownload.defaultFolder { ["XDG_CACHE_HOME": "/c"][$0] } == "/c/habla/voices")
    #expect(VoiceDownload.defaultFolder { ["HOME": "/h"][$0] } == "/h/.cache/habla/voices")
    #expect(VoiceDownload.defaultFolder { _ in nil }.hasSuffix("/.cache/habla/voices"))
  }
}

@Suite struct MessageDigestTests {
  /// Test values of the RFCs and FIPS.
  @Test func knownValues() {
    func sum(_ algorithm: MessageDigest.Algorithm, _ text: String) -> String {
      var digest = MessageDigest(algorithm)
      digest.update(Array(text.utf8))
      return digest.hexadecimal()
    }
    #expect(sum(.md5, "") == "d41d8cd98f00b204e9800998ecf8427e")
    #expect(sum(.md5, "abc") == "900150983cd24fb0d6963f7d28e17f72")
    #expect(sum(.sha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      sum(.sha256, "") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      sum(.sha256, "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      sum(.sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  @Test(arguments: MessageDigest.Algorithm.allCases)
  func piecesDoNotMatter(_ algorithm: MessageDigest.Algorithm) {
    for count in [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
      var whole = MessageDigest(algorithm)
      whole.update(bytes)
      var pieces = MessageDigest(algorithm)
      for start in stride(from: 0, to: count, by: 13) {
        pieces.update(bytes[start..<min(start + 13, count)])
      }
      #expect(whole.hexadecimal() == pieces.hexadecimal(), "\(count)")
    }
  }
}
