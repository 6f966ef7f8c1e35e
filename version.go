package pixtrend

// Version is the release of these sources, as in CHANGELOG.md. A build between two releases adds
// the commit to it.
const Version = "0.2.0"
