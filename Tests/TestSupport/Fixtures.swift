/// Paths of the files that tests read.
package enum Fixtures {
  /// The repository's folder.
  package static let repository: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }()

  /// The folder Tests/Fixtures.
  package static let root = repository + "/Tests/Fixtures"

  /// Path of a file below Tests/Fixtures.
  package static func path(_ relative: String) -> String { root + "/" + relative }
}
