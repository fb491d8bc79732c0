// A world for the connection in which tests are time, network and chance.

export class World {
  time = 1_000_000;
  chance = 0.5;
  isOnline = true;
  isHidden = false;
  sockets = []; // all that were opened
  asked = []; //   all questions to /readyz: {resolve, reject, signal}
  #timers = new Map();
  #last = 0;

  now = () => this.time;
  random = () => this.chance;
  online = () => this.isOnline;
  hidden = () => this.isHidden;

  later = (ms, f) => {
    this.#timers.set(++this.#last, { at: this.time + ms, f });
    return this.#last;
  };

  cancel = (timer) => { this.#timers.delete(timer); };

  open = (url) => {
    const socket = {
      url, readyState: 0, sent: [], closed: false,
      send(text) { this.sent.push(JSON.parse(text)); },
      close() { this.closed = true; this.readyState = 3; },
      opens() { this.readyState = 1; this.onopen?.({}); },
      says(message) { this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) }); },
      ends(code) { this.readyState = 3; this.onclose?.({ code }); },
    };
    this.sockets.push(socket);
    return socket;
  };

  fetch = (url, { signal }) => new Promise((resolve, reject) => {
    this.asked.push({ url, resolve, reject, signal });
    signal.addEventListener('abort', () => reject(signal.reason));
  });

  get socket() { return this.sockets.at(-1); }
  get timers() { return this.#timers.size; }

  // wait gives how long it is to the next timer.
  get wait() { return Math.min(...[...this.#timers.values()].map((t) => t.at)) - this.time; }

  // pass lets time pass, and what is due happen, then what was promised.
  async pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].f();
      await settle();
    }
    this.time = end;
    await settle();
  }

  async answer(status) {
    this.asked.at(-1).resolve({ status });
    await settle();
  }
}

// settle lets everything happen that was promised already.
export const settle = () => new Promise((done) => setImmediate(done));
