// Package cli is what the toolbox's commands have in common: what they are given
// ([Env]), what they answer ([Status]), how their flags are read and explained
// ([Flags]), and how they reach a server ([Target]).
//
// Results go to standard output, everything else to standard error. Wrong usage is
// answered by what is allowed.
package cli
