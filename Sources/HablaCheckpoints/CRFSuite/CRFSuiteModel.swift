/// The weights of a linear-chain conditional random field, from a model file of CRFsuite.
///
/// All numbers of the file are little-endian. A header of 48 bytes gives the places of five parts:
/// features (type, source, target, weight), the names of labels and of attributes
/// (`CRFSuiteNames`), and for each label and each attribute the numbers of its features. A feature of
/// type 0 ties an attribute to a label, one of type 1 ties a label to the next. Everything is checked
/// and taken over when the file is read; nothing refers to its bytes afterwards.
/// Source: the description of the first-order model format in CRFsuite's documentation.
package struct CRFSuiteModel: Sendable {
  /// What an attribute says for one label.
  package struct StateFeature: Sendable, Equatable {
    /// Number of the label.
    package let label: Int
    /// Added to the label's score where the attribute is present.
    package let weight: Double
  }

  /// Labels that a model may have: transitions take the square of it.
  package static let largestLabelCount = 1024

  /// Names of the labels, at least one.
  package let labels: [String]
  /// Names of the attributes.
  package let attributes: [String]
  /// Score of a label after another: [label, label before], row-major; 0 where there is no feature.
  package let transitions: [Double]
  private let stateFeatures: [StateFeature]
  /// Where an attribute's features start; one more at the end.
  private let starts: [Int]

  /// The features of an attribute, in the file's order.
  package func features(of attribute: Int) -> ArraySlice<StateFeature> {
    stateFeatures[starts[attribute]..<starts[attribute + 1]]
  }

  /// Reads a model file.
  ///
  /// - Throws: `CheckpointError` that names the part, what was expected there and what was found.
  package init(_ file: FileBytes) throws {
    let reader = try CRFSuiteReader(file.bytes)
    let features = try reader.features()
    labels = try reader.names(.labels)
    attributes = try reader.names(.attributes)
    let count = labels.count

    var transitions = [Double](repeating: 0, count: count * count)
    let byLabel = try reader.references(.labelReferences, count: count, features: features.count)
    for label in 0..<count {
      for number in byLabel.numbers(of: label) {
        let feature = features[number]
        guard feature.type == .transition, feature.source == label, feature.target < count else {
          throw reader.wrongFeature(feature, at: number, expected: "a transition of label \(label)")
        }
        transitions[feature.target * count + label] = feature.weight
      }
    }
    self.transitions = transitions

    let byAttribute = try reader.references(
      .attributeReferences, count: attributes.count, features: features.count)
    stateFeatures = try attributes.indices.flatMap { attribute in
      try byAttribute.numbers(of: attribute).map { number in
        let feature = features[number]
        guard feature.type == .state, feature.source == attribute, feature.target < count else {
          throw reader.wrongFeature(
            feature, at: number, expected: "a feature of attribute \(attribute)")
        }
        return StateFeature(label: feature.target, weight: feature.weight)
      }
    }
    starts = byAttribute.starts
    withExtendedLifetime(file) {}
  }
}
