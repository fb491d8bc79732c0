// The server's token bucket as this side sees it. It stays a little below: what
// leaves evenly arrives unevenly, and pings and names cost a token too.

const RESERVE = 2; // tokens for what is no text

export class Pace {
  #burst = Infinity;
  #refill = 0; // milliseconds for a token
  #full = 0; //   when the bucket is full again

  // reset begins anew, with the limits of a connection that begins; without a
  // rate in them there is none.
  reset({ burst, refill_ms: refill } = {}) {
    this.#burst = refill > 0 ? Math.max(1, (burst ?? 1) - RESERVE) : Infinity;
    this.#refill = refill > 0 ? refill * 1.05 : 0;
    this.#full = 0;
  }

  // take takes n tokens and gives 0, or gives the milliseconds until it can.
  take(now, n) {
    if (this.#burst === Infinity) return 0;
    const cost = Math.min(n, this.#burst) * this.#refill;
    const full = Math.max(this.#full, now) + cost;
    const early = full - now - this.#burst * this.#refill;
    if (early > 1e-6) return Math.ceil(early);
    this.#full = full;
    return 0;
  }
}
