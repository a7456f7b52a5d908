// swift-tools-version: 6.2
import PackageDescription

// Functions have no target attributes in Swift: a module is the unit that can use wider vectors.
#if arch(x86_64)
let wideVectors: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-mavx2", "-Xcc", "-mfma"])]
#else
let wideVectors: [SwiftSetting] = []
#endif

/// Arrows point one way: system libraries <- kernels, readers, text <- network <- Habla <- C ABI, program.
let package = Package(
  name: "Habla",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Habla", targets: ["Habla"]),
    // Not named after the program: products of one name overwrite each other. `make` renames it.
    .library(name: "HablaShared", type: .dynamic, targets: ["HablaC"]),
    .executable(name: "habla", targets: ["HablaCLI"]),
  ],
  traits: [
    .default(enabledTraits: ["EspeakNG", "LibSampleRate"]),
    .trait(
      name: "EspeakNG",
      description: "Speak text through libespeak-ng (GPL-3.0-or-later); without it, phonemes only."),
    .trait(
      name: "LibSampleRate",
      description: "Other output rates than the voice's, through libsamplerate (BSD-2-Clause)."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CEspeakNG", pkgConfig: "espeak-ng",
      providers: [.apt(["libespeak-ng-dev"]), .brew(["espeak-ng"])]),
    .systemLibrary(
      name: "CSampleRate", pkgConfig: "samplerate",
      providers: [.apt(["libsamplerate0-dev"]), .brew(["libsamplerate"])]),

    .systemLibrary(name: "CProcessor"),
    // Shared kernels once more, for wider vectors; HablaKernels decides at run time.
    .target(
      name: "HablaKernelsWide", dependencies: ["CProcessor"], swiftSettings: wideVectors),
    .target(name: "HablaKernels", dependencies: ["COpenBLAS", "CProcessor", "HablaKernelsWide"]),
    .target(name: "HablaCheckpoints"),
    .target(
      name: "HablaText",
      dependencies: [
        "HablaCheckpoints", .target(name: "CEspeakNG", condition: .when(traits: ["EspeakNG"])),
      ]),
    .target(name: "HablaNetwork", dependencies: ["HablaKernels", "HablaCheckpoints"]),
    .target(name: "HablaDefaultVoice", exclude: ["default.habla.safetensors"]),
    .target(
      name: "Habla",
      dependencies: [
        "HablaNetwork", "HablaCheckpoints", "HablaText", "HablaDefaultVoice",
        .target(name: "CSampleRate", condition: .when(traits: ["LibSampleRate"])),
      ]),
    .systemLibrary(name: "CHabla", path: "include"),
    .target(name: "HablaC", dependencies: ["Habla", "CHabla"]),
    // Fetching voices: the only target with the network, for the program alone.
    .target(name: "HablaVoices", dependencies: ["HablaCheckpoints", "CCurl"]),
    // Needs libcurl's header to be built and finds the library when it is used.
    .target(
      name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .executableTarget(
      name: "HablaCLI",
      dependencies: [
        "Habla", "HablaVoices", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "HablaBenchmarks",
      dependencies: ["Habla", "HablaNetwork", "HablaKernels"], path: "Benchmarks/Program"),

    .target(
      name: "TestSupport", dependencies: ["HablaCheckpoints"], path: "Tests/TestSupport"),
    .testTarget(name: "HablaKernelsTests", dependencies: ["HablaKernels", "TestSupport"]),
    .testTarget(name: "HablaCheckpointsTests", dependencies: ["HablaCheckpoints", "TestSupport"]),
    .testTarget(name: "HablaTextTests", dependencies: ["HablaText", "TestSupport"]),
    .testTarget(name: "HablaNetworkTests", dependencies: ["HablaNetwork", "TestSupport"]),
    .testTarget(name: "HablaCTests", dependencies: ["HablaC", "CHabla", "TestSupport"]),
    .testTarget(name: "HablaVoicesTests", dependencies: ["HablaVoices", "TestSupport"]),
    .testTarget(name: "HablaTests", dependencies: ["Habla", "HablaKernels", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
