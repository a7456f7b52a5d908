import Foundation

/// A running checksum of the Merkle-Damgård family.
///
/// Voice repositories give MD5 (Piper's catalogue), SHA-1 (git's own ids) or SHA-256 (large files).
/// They find damage; trust comes from the connection. Source: RFC 1321, RFC 3174, FIPS 180-4.
package struct MessageDigest {
  /// Which checksum.
  package enum Algorithm: String, Sendable, CaseIterable {
    case md5, sha1, sha256
  }

  private let algorithm: Algorithm
  private var state: [UInt32]
  private var block: [UInt8] = []
  private var length: UInt64 = 0

  /// Starts a checksum.
  package init(_ algorithm: Algorithm) {
    self.algorithm = algorithm
    state =
      switch algorithm {
      case .md5: [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
      case .sha1: [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
      case .sha256:
        [
          0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A,
          0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
        ]
      }
  }

  /// Takes more bytes.
  package mutating func update(_ bytes: some Collection<UInt8>) {
    length += UInt64(bytes.count)
    block += bytes
    var start = 0
    while block.count - start >= 64 {
      process(start)
      start += 64
    }
    block.removeFirst(start)
  }

  /// The checksum of everything taken, in lowercase hexadecimal.
  package mutating func hexadecimal() -> String {
    let bits = length &* 8
    block.append(0x80)
    while block.count % 64 != 56 { block.append(0) }
    for i in 0..<8 {
      let shift = UInt64(algorithm == .md5 ? 8 * i : 56 - 8 * i)
      block.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
    for start in stride(from: 0, to: block.count, by: 64) { process(start) }
    block.removeAll()
    let words = algorithm == .md5 ? state.map(\.byteSwapped) : state
    return words.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private mutating func process(_ start: Int) {
    var words = (0..<16).map { i in
      (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[start + 4 * i + $1]) }
    }
    if algorithm == .md5 { words = words.map(\.byteSwapped) }
    let new =
      switch algorithm {
      case .md5: Self.md5(state, words)
      case .sha1: Self.sha1(state, words)
      case .sha256: Self.sha256(state, words)
      }
    for i in state.indices { state[i] &+= new[i] }
  }

  private static func rotateLeft(_ x: UInt32, _ n: UInt32) -> UInt32 { x << n | x >> (32 - n) }

  // MARK: MD5

  private static let md5Shifts: [[UInt32]] = [
    [7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21],
  ]

  /// The first 32 bits of |sin(i + 1)|.
  private static let md5Constants: [UInt32] = (0..<64).map {
    UInt32(truncatingIfNeeded: Int64(abs(sin(Double($0 + 1))) * 4_294_967_296))
  }

  private static func md5(_ state: [UInt32], _ words: [UInt32]) -> [UInt32] {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for i in 0..<64 {
      let f: UInt32
      let word: Int
      switch i / 16 {
      case 0: (f, word) = ((b & c) | (~b & d), i)
      case 1: (f, word) = ((d & b) | (~d & c), (5 * i + 1) % 16)
      case 2: (f, word) = (b ^ c ^ d, (3 * i + 5) % 16)
      default: (f, word) = (c ^ (b | ~d), (7 * i) % 16)
      }
      let sum = a &+ f &+ md5Constants[i] &+ words[word]
      (a, d, c, b) = (d, c, b, b &+ rotateLeft(sum, md5Shifts[i / 16][i % 4]))
    }
    return [a, b, c, d]
  }

  // MARK: SHA-1

  private static func sha1(_ state: [UInt32], _ first: [UInt32]) -> [UInt32] {
    var words = first
    for i in 16..<80 {
      words.append(rotateLeft(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1))
    }
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for i in 0..<80 {
      let f: UInt32
      let constant: UInt32
      switch i / 20 {
      case 0: (f, constant) = ((b & c) | (~b & d), 0x5A82_7999)
      case 1: (f, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
      case 2: (f, constant) = ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
      default: (f, constant) = (b ^ c ^ d, 0xCA62_C1D6)
      }
      let sum = rotateLeft(a, 5) &+ f &+ e &+ constant &+ words[i]
      (e, d, c, b, a) = (d, c, rotateLeft(b, 30), a, sum)
    }
    return [a, b, c, d, e]
  }

  // MARK: SHA-256

  /// The first 64 primes.
  private static let primes: [Int] = {
    var found: [Int] = []
    var candidate = 2
    while found.count < 64 {
      if !found.contains(where: { candidate % $0 == 0 }) { found.append(candidate) }
      candidate += 1
    }
    return found
  }()

  /// The first 32 bits of the fractional parts of the primes' cube roots.
  private static let sha256Constants: [UInt32] = primes.map { prime in
    // The largest x with x^3 <= prime * 2^96, in 128-bit steps: the root has 3 + 32 bits.
    var root: UInt64 = 0
    for bit in stride(from: UInt64(36), through: 0, by: -1) {
      let next = root | 1 << bit
      // next^3 <= prime << 96
      let square = next.multipliedFullWidth(by: next)
      let wide = UInt128(square.high) << 64 | UInt128(square.low)
      let (cube, overflow) = wide.multipliedReportingOverflow(by: UInt128(next))
      if !overflow && cube <= UInt128(prime) << 96 { root = next }
    }
    return UInt32(truncatingIfNeeded: root)
  }

  private static func sha256(_ state: [UInt32], _ first: [UInt32]) -> [UInt32] {
    func rotateRight(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    var words = first
    for i in 16..<64 {
      let (x, y) = (words[i - 15], words[i - 2])
      let s0 = rotateRight(x, 7) ^ rotateRight(x, 18) ^ x >> 3
      let s1 = rotateRight(y, 17) ^ rotateRight(y, 19) ^ y >> 10
      words.append(words[i - 16] &+ s0 &+ words[i - 7] &+ s1)
    }
    var v = state
    for i in 0..<64 {
      let s1 = rotateRight(v[4], 6) ^ rotateRight(v[4], 11) ^ rotateRight(v[4], 25)
      let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
      let t1 = v[7] &+ s1 &+ choice &+ sha256Constants[i] &+ words[i]
      let s0 = rotateRight(v[0], 2) ^ rotateRight(v[0], 13) ^ rotateRight(v[0], 22)
      let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
      v = [t1 &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
    }
    return v
  }
}
