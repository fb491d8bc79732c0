// Package devtools drives a headless Chromium over its DevTools protocol, which
// is JSON in WebSocket messages: package conn is the only library in between.
//
//	Browser --> process, one connection
//	   Page --> a tab with a session of its own on that connection ("flattened")
//
// Nothing here sleeps. [Page.Wait] waits inside the page until an expression is
// true; [Page.Goto] waits for the load event of the very document that it asked
// for. Every wait ends with its context, which should have a deadline.
//
// What a page says besides - console, uncaught exceptions, violations of its
// Content-Security-Policy, failed loads, dialogs - is collected: [Page.Log].
//
// Methods may be called from any goroutine. A page's memory is bounded by
// maxEntries, a message of the browser by maxMessage.
package devtools
