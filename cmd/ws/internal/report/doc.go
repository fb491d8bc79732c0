// Package report writes what a load found: [Text] for people, [JSON] for programs,
// [HTML] for people who want to see it. A report claims nothing that the result
// does not hold, and says what its numbers count.
package report
