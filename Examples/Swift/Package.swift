// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "HablaExample",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Habla", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "say", dependencies: [.product(name: "Habla", package: "Habla")])
  ],
  swiftLanguageModes: [.v6]
)
