import HablaText
import Testing

@Suite struct StressPlacesTests {
  /// The same rows as in the training recipe's tests.
  @Test(arguments: [
    ("kˈasa.", [1, 4, 4, 4, 4, 4]),
    ("ˈola,kˈomo?", [4, 4, 4, 4, 4, 1, 4, 4, 4, 4, 4]),
    ("sin", [0, 0, 0]),
    (",!", [0, 0]),
    ("aˈaˈaˈaˈaˈa", [3, 7, 7, 11, 11, 14, 14, 13, 13, 12, 12]),
  ])
  func tonesCountTheStressesOfTheClause(text: String, expected: [Int]) {
    #expect(StressPlaces.tones(of: text.unicodeScalars.map { String($0) }) == expected)
  }

  @Test func everyToneIsInTheTable() {
    let long = (0..<40).flatMap { _ in ["a", "ˈ", "o"] } + ["."]
    let tones = StressPlaces.tones(of: long)
    #expect(tones.count == long.count && tones.allSatisfy { (0...15).contains($0) })
    #expect(StressPlaces.tones(of: []).isEmpty)
  }
}
