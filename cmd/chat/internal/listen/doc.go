// Package listen opens what the chat's binary listens on: [Open] for TCP and unix
// sockets, and [Certificate] for TLS with a certificate that can be changed while
// connections last.
package listen
