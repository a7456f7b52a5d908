import Synchronization

/// Short answers that a voice has spoken, kept to be given again at once.
///
/// Every voice has one, shared by its synthesizers. A text of fewer than `characterLimit`
/// characters enters when it has been spoken to its end; the ones used longest ago leave when
/// `byteLimit` would be exceeded. A hit gives what the synthesis would: the same chunks, samples and
/// marks. What is compared is the text and every option that shapes the speech, so another speed,
/// speaker or seed is another entry. That includes noise: the default seed is 0, and a caller who
/// passes a random seed for variety gets variety, and no hits.
///
/// Goals in order: never the wrong speech; never more memory than the limit; little time under the
/// lock. Threads: any.
public final class SpeechCache: Sendable {
  /// What may enter.
  public struct Limits: Sendable, Hashable {
    /// Most memory that the cache holds, samples, marks and keys together; 0 switches it off.
    public var bytes = 16 << 20
    /// Texts of fewer characters (Unicode scalars) than this enter.
    public var characters = 50

    /// The defaults: 16 MiB, texts under 50 characters.
    public init() {}

    /// Makes limits; negative numbers count as 0.
    public init(bytes: Int, characters: Int = 50) {
      self.bytes = max(bytes, 0)
      self.characters = max(characters, 0)
    }
  }

  /// What the cache holds and has done.
  public struct Statistics: Sendable, Hashable {
    /// Texts that were given from the cache.
    public internal(set) var hits = 0
    /// Texts short enough to be in the cache that were not.
    public internal(set) var misses = 0
    /// Texts that left to make room.
    public internal(set) var evictions = 0
    /// Texts held now.
    public internal(set) var entries = 0
    /// Bytes held now.
    public internal(set) var bytes = 0

    /// Nothing yet.
    public init() {}
  }

  private struct State {
    var limits = Limits()
    var statistics = Statistics()
    var entries = RecencyList<SpeechKey, Entry>()
  }

  private struct Entry {
    let chunks: [AudioChunk]
    let bytes: Int
  }

  private let state = Mutex(State())

  init() {}

  /// The present limits; lower ones take effect at once.
  public var limits: Limits {
    get { state.withLock { $0.limits } }
    set {
      let limits = Limits(bytes: newValue.bytes, characters: newValue.characters)
      state.withLock {
        $0.limits = limits
        Self.shrink(&$0, to: limits.bytes)
      }
    }
  }

  /// What the cache holds and has done since the voice was opened.
  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// Lets go of everything; limits and counters stay.
  public func clear() {
    state.withLock {
      $0.entries = RecencyList()
      $0.statistics.entries = 0
      $0.statistics.bytes = 0
    }
  }

  /// Whether a text may be in the cache at all.
  func accepts(_ text: String) -> Bool {
    let limits = limits
    if limits.bytes == 0 { return false }
    // A scalar has up to four bytes; a long text need not be counted to its end.
    return text.utf8.count / 4 < limits.characters
      && text.unicodeScalars.count < limits.characters
  }

  /// What was spoken for a key; counts as a hit or a miss.
  func chunks(for key: SpeechKey) -> [AudioChunk]? {
    state.withLock {
      guard let entry = $0.entries.use(key) else {
        $0.statistics.misses += 1
        return nil
      }
      $0.statistics.hits += 1
      return entry.chunks
    }
  }

  /// Keeps a complete speech, unless it is larger than the limit or already there.
  func insert(_ chunks: [AudioChunk], for key: SpeechKey) {
    let chunks = chunks.map(Self.compacted)
    let entry = Entry(chunks: chunks, bytes: Self.footprint(key, chunks))
    state.withLock {
      let room = $0.limits.bytes - entry.bytes
      if room < 0 || $0.entries.use(key) != nil { return }
      Self.shrink(&$0, to: room)
      $0.entries.insert(entry, for: key)
      $0.statistics.bytes += entry.bytes
      $0.statistics.entries += 1
    }
  }

  private static func shrink(_ state: inout State, to bytes: Int) {
    while state.statistics.bytes > bytes, let dropped = state.entries.removeOldest() {
      state.statistics.bytes -= dropped.bytes
      state.statistics.entries -= 1
      state.statistics.evictions += 1
    }
  }

  /// The chunk in arrays without the spare room that growing leaves.
  private static func compacted(_ chunk: AudioChunk) -> AudioChunk {
    AudioChunk(
      samples: exact(chunk.samples), sampleRate: chunk.sampleRate, position: chunk.position,
      sentence: chunk.sentence, textRange: chunk.textRange,
      isLastOfSentence: chunk.isLastOfSentence, marks: exact(chunk.marks),
      unknownSymbols: exact(chunk.unknownSymbols))
  }

  private static func exact<Element>(_ array: [Element]) -> [Element] {
    array.isEmpty ? [] : array.withUnsafeBufferPointer { Array($0) }
  }

  /// Bytes that an entry takes, with what the allocator and the tables add.
  private static func footprint(_ key: SpeechKey, _ chunks: [AudioChunk]) -> Int {
    let header = 48
    var bytes = 256 + header + key.bytes.capacity
    bytes += header + chunks.capacity * MemoryLayout<AudioChunk>.stride
    for chunk in chunks {
      bytes += header + chunk.samples.capacity * MemoryLayout<Float>.stride
      bytes += header + chunk.marks.capacity * MemoryLayout<Mark>.stride
      bytes += header + chunk.unknownSymbols.capacity * MemoryLayout<String>.stride
      // Short strings are stored in place.
      for text in chunk.unknownSymbols + chunk.marks.map(\.label) where text.utf8.count > 15 {
        bytes += header + text.utf8.count
      }
    }
    return bytes
  }
}

/// A dictionary that knows which key was used longest ago.
///
/// Every operation takes constant time.
package struct RecencyList<Key: Hashable, Value> {
  private struct Node {
    let key: Key
    let value: Value
    var newer: Int?
    var older: Int?
  }

  private var places: [Key: Int] = [:]
  private var nodes: [Node?] = []
  private var free: [Int] = []
  private var newest: Int?
  private var oldest: Int?

  /// Makes an empty one.
  package init() {}

  /// Number of keys.
  package var count: Int { places.count }

  /// The value of a key, which becomes the newest.
  package mutating func use(_ key: Key) -> Value? {
    guard let place = places[key] else { return nil }
    unlink(place)
    link(place)
    return nodes[place]?.value
  }

  /// Adds a key that is not there yet as the newest.
  package mutating func insert(_ value: Value, for key: Key) {
    let node = Node(key: key, value: value)
    let place: Int
    if let reused = free.popLast() {
      place = reused
      nodes[place] = node
    } else {
      place = nodes.count
      nodes.append(node)
    }
    places[key] = place
    link(place)
  }

  /// Takes out the value used longest ago; nil when there is none.
  package mutating func removeOldest() -> Value? {
    guard let place = oldest, let node = nodes[place] else { return nil }
    unlink(place)
    nodes[place] = nil
    free.append(place)
    places[node.key] = nil
    return node.value
  }

  private mutating func link(_ place: Int) {
    nodes[place]?.older = newest
    nodes[place]?.newer = nil
    if let newest { nodes[newest]?.newer = place }
    newest = place
    if oldest == nil { oldest = place }
  }

  private mutating func unlink(_ place: Int) {
    let (newer, older) = (nodes[place]?.newer, nodes[place]?.older)
    if let newer { nodes[newer]?.older = older } else { newest = older }
    if let older { nodes[older]?.newer = newer } else { oldest = newer }
  }
}
