// What the browser test calls in the page.

// connect opens a connection to /echo.
globalThis.connect = () => new Promise((done, failed) => {
	const socket = new WebSocket(`ws://${location.host}/echo`);
	socket.binaryType = 'arraybuffer';
	socket.onopen = () => done(socket);
	socket.onerror = () => failed(new Error('no connection'));
});

// reply sends data and gives what comes back.
globalThis.reply = (socket, data) => new Promise((done, failed) => {
	socket.onmessage = (event) => done(event.data);
	socket.onclose = (event) => failed(new Error(`closed with ${event.code} ${event.reason}`));
	socket.send(data);
});

// echoes sends a text and a binary message of each length, and gives the
// extensions in use. What comes back changed is thrown.
globalThis.echoes = async (lengths) => {
	const socket = await connect();
	for (const n of lengths) {
		const text = 'rfc6455 한글 '.repeat(n / 10 + 1).slice(0, n);
		if (await reply(socket, text) !== text) throw new Error(`a text of ${n} changed`);
		const bytes = Uint8Array.from({ length: n }, (_, i) => (i * i) >> 3);
		const back = new Uint8Array(await reply(socket, bytes));
		if (back.length !== n || back.some((b, i) => b !== bytes[i])) throw new Error(`${n} bytes changed`);
	}
	return socket.extensions;
};

// ending gives how a connection ends that close closes.
globalThis.ending = async (close) => {
	const socket = await connect();
	const ended = new Promise((done) => { socket.onclose = done; });
	close(socket);
	const event = await ended;
	return `${event.code}${event.wasClean ? ' clean' : ''}`;
};
