#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

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
  /// The block's words and what is derived from them; kept, so that nothing is allocated per block.
  private var words = [UInt32](repeating: 0, count: 80)

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
    for i in 0..<16 {
      var word: UInt32 = 0
      for j in 0..<4 { word = word << 8 | UInt32(block[start + 4 * i + j]) }
      words[i] = algorithm == .md5 ? word.byteSwapped : word
    }
    switch algorithm {
    case .md5: md5()
    case .sha1: sha1()
    case .sha256: sha256()
    }
  }

  private static func rotateLeft(_ x: UInt32, _ n: UInt32) -> UInt32 { x << n | x >> (32 - n) }

  // MARK: MD5

  private static let md5Shifts: [UInt32] = [
    7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21,
  ]

  /// The first 32 bits of |sin(i + 1)|.
  private static let md5Constants: [UInt32] = (0..<64).map {
    UInt32(truncatingIfNeeded: Int64(abs(sin(Double($0 + 1))) * 4_294_967_296))
  }

  private mutating func md5() {
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
      let sum = a &+ f &+ Self.md5Constants[i] &+ words[word]
      (a, d, c, b) = (d, c, b, b &+ Self.rotateLeft(sum, Self.md5Shifts[i / 16 * 4 + i % 4]))
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
  }

  // MARK: SHA-1

  private mutating func sha1() {
    for i in 16..<80 {
      words[i] = Self.rotateLeft(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1)
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
      let sum = Self.rotateLeft(a, 5) &+ f &+ e &+ constant &+ words[i]
      (e, d, c, b, a) = (d, c, Self.rotateLeft(b, 30), a, sum)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
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

  private mutating func sha256() {
    func rotateRight(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    for i in 16..<64 {
      let (x, y) = (words[i - 15], words[i - 2])
      let s0 = rotateRight(x, 7) ^ rotateRight(x, 18) ^ x >> 3
      let s1 = rotateRight(y, 17) ^ rotateRight(y, 19) ^ y >> 10
      words[i] = words[i - 16] &+ s0 &+ words[i - 7] &+ s1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for i in 0..<64 {
      let s1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25)
      let choice = (e & f) ^ (~e & g)
      let t1 = h &+ s1 &+ choice &+ Self.sha256Constants[i] &+ words[i]
      let s0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (h, g, f, e) = (g, f, e, d &+ t1)
      (d, c, b, a) = (c, b, a, t1 &+ s0 &+ majority)
    }
    for (i, value) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= value }
  }
}
