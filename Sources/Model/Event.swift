/// An event of a calendar as it is held: that it is there, and when to look at it again; its meetings are interactions.
public enum Event: Identified { public static let prefix = "event" }
