import HablaCheckpoints
import Testing

/// XXH64 against values of the reference implementation (xxHash 0.8).
@Suite struct ContentHashTests {
  /// Bytes of the sequence that the values below were made from: i * 7 + 3, modulo 256.
  private func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
  }

  @Test(arguments: [
    (0, 0, 0xEF46_DB37_51D8_E999),
    (0, 0x9E37_79B9_7F4A_7C15, 0xC434_9FC9_3C01_0000),
    (1, 0, 0x1F25_C8D0_BC1F_4BB6),
    (1, 0x9E37_79B9_7F4A_7C15, 0x7982_6BCD_749D_267A),
    (3, 0, 0x31D2_363F_52E5_64C9),
    (3, 0x9E37_79B9_7F4A_7C15, 0x78EF_D775_75E2_6575),
    (4, 0, 0x9BB6_4B7D_66EE_9FDA),
    (4, 0x9E37_79B9_7F4A_7C15, 0x6F0A_6C97_D68B_F353),
    (7, 0, 0x9A7B_1499_59CE_60D8),
    (7, 0x9E37_79B9_7F4A_7C15, 0xD97E_DE93_C9D6_6A0D),
    (8, 0, 0xDAB9_9D95_C6F9_0092),
    (8, 0x9E37_79B9_7F4A_7C15, 0xA2F1_E284_37A7_8A1B),
    (12, 0, 0xD52E_4078_33AF_5133),
    (12, 0x9E37_79B9_7F4A_7C15, 0xBCC9_F0D6_16FF_9A7B),
    (31, 0, 0xA2AA_5F33_CC4A_6119),
    (31, 0x9E37_79B9_7F4A_7C15, 0x7554_3727_1D1D_0A84),
    (32, 0, 0x23C3_C17E_F790_FD97),
    (32, 0x9E37_79B9_7F4A_7C15, 0xBF62_4B93_2C09_0428),
    (33, 0, 0x50A7_CFC7_BA58_8784),
    (33, 0x9E37_79B9_7F4A_7C15, 0x7ACE_AF1E_9D34_EA35),
    (63, 0, 0x5E3E_54B4_31C7_493C),
    (63, 0x9E37_79B9_7F4A_7C15, 0x2C8D_DCE5_C85D_0D9D),
    (64, 0, 0x0EB6_4B3E_F6EE_B01F),
    (64, 0x9E37_79B9_7F4A_7C15, 0x4AF3_41F1_4E3A_6FC9),
    (100, 0, 0xA61F_8D4C_170F_E531),
    (100, 0x9E37_79B9_7F4A_7C15, 0xF6D8_F65C_625A_BB4F),
    (1000, 0, 0x5F23_5FA0_33F1_A3FB),
    (1000, 0x9E37_79B9_7F4A_7C15, 0x442A_CD0A_822E_86F6),
  ])
  func reference(_ row: (count: Int, seed: UInt64, hash: UInt64)) {
    #expect(ContentHash.hash(bytes(row.count), seed: row.seed) == row.hash)
  }

  @Test func unalignedBytesHashAlike() {
    let all = bytes(200)
    all.withUnsafeBytes { buffer in
      for start in 0..<16 {
        for count in [0, 3, 31, 32, 33, 100] {
          let part = UnsafeRawBufferPointer(rebasing: buffer[start..<start + count])
          #expect(ContentHash.hash(part) == ContentHash.hash(Array(part)))
        }
      }
    }
  }

  @Test func everyByteCounts() {
    for count in [1, 7, 8, 31, 32, 33, 64, 100] {
      let original = bytes(count)
      let hash = ContentHash.hash(original)
      for place in 0..<count {
        for bit in 0..<8 {
          var changed = original
          changed[place] ^= 1 << UInt8(bit)
          #expect(ContentHash.hash(changed) != hash)
        }
      }
    }
  }
}
