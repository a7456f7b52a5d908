import Foundation
import TestSupport

/// Runs `body` with a new folder that holds a copy of the tiny MeloTTS voice, and removes it with all
/// that was put into it.
func withVoiceFolder(_ body: (String) throws -> Void) throws {
  let path = NSTemporaryDirectory() + "/habla-voice-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  for name in ["config.json", "checkpoint.pth"] {
    try FileManager.default.copyItem(
      atPath: Fixtures.path("melo-tiny/" + name), toPath: path + "/" + name)
  }
  try body(path)
}
