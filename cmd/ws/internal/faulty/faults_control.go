package faulty

// RFC 6455 §5.5.2 and §5.5.3: Ping and Pong.
var (
	pongBare = plant(Fault{
		ID: "pong-bare", Section: "RFC 6455 §5.5.3", Roles: both,
		Text:  "answers a Ping with an empty Pong",
		Cases: []string{"control/ping-text", "control/ping-125"},
	})
	pongCut = plant(Fault{
		ID: "pong-cut", Section: "RFC 6455 §5.5.3", Roles: both,
		Text:  "answers with 64 bytes of the Ping at most",
		Cases: []string{"control/ping-125"},
	})
	pongAltered = plant(Fault{
		ID: "pong-altered", Section: "RFC 6455 §5.5.3", Roles: both,
		Text:  "turns the octets over 127 of a Ping into question marks",
		Cases: []string{"control/ping-bytes"},
	})
	emptyPingIgnored = plant(Fault{
		ID: "empty-ping-ignored", Section: "RFC 6455 §5.5.2", Roles: both,
		Text:  "does not answer an empty Ping",
		Cases: []string{"control/ping-empty"},
	})
	pongsReversed = plant(Fault{
		ID: "pongs-reversed", Section: "RFC 6455 §5.5.3", Roles: both, Lax: true,
		Text:  "answers the Pings of one read beginning with the last",
		Cases: []string{"control/ten-pings"},
	})
	pongAnswered = plant(Fault{
		ID: "pong-answered", Section: "RFC 6455 §5.5.3", Roles: both, Lax: true,
		Text:  "answers a Pong with a Pong",
		Cases: []string{"control/pong-unsolicited*", "control/pong-then-ping"},
	})
)

// RFC 6455 §5.5.1 and §7: Close.
var (
	failsNormally = plant(Fault{
		ID: "fails-normally", Section: "RFC 6455 §7.4.1", Roles: both,
		Text:  "closes with 1000 for every violation",
		Cases: []string{"reserved/opcode-3", "control/ping-126", "fragmentation/text-inside-text", "utf8/bad-whole"},
	})
	failsSilently = plant(Fault{
		ID: "fails-silently", Section: "RFC 6455 §7.1.7", Roles: both, Lax: true,
		Text:  "drops TCP without a Close for every violation",
		Cases: []string{"reserved/opcode-3", "control/ping-126", "utf8/bad-whole"},
	})
	readsOnFailed = plant(Fault{
		ID: "reads-on-failed", Section: "RFC 6455 §7.1.7", Roles: both,
		Text:  "goes on reading after it failed the connection",
		Cases: []string{"reserved/rsv2-after-text", "reserved/opcode-5", "fragmentation/continuation-first"},
	})
	closeIgnored = plant(Fault{
		ID: "close-ignored", Section: "RFC 6455 §5.5.1", Roles: both,
		Text:  "does not answer a Close, and stays",
		Cases: []string{"closing/code-alone", "closing/text-then-close", "closecode/valid-1000"},
	})
	closeUnanswered = plant(Fault{
		ID: "close-unanswered", Section: "RFC 6455 §5.5.1", Roles: both,
		Text:  "drops TCP when a Close comes",
		Cases: []string{"closing/code-alone", "closing/text-then-close", "closecode/valid-1000"},
	})
	closeCodeFixed = plant(Fault{
		ID: "close-code-fixed", Section: "RFC 6455 §5.5.1", Roles: both, Lax: true,
		Text:  "answers every Close with 1000",
		Cases: []string{"closecode/valid-1001", "closecode/valid-3000"},
	})
	close1005Sent = plant(Fault{
		ID: "close-1005-sent", Section: "RFC 6455 §7.4.1", Roles: both,
		Text:  "answers an empty Close with code 1005",
		Cases: []string{"closing/empty"},
	})
	echoAfterClose = plant(Fault{
		ID: "echo-after-close", Section: "RFC 6455 §5.5.1", Roles: both,
		Text:  "goes on after the closing handshake",
		Cases: []string{"closing/then-ping", "closing/then-text"},
	})
	tcpKept = plant(Fault{
		ID: "tcp-kept", Section: "RFC 6455 §7.1.1", Roles: server,
		Text:  "keeps TCP open after the closing handshake",
		Cases: []string{"closing/code-alone", "closing/text-then-close"},
	})
	codesReserved = plant(Fault{
		ID: "codes-reserved", Section: "RFC 6455 §7.4.1", Roles: both,
		Text:  "takes the close codes 1004, 1005, 1006 and 1015",
		Cases: []string{"closecode/invalid-1004", "closecode/invalid-1005", "closecode/invalid-1006", "closecode/invalid-1015"},
	})
	codesLow = plant(Fault{
		ID: "codes-low", Section: "RFC 6455 §7.4.2", Roles: both,
		Text:  "takes close codes under 1000",
		Cases: []string{"closecode/invalid-0", "closecode/invalid-999"},
	})
	codesUnregistered = plant(Fault{
		ID: "codes-unregistered", Section: "RFC 6455 §7.4.2", Roles: both,
		Text:  "takes the close codes 1016 to 2999",
		Cases: []string{"closecode/invalid-1016", "closecode/invalid-1100", "closecode/invalid-2*"},
	})
	codesHigh = plant(Fault{
		ID: "codes-high", Section: "RFC 6455 §7.4", Roles: both, Lax: true,
		Text:  "takes close codes over 4999",
		Cases: []string{"closecode/invalid-5000", "closecode/invalid-65535"},
	})
	codesPrivate = plant(Fault{
		ID: "codes-private", Section: "RFC 6455 §7.4.2", Roles: both,
		Text:  "refuses the close codes 3000 to 4999",
		Cases: []string{"closecode/valid-3000", "closecode/valid-4999"},
	})
	closeByteTaken = plant(Fault{
		ID: "close-byte-taken", Section: "RFC 6455 §5.5.1", Roles: both,
		Text:  "takes a Close of one byte for one with 1000",
		Cases: []string{"closing/one-byte"},
	})
	reasonUnchecked = plant(Fault{
		ID: "reason-unchecked", Section: "RFC 6455 §5.5.1", Roles: both,
		Text:  "does not look whether a close reason is UTF-8",
		Cases: []string{"closing/reason-not-utf8", "closing/reason-cut"},
	})
)
