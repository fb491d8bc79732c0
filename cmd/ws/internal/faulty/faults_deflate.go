package faulty

// RFC 7692: permessage-deflate.
var (
	contextForgotten = plant(Fault{
		ID: "context-forgotten", Section: "RFC 7692 §7.1.1.2", Roles: both, Deflate: true,
		Text:  "inflates each message by itself where the peer takes its context over",
		Cases: []string{"rfc/hello-twice-with-takeover", "deflate/plain-between-compressed", "deflate/default-1024"},
	})
	contextKept = plant(Fault{
		ID: "context-kept", Section: "RFC 7692 §7.1.1.1", Roles: both, Deflate: true,
		Text:  "takes its context over where it promised not to",
		Cases: []string{"deflate/fresh-1024"},
	})
	contextTolerated = plant(Fault{
		ID: "context-tolerated", Section: "RFC 7692 §7.1.1.2", Roles: both, Deflate: true, Lax: true,
		Text:  "keeps the window that the peer promised not to use",
		Cases: []string{"deflate/takeover-not-agreed"},
	})
	windowIgnored = plant(Fault{
		ID: "window-ignored", Section: "RFC 7692 §7.1.2.1", Roles: both, Deflate: true,
		Text:  "looks back farther than was agreed",
		Cases: []string{"deflate/sends-far-again", "deflate/agree-s9-c9"},
	})
	finalBlockEnds = plant(Fault{
		ID: "final-block-ends", Section: "RFC 7692 §7.2.3.4", Roles: both, Deflate: true,
		Text:  "inflates nothing any more after a block with BFINAL",
		Cases: []string{"deflate/final-block-then-more"},
	})
	rsv1Continues = plant(Fault{
		ID: "rsv1-continues", Section: "RFC 7692 §6.1", Roles: both, Deflate: true,
		Text:  "takes RSV1 on a continuation",
		Cases: []string{"deflate/rsv1-continuation", "deflate/rsv1-continuation-of-plain"},
	})
	rsv1Control = plant(Fault{
		ID: "rsv1-control", Section: "RFC 7692 §6", Roles: both, Deflate: true,
		Text:  "takes RSV1 on control frames",
		Cases: []string{"deflate/rsv1-ping", "deflate/rsv1-pong", "deflate/rsv1-close"},
	})
	rsv1OnPlain = plant(Fault{
		ID: "rsv1-on-plain", Section: "RFC 7692 §6.1", Roles: both, Deflate: true,
		Text:  "sets RSV1 on messages that it does not compress",
		Cases: []string{"deflate/plain", "deflate/fresh-16"},
	})
	rsv1Missing = plant(Fault{
		ID: "rsv1-missing", Section: "RFC 7692 §6.1", Roles: both, Deflate: true,
		Text:  "does not set RSV1 on messages that it compresses",
		Cases: []string{"deflate/default-1024", "deflate/text-1024"},
	})
	tailKept = plant(Fault{
		ID: "tail-kept", Section: "RFC 7692 §7.2.1", Roles: both, Deflate: true,
		Text:  "leaves 00 00 ff ff at the end of what it compresses",
		Cases: []string{"deflate/default-1024", "deflate/text-1024"},
	})
	inflatesFrames = plant(Fault{
		ID: "inflates-frames", Section: "RFC 7692 §6.2", Roles: both, Deflate: true,
		Text:  "inflates each frame of a message by itself",
		Cases: []string{"deflate/fragments-with-ping", "deflate/text-utf8"},
	})
	garbageTaken = plant(Fault{
		ID: "garbage-taken", Section: "RFC 7692 §7.2.2", Roles: both, Deflate: true,
		Text:  "takes what does not inflate for an empty message",
		Cases: []string{"deflate/garbage", "deflate/text-as-compressed", "deflate/nothing-to-look-back-at"},
	})
	inflatedUnchecked = plant(Fault{
		ID: "inflated-unchecked", Section: "RFC 6455 §8.1", Roles: both, Deflate: true,
		Text:  "does not look whether a text that was compressed is UTF-8",
		Cases: []string{"deflate/text-not-utf8", "deflate/text-ends-inside-character"},
	})
)
