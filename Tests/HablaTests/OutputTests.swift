import Foundation
import Habla
import TestSupport
import Testing

/// WAV files and 16-bit samples.
@Suite struct OutputTests {
  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("habla-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  @Test func pcmRoundsAndCountsClipping() {
    let pcm = PCM16([0, 1, -1, 0.5, 1.5, -2, .nan, .infinity])
    #expect(pcm.samples == [0, 32767, -32767, 16384, 32767, -32767, 0, 32767])
    #expect(pcm.clipped == 3)
    #expect(PCM16([1]).bytes == [0xFF, 0x7F])
  }

  @Test(arguments: [0, 1, 1000]) func wavFilesInPiecesAndInMemoryAgree(_ count: Int) throws {
    let samples = (0..<count).map { Float($0 % 100) / 100 }
    let url = try folder().appendingPathComponent("a.wav")
    for format in WAVWriter.Format.allCases {
      let writer = try WAVWriter(path: url.path, sampleRate: 22050, format: format)
      try writer.append(Array(samples.prefix(count / 3)))
      try writer.append(Array(samples.dropFirst(count / 3)))
      try writer.finish()
      let bytes = [UInt8](try Data(contentsOf: url))
      #expect(bytes == (try WAVWriter.file(samples, sampleRate: 22050, format: format)))
      let size = format == .int16 ? 2 : 4
      #expect(bytes.count == (format == .int16 ? 44 : 58) + count * size)
      #expect(bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) } == bytes.count - 8)
      #expect(Array(bytes[0..<4]) == Array("RIFF".utf8))
      #expect(bytes[24..<28].reversed().reduce(0) { $0 << 8 | Int($1) } == 22050)
    }
  }

  @Test func abandonedFilesLeaveNothing() throws {
    let url = try folder()
    do {
      let writer = try WAVWriter(path: url.appendingPathComponent("a.wav").path, sampleRate: 8000)
      try writer.append([0, 1])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: url.path).isEmpty)
  }

  @Test func unwritablePathsAreErrors() throws {
    let missing = try folder().appendingPathComponent("missing/a.wav").path
    #expect(throws: HablaError.self) { _ = try WAVWriter(path: missing, sampleRate: 8000) }
  }
}
