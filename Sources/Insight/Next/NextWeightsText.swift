extension NextModel {
  /// The weights in use, from a first trial of the same training on owners of inboxes.
  ///
  /// `kith lab train next DATA > Sources/Insight/Next/NextWeightsText.swift` makes them anew; that has not been done yet.
  static let weightsText = """
    wrote15 0.06
    wrote60 0.58
    received30 -0.08
    received120 -0.02
    beside30 0.28
    named60 0.11
    """
}
