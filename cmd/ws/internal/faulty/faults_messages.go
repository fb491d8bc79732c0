package faulty

// RFC 6455 §5.4: fragments.
var (
	nothingContinued = plant(Fault{
		ID: "nothing-continued", Section: "RFC 6455 §5.4", Roles: both,
		Text:  "takes a continuation where there is nothing to continue for a text",
		Cases: []string{"fragmentation/nothing-to-continue", "fragmentation/continuation-first"},
	})
	messageInside = plant(Fault{
		ID: "message-inside", Section: "RFC 6455 §5.4", Roles: both,
		Text:  "gives a message up when another begins inside",
		Cases: []string{"fragmentation/text-inside-text", "fragmentation/binary-inside-text"},
	})
	fragmentsSingly = plant(Fault{
		ID: "fragments-singly", Section: "RFC 6455 §5.4", Roles: both,
		Text:  "sends each fragment back as a message",
		Cases: []string{"fragmentation/two", "fragmentation/binary"},
	})
	controlEndsMessage = plant(Fault{
		ID: "control-ends-message", Section: "RFC 6455 §5.4", Roles: both,
		Text:  "forgets a message's fragments when a control frame comes between",
		Cases: []string{"fragmentation/ping-between", "fragmentation/five-with-pings"},
	})
	controlInsideIgnored = plant(Fault{
		ID: "control-inside-ignored", Section: "RFC 6455 §5.4", Roles: both,
		Text:  "does not answer a Ping between fragments",
		Cases: []string{"fragmentation/ping-between", "fragmentation/five-with-pings"},
	})
	pongAfterMessage = plant(Fault{
		ID: "pong-after-message", Section: "RFC 6455 §5.5.2", Roles: both, Lax: true,
		Text:  "answers a Ping between fragments when the message is whole",
		Cases: []string{"fragmentation/ping-between", "fragmentation/five-with-pings"},
	})
	emptyEndIgnored = plant(Fault{
		ID: "empty-end-ignored", Section: "RFC 6455 §5.4", Roles: both,
		Text:  "passes over empty continuations, the last one too",
		Cases: []string{"fragmentation/empty-last", "fragmentation/all-empty"},
	})
	messageKept = plant(Fault{
		ID: "message-kept", Section: "RFC 6455 §5.4", Roles: both,
		Text:  "begins a message with what a fragmented one before it held",
		Cases: []string{"fragmentation/two-messages"},
	})
)

// RFC 6455 §5.6, §6: messages.
var (
	emptyDropped = plant(Fault{
		ID: "empty-dropped", Section: "RFC 6455 §5.6", Roles: both,
		Text:  "has no echo for an empty message",
		Cases: []string{"data/text-0", "data/binary-0", "utf8/empty"},
	})
	binaryAsText = plant(Fault{
		ID: "binary-as-text", Section: "RFC 6455 §5.6", Roles: both,
		Text:  "sends binary messages back as texts",
		Cases: []string{"data/binary-125", "fragmentation/binary"},
	})
	binaryJudged = plant(Fault{
		ID: "binary-judged", Section: "RFC 6455 §5.6", Roles: both,
		Text:  "refuses binary messages that are not UTF-8",
		Cases: []string{"data/binary-not-utf8"},
	})
	longEchoCut = plant(Fault{
		ID: "long-echo-cut", Section: "RFC 6455 §6.2", Roles: both,
		Text:  "sends no more than 65535 bytes of a message back",
		Cases: []string{"data/text-65536", "data/binary-65536"},
	})
	limitPerFrame = plant(Fault{
		ID: "limit-per-frame", Section: "RFC 6455 §10.4", Roles: both, Limits: Limits{Message: 100},
		Text:  "limits each frame, and no message",
		Cases: []string{"limits/fragments-over-limit", "limits/own-fragments-over"},
	})
	limitOverflows = plant(Fault{
		ID: "limit-overflows", Section: "RFC 6455 §10.4", Roles: server,
		Text:  "adds lengths as signed numbers, so that the greatest count for nothing",
		Cases: []string{"limits/sum-overflows"},
	})
)

// RFC 6455 §8.1: texts.
var (
	utf8Unchecked = plant(Fault{
		ID: "utf8-unchecked", Section: "RFC 6455 §8.1", Roles: both,
		Text:  "does not look whether a text is UTF-8",
		Cases: []string{"utf8/bad-whole", "utf8/continuation-1", "utf8/impossible-1", "utf8/surrogate-1"},
	})
	utf8PerFrame = plant(Fault{
		ID: "utf8-per-frame", Section: "RFC 6455 §8.1", Roles: both,
		Text:  "judges each frame of a text by itself",
		Cases: []string{"utf8/cut-everywhere", "utf8/cut-everywhere-greek"},
	})
	utf8Late = plant(Fault{
		ID: "utf8-late", Section: "RFC 6455 §8.1", Roles: both, Lax: true,
		Text:  "judges a text when its message is whole",
		Cases: []string{"utf8/fail-fast-fragment", "utf8/fail-fast-in-frame"},
	})
	utf8Unfinished = plant(Fault{
		ID: "utf8-unfinished", Section: "RFC 6455 §8.1", Roles: both,
		Text:  "takes a text that ends inside a character",
		Cases: []string{"utf8/ends-inside-character", "utf8/ends-empty-inside-character"},
	})
	utf8Surrogates = plant(Fault{
		ID: "utf8-surrogates", Section: "RFC 6455 §8.1", Roles: both,
		Text:  "takes surrogates for characters",
		Cases: []string{"utf8/surrogate-1", "utf8/surrogate-pair-1"},
	})
	utf8Overlong = plant(Fault{
		ID: "utf8-overlong", Section: "RFC 6455 §8.1", Roles: both,
		Text:  "takes characters in more octets than they need",
		Cases: []string{"utf8/overlong-slash-1", "utf8/overlong-nul-2"},
	})
	utf8Beyond = plant(Fault{
		ID: "utf8-beyond", Section: "RFC 6455 §8.1", Roles: both,
		Text:  "takes characters over U+10FFFF",
		Cases: []string{"utf8/boundary-5", "utf8/last-long-1"},
	})
	utf8Code = plant(Fault{
		ID: "utf8-code", Section: "RFC 6455 §7.4.1", Roles: both, Lax: true,
		Text:  "fails with 1002 for a text that is not UTF-8",
		Cases: []string{"utf8/bad-whole", "utf8/continuation-1"},
	})
)
