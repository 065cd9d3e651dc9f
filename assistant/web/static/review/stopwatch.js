// Time spent on an item: only while the page is to be seen, and no longer than a minute without a sign of life. Of it,
// the active time: while the page is the one in front, with the keyboard.

const IDLE = 60_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "scroll"];

export class Stopwatch {
  #spent = 0;
  /** @type {number | null} of `#spent`; null where what was before the page was loaded isn't known */
  #active = 0;
  #since = 0;
  #running = false;
  #focused = document.hasFocus();

  /** @param {() => number} clock milliseconds */
  constructor(clock = () => performance.now()) {
    this.clock = clock;
    this.lastSign = clock();
    for (const sign of SIGNS) document.addEventListener(sign, () => this.#live(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#stop() : this.#live()));
    addEventListener("blur", () => this.#look(document.hasFocus()));
    addEventListener("focus", () => this.#look(true));
  }

  /**
   * Begin with an item.
   * @param {number} spent seconds so far
   * @param {number | null} active milliseconds of them; null where that isn't known
   */
  restart(spent = 0, active = 0) {
    this.#spent = spent * 1000;
    this.#active = active;
    this.#running = false;
    this.#focused = document.hasFocus();
    if (!document.hidden) this.#start();
  }

  /** Seconds so far. */
  get seconds() {
    return Math.round(this.#spent + this.#stretch()) / 1000;
  }

  /** Milliseconds of them in which the page was in front; null where that isn't known. */
  get active() {
    if (this.#active === null) return null;
    return Math.min(Math.round(this.#active + (this.#focused ? this.#stretch() : 0)), Math.round(this.seconds * 1000));
  }

  /** Milliseconds since the last sign of life. */
  get idle() {
    return this.clock() - this.lastSign;
  }

  #live() {
    this.#add();
    this.#focused = document.hasFocus();
    if (!document.hidden) this.#start();
  }

  /** @param {boolean} focused whether the page has the keyboard from now on */
  #look(focused) {
    this.#add();
    this.#focused = focused;
    if (focused && !document.hidden) this.#start();
  }

  #start() {
    this.#since = this.lastSign = this.clock();
    this.#running = true;
  }

  #stop() {
    this.#add();
    this.#running = false;
  }

  /** Count what went by since it was counted last. */
  #add() {
    const stretch = this.#stretch();
    this.#spent += stretch;
    if (this.#active !== null && this.#focused) this.#active += stretch;
    this.#since += stretch;
  }

  #stretch() {
    return this.#running ? Math.max(0, Math.min(this.clock(), this.lastSign + IDLE) - this.#since) : 0;
  }
}
