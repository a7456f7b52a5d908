/// Paths of the files in Tests/Fixtures.
package enum Fixtures {
  /// The folder Tests/Fixtures.
  package static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(2).joined(separator: "/") + "/Fixtures"
  }()

  /// Path of a file below Tests/Fixtures.
  package static func path(_ relative: String) -> String { root + "/" + relative }
}
