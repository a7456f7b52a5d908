import Habla
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What people give by mistake in place of a voice: the error says what was looked for and found.
@Suite struct WrongInputTests {
  private func error(_ path: String) throws -> HablaError {
    do {
      _ = try Voice(path: path)
    } catch let error as HablaError { return error }
    throw HablaError(.internal, "\(path) was opened")
  }

  /// The message names what was found, and every kind of voice that was looked for.
  private func expectUnknown(_ path: String, found: String) throws {
    let error = try error(path)
    #expect(error.kind == .unsupported)
    #expect(error.message.contains(found), "\(error)")
    for part in ["checkpoint.pth", "NAME.onnx.json", "vocab.json", "habla.safetensors"] {
      #expect(error.message.contains(part), "\(error)")
    }
  }

  @Test func folders() throws {
    let folder = TemporaryFolder()
    try expectUnknown(folder.path, found: "an empty folder")
    folder.write("notes.txt", Array("hello".utf8))
    try expectUnknown(folder.path, found: "a folder with notes.txt")
    folder.write("voz.onnx", TemporaryFolder.read(piper))
    try expectUnknown(folder.path, found: "notes.txt, voz.onnx")
    #expect(try error(folder.path).hint.contains("voz.onnx.json"))
    folder.write("voz.onnx.json", TemporaryFolder.read(piper + ".json"))
    #expect(try Voice(path: folder.path).family == "piper")
    folder.write("otra.onnx", TemporaryFolder.read(piper))
    folder.write("otra.onnx.json", TemporaryFolder.read(piper + ".json"))
    let several = try error(folder.path)
    #expect(several.kind == .argument)
    #expect(several.message.contains("otra.onnx") && several.message.contains("voz.onnx"))
  }

  @Test func otherFiles() throws {
    let folder = TemporaryFolder()
    for (name, bytes, found) in [
      ("notes.txt", Array("hello".utf8), "begins with the bytes 68 65 6c 6c 6f"),
      ("voice.zip", [0x50, 0x4B, 0x03, 0x04, 0, 0], "a zip archive"),
      ("page.onnx2", Array("<!DOCTYPE html>".utf8), "a web page"),
      ("pointer", Array("version https://git-lfs.github.com/spec/v1".utf8), "Git LFS pointer"),
      ("voice.gz", [0x1F, 0x8B, 8, 0], "a gzip file"),
      ("voice.json", Array("{\"audio\": 1}".utf8), "a JSON text"),
    ] {
      try expectUnknown(folder.write(name, bytes), found: found)
    }
    // A voice in the same folder does not make a voice of them.
    folder.write("voz.onnx", TemporaryFolder.read(piper))
    folder.write("voz.onnx.json", TemporaryFolder.read(piper + ".json"))
    try expectUnknown(folder.path + "/notes.txt", found: "a file")
    #expect(try error(folder.write("empty", [])).message.contains("empty"))
  }

  @Test func filesOfVoicesThatAreNoVoices() throws {
    let folder = TemporaryFolder()
    // A checkpoint that is some zip archive.
    folder.copy(["melo-tiny/config.json"])
    folder.write("checkpoint.pth", [0x50, 0x4B, 0x03, 0x04] + [UInt8](repeating: 0, count: 40))
    #expect(try error(folder.path).message.contains("zip"))
    // Tensors without the metadata of Habla's own file.
    let tensors = TemporaryFolder()
    tensors.copy(["containers/expected.safetensors"])
    try expectUnknown(tensors.path + "/expected.safetensors", found: "a safetensors file")
    // An ONNX model that is no voice, and one whose JSON is missing.
    let graph = TemporaryFolder()
    let model = graph.write("m.onnx", [0x08, 0x08, 0x3A, 0x00, 0x42, 0x02, 0x10, 0x0F])
    #expect(try error(model).message.contains("m.onnx.json: no such file"))
    graph.write("m.onnx.json", TemporaryFolder.read(piper + ".json"))
    #expect(try error(model).message.contains("not the graph of a Piper voice"))
  }

  /// A file of Habla's own is known by its content, whatever its name.
  @Test func ownFileByContent() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/voz"
    try Voice(path: Fixtures.path("piper-tiny/single")).write(to: path)
    #expect(try Voice(path: path).family == "piper")
  }

  @Test(.timeLimit(.minutes(1))) func specialFiles() throws {
    let folder = TemporaryFolder()
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(try error(pipe).message == "\(pipe): is not a regular file")
    #expect(try error("/dev/zero").message == "/dev/zero: is not a regular file")
    // A pipe where a configuration belongs is not waited for.
    folder.write("voz.onnx", TemporaryFolder.read(piper))
    #expect(mkfifo(folder.path + "/voz.onnx.json", 0o600) == 0)
    #expect(try error(folder.path + "/voz.onnx").message.contains("not a regular file"))
    let melo = TemporaryFolder()
    #expect(mkfifo(melo.path + "/config.json", 0o600) == 0)
    melo.write("checkpoint.pth", [1, 2, 3])
    #expect(try error(melo.path + "/checkpoint.pth").message.contains("not a regular file"))
  }

  @Test func pathsThatLeadNowhere() throws {
    let folder = TemporaryFolder()
    for (from, to) in [("a", "b"), ("b", "a")] {
      #expect(symlink(folder.path + "/" + to, folder.path + "/" + from) == 0)
    }
    #expect(try error(folder.path + "/a").message.contains("symbolic links"))
    #expect(try error(folder.path + "/none").message.contains("No such file"))
    #expect(try error("").message.contains("No such file"))
    #expect(try error("a\0b").message.contains("NUL"))
    #expect(try error(piper + "/x").message.contains("Not a directory"))
    #expect(try error(String(repeating: "x", count: 5000)).message.contains("too long"))
  }

  /// Root may read everything: the test needs another user.
  @Test(.enabled(if: geteuid() != 0)) func withoutPermission() throws {
    let folder = TemporaryFolder()
    let file = folder.write("voz.onnx", TemporaryFolder.read(piper))
    #expect(chmod(file, 0) == 0)
    #expect(try error(file).message.contains("Permission denied"))
    #expect(chmod(folder.path, 0) == 0)
    #expect(try error(folder.path).message.contains("Permission denied"))
    #expect(chmod(folder.path, 0o700) == 0)
  }

  private let piper = Fixtures.path("piper-tiny/single/es_ES-tiny-medium.onnx")
}
