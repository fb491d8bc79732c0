package faulty

// RFC 6455 §5.2 and §5.5: what a header may say.
var (
	rsv1Ignored = plant(Fault{
		ID: "rsv1-ignored", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "takes RSV1 though no extension gives it a meaning",
		Cases: []string{"reserved/rsv1-after-text", "reserved/rsv1-continuation", "reserved/rsv1-pong"},
	})
	rsv2Ignored = plant(Fault{
		ID: "rsv2-ignored", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "takes RSV2",
		Cases: []string{"reserved/rsv2-after-text", "reserved/rsv2-continuation", "reserved/rsv2-pong", "deflate/rsv2"},
	})
	rsv3Ignored = plant(Fault{
		ID: "rsv3-ignored", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "takes RSV3",
		Cases: []string{"reserved/rsv3-text", "reserved/rsv3-continuation", "reserved/rsv3-pong", "deflate/rsv3"},
	})
	dataOpcodeIgnored = plant(Fault{
		ID: "data-opcode-ignored", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "passes over frames with the opcodes 3 to 7",
		Cases: []string{"reserved/opcode-3", "reserved/opcode-4", "reserved/opcode-5", "reserved/opcode-in-message"},
	})
	controlOpcodeIgnored = plant(Fault{
		ID: "control-opcode-ignored", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "passes over frames with the opcodes 11 to 15",
		Cases: []string{"reserved/opcode-1*"},
	})
	longLengthTaken = plant(Fault{
		ID: "long-length-taken", Section: "RFC 6455 §5.2", Roles: both, Lax: true,
		Text:  "takes a length that is not in its shortest form",
		Cases: []string{"length/16-for-0", "length/16-for-125", "length/64-for-0", "length/64-for-65535"},
	})
	longLengthSent = plant(Fault{
		ID: "long-length-sent", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "sends lengths under 126 in 16 bits",
		Cases: []string{"data/text-0", "data/text-125", "data/binary-125", "control/ping-text"},
	})
	topBitDropped = plant(Fault{
		ID: "top-bit-dropped", Section: "RFC 6455 §5.2", Roles: server,
		Text:  "reads a 64-bit length without its top bit",
		Cases: []string{"length/top-bit", "length/top-bit-continuation"},
	})
	length16Swapped = plant(Fault{
		ID: "length-16-swapped", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "reads a 16-bit length with its low byte first",
		Cases: []string{"data/text-126", "data/binary-127", "data/text-128"},
	})
	length65535Short = plant(Fault{
		ID: "length-65535-short", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "takes a length of 65535 for 65534",
		Cases: []string{"data/text-65535", "data/binary-65535"},
	})
	length64Cut = plant(Fault{
		ID: "length-64-cut", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "keeps 16 bits of a 64-bit length",
		Cases: []string{"data/text-65536", "data/binary-65536"},
	})
	longControlTaken = plant(Fault{
		ID: "long-control-taken", Section: "RFC 6455 §5.5", Roles: both,
		Text:  "takes control frames over 125 bytes",
		Cases: []string{"control/ping-126", "control/pong-126", "control/ping-65536"},
	})
	controlFragmentTaken = plant(Fault{
		ID: "control-fragment-taken", Section: "RFC 6455 §5.5", Roles: both,
		Text:  "takes a fragment of a control frame for all of it",
		Cases: []string{"control/ping-fragmented", "control/close-fragmented"},
	})
)

// RFC 6455 §5.1 and §5.3: masks.
var (
	unmaskedTaken = plant(Fault{
		ID: "unmasked-taken", Section: "RFC 6455 §5.1", Roles: server,
		Text:  "takes frames that are not masked",
		Cases: []string{"masking/text-unmasked", "masking/ping-unmasked", "masking/close-unmasked"},
	})
	maskedTaken = plant(Fault{
		ID: "masked-taken", Section: "RFC 6455 §5.1", Roles: client,
		Text:  "takes masked frames",
		Cases: []string{"client/masked", "client/ping-masked", "client/close-masked"},
	})
	serverMasks = plant(Fault{
		ID: "server-masks", Section: "RFC 6455 §5.1", Roles: server,
		Text:  "masks what it sends",
		Cases: []string{"data/text-125", "control/ping-text", "closing/code-alone"},
	})
	clientBare = plant(Fault{
		ID: "client-bare", Section: "RFC 6455 §5.1", Roles: client,
		Text:  "sends frames without a mask",
		Cases: []string{"data/text-125", "control/ping-text", "closing/code-alone"},
	})
	maskRestarts = plant(Fault{
		ID: "mask-restarts", Section: "RFC 6455 §5.3", Roles: server,
		Text:  "begins the key anew with each piece of a frame that it reads",
		Cases: []string{"data/text-65536", "size/text-1048576"},
	})
	maskGoesOn = plant(Fault{
		ID: "mask-goes-on", Section: "RFC 6455 §5.3", Roles: server,
		Text:  "goes on in the key where the frame before ended",
		Cases: []string{"masking/key-begins-anew"},
	})
	maskOfFirst = plant(Fault{
		ID: "mask-of-first", Section: "RFC 6455 §5.3", Roles: server,
		Text:  "unmasks all frames with the first one's key",
		Cases: []string{"masking/key-per-frame"},
	})
)

// The stream is cut anywhere (RFC 6455 §5.2): a frame knows no segments.
var (
	cutHeaderLost = plant(Fault{
		ID: "cut-header-lost", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "forgets the beginning of a header that it read without the end",
		Cases: []string{"data/cut-*", "client/cut-*"},
	})
	secondFrameLost = plant(Fault{
		ID: "second-frame-lost", Section: "RFC 6455 §5.2", Roles: both,
		Text:  "forgets what it read behind a frame",
		Cases: []string{"data/order", "fragmentation/two", "closing/text-then-close"},
	})
)
