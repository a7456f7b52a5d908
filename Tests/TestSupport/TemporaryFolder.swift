#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A new folder for one test; removed with its (flat) contents when the object goes.
package final class TemporaryFolder {
  package let path: String

  package init() {
    var template = Array("/tmp/habla-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "no temporary folder")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names { unlink(path + "/" + name) }
    rmdir(path)
  }

  /// Names of the files in the folder.
  package var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Writes a file and gives its path.
  @discardableResult
  package func write(_ name: String, _ bytes: [UInt8]) -> String {
    let file = path + "/" + name
    guard let stream = fopen(file, "wb") else { preconditionFailure("cannot write \(file)") }
    defer { fclose(stream) }
    precondition(fwrite(bytes, 1, bytes.count, stream) == bytes.count, "cannot write \(file)")
    return file
  }

  /// Copies files below Tests/Fixtures into the folder.
  package func copy(_ fixtures: [String]) {
    for fixture in fixtures {
      let name = fixture.split(separator: "/").last.map(String.init) ?? fixture
      write(name, Self.read(Fixtures.path(fixture)))
    }
  }

  /// Reads a whole file.
  package static func read(_ file: String) -> [UInt8] {
    guard let stream = fopen(file, "rb") else { preconditionFailure("cannot read \(file)") }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&block, 1, block.count, stream)
      if count == 0 { return bytes }
      bytes.append(contentsOf: block[..<count])
    }
  }
}
