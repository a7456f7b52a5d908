/// Opens checkpoints of every known format.
package enum Checkpoints {
  /// Maps and checks a file; the format is told by its content, not its name.
  ///
  /// - Throws: `CheckpointError` when the file cannot be read or breaks its format's rules.
  package static func open(path: String) throws -> any Checkpoint {
    try open(FileBytes(mapping: path))
  }

  /// Checks bytes that are already there; the checkpoint keeps them.
  package static func open(_ file: FileBytes) throws -> any Checkpoint {
    try SafetensorsCheckpoint(file)
  }
}
