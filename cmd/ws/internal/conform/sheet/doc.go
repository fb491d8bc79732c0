// Package sheet writes the results of conformance runs: as text for a terminal, as
// JSON with one object a line, as JUnit's XML, and as one page of HTML that needs no
// other file.
package sheet
