// Package settings is what the chat's binary can be told: flags, their twins in
// the environment, and what follows from them. It reads words alone, so that all
// of it can be tested without a server.
//
// # Terms
//
// A flag's twin is the environment variable that says the same: CHAT_ and the
// flag's name in capitals, with _ for -. A setting is given if its flag or its twin
// is there; a flag comes before its twin, its twin before the default.
//
// A server is on trial where only its own machine can come: it listens on a
// loopback address by its very words, and trusts no proxy. Everything else is
// public. Some defaults differ between the two: [Settings.Public].
//
// # Flow
//
//	Parse: flags --> twins of the rest --> do they agree? --> trial or public --> Settings
//
// A value that is wrong is an error that says what is allowed; what is odd but
// possible is among the [Settings.Warnings].
package settings
