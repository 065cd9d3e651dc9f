// Time spent on an item: only while the page is to be seen, and no longer than a minute without a sign of life.

const IDLE = 60_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "scroll"];

export class Stopwatch {
  #spent = 0;
  #since = 0;
  #running = false;

  /** @param {() => number} clock milliseconds */
  constructor(clock = () => performance.now()) {
    this.clock = clock;
    this.lastSign = clock();
    for (const sign of SIGNS) document.addEventListener(sign, () => this.#live(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#stop() : this.#start()));
  }

  /** Begin with an item. */
  restart(spent = 0) {
    this.#spent = spent * 1000;
    this.#running = false;
    if (!document.hidden) this.#start();
  }

  /** Seconds so far. */
  get seconds() {
    return Math.round(this.#spent + this.#stretch()) / 1000;
  }

  /** Milliseconds since the last sign of life. */
  get idle() {
    return this.clock() - this.lastSign;
  }

  #live() {
    if (this.#running) this.#spent += this.#stretch();
    this.lastSign = this.clock();
    if (!document.hidden) this.#start();
  }

  #start() {
    this.#since = this.lastSign = this.clock();
    this.#running = true;
  }

  #stop() {
    this.#spent += this.#stretch();
    this.#running = false;
  }

  #stretch() {
    return this.#running ? Math.min(this.clock() - this.#since, IDLE) : 0;
  }
}
