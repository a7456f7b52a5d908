import HablaCheckpoints
import Synchronization

/// A file of phrases that a voice has spoken ahead, mapped into memory.
///
/// Opening reads and checks header and index; a phrase's bytes are read, and its hash verified,
/// each time it is asked for. Threads: immutable.
package final class PhrasePack: Sendable {
  /// What is known of a phrase.
  package enum Answer {
    /// The pack does not have it.
    case missing
    /// The pack has it, but its bytes are damaged.
    case damaged
    case found([AudioChunk])
  }

  /// What the file says of itself.
  package let header: PhrasePackFormat.Header
  private let file: FileBytes

  /// Opens a pack for a voice.
  ///
  /// - Throws: `HablaError` that says what is wrong with the file, or that it is another voice's.
  package init(_ file: FileBytes, voiceIdentity: () throws -> UInt64) throws {
    self.file = file
    header = try PhrasePackFormat.header(file.bytes)
    try Self.checkIndex(file.bytes, header)
    if header.voiceIdentity != (try voiceIdentity()) {
      throw HablaError(
        .unsupported, "the pack was made for another voice (\(header.description))",
        hint: "open it with that voice, or " + PhrasePackFormat.remake)
    }
  }

  private static func checkIndex(
    _ bytes: UnsafeRawBufferPointer, _ header: PhrasePackFormat.Header
  ) throws {
    let start = header.indexOffset
    let (size, overflow) = header.entryCount.multipliedReportingOverflow(
      by: PhrasePackFormat.indexRecordSize)
    guard !overflow, start >= PhrasePackFormat.headerSize, start <= bytes.count,
      size == bytes.count - start
    else {
      throw CheckpointError.malformed(
        format: PhrasePackFormat.name, offset: 32, expected: "an index at the file's end",
        found: "\(header.entryCount) entries at \(start)")
    }
    let index = UnsafeRawBufferPointer(rebasing: bytes[start...])
    guard ContentHash.hash(index) == header.indexHash else {
      throw PhrasePackFormat.damaged(offset: start, "the index")
    }
    var last: UInt64 = 0
    for number in 0..<header.entryCount {
      let record = record(number, index)
      guard last <= record.keyHash, record.offset >= PhrasePackFormat.headerSize,
        record.offset % PhrasePackFormat.alignment == 0, record.size >= 0, record.offset <= start,
        record.size <= start - record.offset
      else {
        throw CheckpointError.malformed(
          format: PhrasePackFormat.name, offset: start + number * PhrasePackFormat.indexRecordSize,
          expected: "entries sorted, inside the file",
          found: "\(record.size) bytes at \(record.offset)")
      }
      last = record.keyHash
    }
  }

  private static func record(
    _ number: Int, _ index: UnsafeRawBufferPointer
  ) -> PhrasePackFormat.IndexRecord {
    func word(_ place: Int) -> UInt64 {
      let offset = number * PhrasePackFormat.indexRecordSize + 8 * place
      return UInt64(littleEndian: index.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    return .init(
      keyHash: word(0), offset: Int(clamping: word(1)), size: Int(clamping: word(2)), hash: word(3))
  }

  /// Looks a phrase up; `textLength` is that of its text in bytes.
  package func phrase(_ key: SpeechKey, textLength: Int) -> Answer {
    let index = UnsafeRawBufferPointer(rebasing: file.bytes[header.indexOffset...])
    let digest = key.digest
    var (low, high) = (0, header.entryCount)
    while low < high {
      let middle = (low + high) / 2
      if Self.record(middle, index).keyHash < digest { low = middle + 1 } else { high = middle }
    }
    while low < header.entryCount, case let record = Self.record(low, index),
      record.keyHash == digest
    {
      let entry = UnsafeRawBufferPointer(
        rebasing: file.bytes[record.offset..<record.offset + record.size])
      guard ContentHash.hash(entry) == record.hash else { return .damaged }
      do {
        if try PhrasePackEntry.has(key, entry) {
          return .found(
            try PhrasePackEntry.chunks(entry, base: record.offset, textLength: textLength))
        }
      } catch {
        return .damaged
      }
      low += 1
    }
    return .missing
  }
}

/// The packs of a voice.
///
/// Threads: any.
final class PhrasePacks: Sendable {
  private struct State {
    var packs: [PhrasePack] = []
    var statistics = PackStatistics()
  }

  private let state = Mutex(State())

  var statistics: PackStatistics { state.withLock { $0.statistics } }

  var isEmpty: Bool { state.withLock { $0.packs.isEmpty } }

  func add(_ pack: PhrasePack) {
    state.withLock {
      $0.packs.append(pack)
      $0.statistics.packs += 1
      $0.statistics.phrases += pack.header.entryCount
    }
  }

  /// A phrase from the pack that was added first of those that have it.
  func chunks(for key: SpeechKey, textLength: Int) -> [AudioChunk]? {
    for pack in state.withLock({ $0.packs }) {
      switch pack.phrase(key, textLength: textLength) {
      case .missing: continue
      case .damaged: state.withLock { $0.statistics.damaged += 1 }
      case .found(let chunks):
        state.withLock { $0.statistics.hits += 1 }
        return chunks
      }
    }
    return nil
  }
}

/// What a voice's packs hold and have done.
public struct PackStatistics: Sendable, Hashable {
  /// Packs that were added.
  public internal(set) var packs = 0
  /// Phrases in them.
  public internal(set) var phrases = 0
  /// Texts that were given from a pack.
  public internal(set) var hits = 0
  /// Times that a phrase was found damaged, and synthesized instead.
  public internal(set) var damaged = 0
}

extension Voice {
  /// Adds a pack of phrases that this voice has spoken ahead (`Synthesizer.writePack`, `habla pack`).
  ///
  /// From now on all synthesizers of the voice give a phrase from the pack when they are asked to
  /// speak its text with the options it was made with; with other options it is synthesized as
  /// ever. The file is mapped, and must not be changed while the voice is open. A phrase whose bytes
  /// turn out to be damaged is synthesized too, and counted.
  ///
  /// - Throws: `HablaError`: `.io`, `.format` (not a pack, damaged, or not complete), or
  ///   `.unsupported` (made for another voice, or by another version of Habla).
  public func addPack(path: String) throws {
    do {
      try addPack(FileBytes(mapping: path))
    } catch {
      throw HablaError(wrapping: error, context: path)
    }
  }

  /// Adds a pack in memory.
  package func addPack(_ file: FileBytes) throws {
    packs.add(try PhrasePack(file, voiceIdentity: identity))
  }

  /// What the voice's packs hold and have done.
  public var packStatistics: PackStatistics { packs.statistics }
}
