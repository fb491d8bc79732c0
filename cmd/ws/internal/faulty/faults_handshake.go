package faulty

// RFC 6455 §4.2: the server's half of the opening handshake.
var (
	acceptWrong = plant(Fault{
		ID: "accept-wrong", Section: "RFC 6455 §4.2.2", Roles: server, Shaking: true,
		Text:  "answers with the digest of the key alone",
		Cases: []string{"rfc/server", "request/simplest"},
	})
	statusOK = plant(Fault{
		ID: "status-ok", Section: "RFC 6455 §4.2.2", Roles: server, Shaking: true,
		Text:  "answers with status 200",
		Cases: []string{"rfc/server", "request/simplest"},
	})
	versionUnchecked = plant(Fault{
		ID: "version-unchecked", Section: "RFC 6455 §4.2.2", Roles: server, Shaking: true,
		Text:  "takes every Sec-WebSocket-Version",
		Cases: []string{"version/12", "version/14", "version/255"},
	})
	versionUnnamed = plant(Fault{
		ID: "version-unnamed", Section: "RFC 6455 §4.4", Roles: server, Shaking: true,
		Text:  "refuses a version without naming its own",
		Cases: []string{"version/12", "version/14", "version/255"},
	})
	keyUnasked = plant(Fault{
		ID: "key-unasked", Section: "RFC 6455 §4.2.1", Roles: server, Shaking: true,
		Text:  "needs no Sec-WebSocket-Key",
		Cases: []string{"key/missing"},
	})
	keyUnchecked = plant(Fault{
		ID: "key-unchecked", Section: "RFC 6455 §4.2.1", Roles: server, Shaking: true, Lax: true,
		Text:  "takes any text for a key",
		Cases: []string{"key/15-bytes", "key/17-bytes", "key/text"},
	})
	upgradeUnasked = plant(Fault{
		ID: "upgrade-unasked", Section: "RFC 6455 §4.2.1", Roles: server, Shaking: true,
		Text:  "needs no Upgrade",
		Cases: []string{"request/upgrade-missing", "request/upgrade-h2c"},
	})
	upgradeCase = plant(Fault{
		ID: "upgrade-case", Section: "RFC 6455 §4.2.1", Roles: server, Shaking: true,
		Text:  "does not fold the letters of Upgrade",
		Cases: []string{"request/upgrade-letters"},
	})
	connectionUnasked = plant(Fault{
		ID: "connection-unasked", Section: "RFC 6455 §4.2.1", Roles: server, Shaking: true,
		Text:  "needs no Connection",
		Cases: []string{"request/connection-missing", "request/connection-close"},
	})
	connectionWhole = plant(Fault{
		ID: "connection-whole", Section: "RFC 6455 §4.2.1", Roles: server, Shaking: true,
		Text:  "does not read Connection as a list",
		Cases: []string{"request/connection-list"},
	})
	methodUnchecked = plant(Fault{
		ID: "method-unchecked", Section: "RFC 6455 §4.2.1", Roles: server, Shaking: true,
		Text:  "upgrades a POST",
		Cases: []string{"request/method-post"},
	})
	oldHTTP = plant(Fault{
		ID: "old-http", Section: "RFC 6455 §4.2.1", Roles: server, Shaking: true,
		Text:  "upgrades HTTP/1.0",
		Cases: []string{"request/http-1.0"},
	})
	extensionUnasked = plant(Fault{
		ID: "extension-unasked", Section: "RFC 6455 §4.2.2", Roles: server, Shaking: true,
		Text:  "agrees to an extension that was not offered",
		Cases: []string{"rfc/server", "request/simplest"},
	})
	protocolUnasked = plant(Fault{
		ID: "protocol-unasked", Section: "RFC 6455 §4.2.2", Roles: server, Shaking: true,
		Text:  "picks a subprotocol that was not offered",
		Cases: []string{"request/simplest", "subprotocol/none-in-common"},
	})
	clientBitsUnasked = plant(Fault{
		ID: "client-bits-unasked", Section: "RFC 7692 §7.1.2.2", Roles: server, Deflate: true, Shaking: true,
		Text:  "tells client_max_window_bits to a client that did not offer it",
		Cases: []string{"deflate-offer/default", "deflate-offer/client-bits-unoffered"},
	})
	voidOfferTaken = plant(Fault{
		ID: "void-offer-taken", Section: "RFC 7692 §7.1", Roles: server, Deflate: true, Shaking: true,
		Text:  "takes an offer of permessage-deflate whose parameters are not valid",
		Cases: []string{"deflate-offer/void-unknown", "deflate-offer/void-server-bits-7"},
	})
)

// RFC 6455 §4.1: the client's half.
var (
	answerAcceptUnchecked = plant(Fault{
		ID: "answer-accept-unchecked", Section: "RFC 6455 §4.1", Roles: client, Shaking: true,
		Text:  "takes every Sec-WebSocket-Accept, or none",
		Cases: []string{"answer/accept-other", "answer/accept-missing"},
	})
	answerStatusUnchecked = plant(Fault{
		ID: "answer-status-unchecked", Section: "RFC 6455 §4.1", Roles: client, Shaking: true,
		Text:  "takes every status",
		Cases: []string{"answer/status-200"},
	})
	answerUpgradeUnchecked = plant(Fault{
		ID: "answer-upgrade-unchecked", Section: "RFC 6455 §4.1", Roles: client, Shaking: true,
		Text:  "needs no Upgrade in the answer",
		Cases: []string{"answer/upgrade-missing", "answer/upgrade-other"},
	})
	answerConnectionUnchecked = plant(Fault{
		ID: "answer-connection-unchecked", Section: "RFC 6455 §4.1", Roles: client, Shaking: true,
		Text:  "needs no Connection in the answer",
		Cases: []string{"answer/connection-missing", "answer/connection-other"},
	})
	answerUpgradeCase = plant(Fault{
		ID: "answer-upgrade-case", Section: "RFC 6455 §4.1", Roles: client, Shaking: true,
		Text:  "does not fold the letters of the answer's Upgrade",
		Cases: []string{"answer/letters"},
	})
	answerProtocolUnchecked = plant(Fault{
		ID: "answer-protocol-unchecked", Section: "RFC 6455 §4.1", Roles: client, Shaking: true,
		Text:  "takes a subprotocol that it did not offer",
		Cases: []string{"answer/subprotocol-unasked", "answer/subprotocol-other"},
	})
	answerExtensionUnchecked = plant(Fault{
		ID: "answer-extension-unchecked", Section: "RFC 6455 §4.1", Roles: client, Shaking: true,
		Text:  "takes an extension that it did not offer",
		Cases: []string{"answer/extension-other"},
	})
)
